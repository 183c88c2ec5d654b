from django.apps import AppConfig


class FormsConfig(AppConfig):
    default_auto_field = "django.db.models.BigAutoField"
    name = "passerelle.care.forms"
    label = "forms"
    verbose_name = "questionnaires"
