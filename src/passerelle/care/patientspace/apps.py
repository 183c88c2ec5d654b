from django.apps import AppConfig

from passerelle.care.patientspace.navigation import register


class PatientspaceConfig(AppConfig):
    default_auto_field = "django.db.models.BigAutoField"
    name = "passerelle.care.patientspace"
    label = "patientspace"

    def ready(self) -> None:
        register()
