from django.apps import AppConfig


class CarepathsConfig(AppConfig):
    default_auto_field = "django.db.models.BigAutoField"
    name = "passerelle.care.carepaths"
    label = "carepaths"
    verbose_name = "protocoles de soins"
