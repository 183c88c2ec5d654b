from django.apps import AppConfig


class DevicesConfig(AppConfig):
    default_auto_field = "django.db.models.BigAutoField"
    name = "passerelle.care.devices"
    label = "devices"
    verbose_name = "télésurveillance"
