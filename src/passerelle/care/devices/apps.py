from importlib.resources import files

from django.apps import AppConfig


class DevicesConfig(AppConfig):
    default_auto_field = "django.db.models.BigAutoField"
    name = "passerelle.care.devices"
    label = "devices"
    verbose_name = "télésurveillance"

    def ready(self) -> None:
        from passerelle.care.devices.navigation import register  # noqa: PLC0415 - models must be loaded first
        from passerelle.care.devices.selectors.patient import measures_received  # noqa: PLC0415
        from passerelle.care.devices.services.by_fhir import heed  # noqa: PLC0415
        from passerelle.care.record import api as record  # noqa: PLC0415
        from passerelle.care.savings import api as savings  # noqa: PLC0415
        from passerelle.core.notify import api as notify  # noqa: PLC0415

        register()
        savings.register_acts("measure-received", measures_received)
        record.watch_writes("Observation", heed)
        notify.register_templates(files("passerelle.care.devices").joinpath("messages", "devices.yaml"))
