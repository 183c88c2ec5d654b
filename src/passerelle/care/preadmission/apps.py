from django.apps import AppConfig


class PreadmissionConfig(AppConfig):
    default_auto_field = "django.db.models.BigAutoField"
    name = "passerelle.care.preadmission"
    label = "preadmission"
    verbose_name = "préadmission"
