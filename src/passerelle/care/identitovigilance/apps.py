from django.apps import AppConfig


class IdentitovigilanceConfig(AppConfig):
    default_auto_field = "django.db.models.BigAutoField"
    name = "passerelle.care.identitovigilance"
    label = "identitovigilance"
    verbose_name = "identitovigilance"
