from importlib.resources import files

from django.apps import AppConfig

from passerelle.core.ui.api import register_notices


class PatientspaceConfig(AppConfig):
    default_auto_field = "django.db.models.BigAutoField"
    name = "passerelle.care.patientspace"
    label = "patientspace"
    verbose_name = "espace du patient"

    def ready(self) -> None:
        from passerelle.care.patientspace.navigation import register  # noqa: PLC0415 - models must be loaded first
        from passerelle.care.patientspace.notices import notices  # noqa: PLC0415 - models must be loaded first
        from passerelle.care.patientspace.selectors.release import holds_of  # noqa: PLC0415 - the same
        from passerelle.care.patientspace.services.opening import recognise  # noqa: PLC0415 - the same
        from passerelle.care.record.api import register_holds  # noqa: PLC0415 - the same
        from passerelle.core.notify.api import register_templates  # noqa: PLC0415 - the same
        from passerelle.core.oauth.api import register_recognition  # noqa: PLC0415 - the same

        register()
        register_notices("patientspace", notices)
        register_holds(holds_of)
        register_recognition(recognise)
        register_templates(files("passerelle.care.patientspace").joinpath("messages", "patientspace.yaml"))
