from django.apps import AppConfig


class ParametersConfig(AppConfig):
    default_auto_field = "django.db.models.BigAutoField"
    name = "passerelle.core.parameters"
    label = "parameters"
