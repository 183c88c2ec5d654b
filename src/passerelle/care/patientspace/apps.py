from django.apps import AppConfig

from passerelle.care.patientspace.navigation import register
from passerelle.core.ui.api import register_notices


class PatientspaceConfig(AppConfig):
    default_auto_field = "django.db.models.BigAutoField"
    name = "passerelle.care.patientspace"
    label = "patientspace"

    def ready(self) -> None:
        from passerelle.care.patientspace.notices import notices  # noqa: PLC0415 - models must be loaded first

        register()
        register_notices("patientspace", notices)
