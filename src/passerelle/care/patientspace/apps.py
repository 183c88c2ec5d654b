from django.apps import AppConfig


class PatientspaceConfig(AppConfig):
    default_auto_field = "django.db.models.BigAutoField"
    name = "passerelle.care.patientspace"
    label = "patientspace"
