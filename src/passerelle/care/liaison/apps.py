from django.apps import AppConfig


class LiaisonConfig(AppConfig):
    default_auto_field = "django.db.models.BigAutoField"
    name = "passerelle.care.liaison"
    label = "liaison"
    verbose_name = "lien ville-hôpital"
