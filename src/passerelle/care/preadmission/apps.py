from django.apps import AppConfig


class PreadmissionConfig(AppConfig):
    default_auto_field = "django.db.models.BigAutoField"
    name = "passerelle.care.preadmission"
    label = "preadmission"
    verbose_name = "pré-admission"

    def ready(self) -> None:
        from passerelle.care.appointments import api as appointments  # noqa: PLC0415 - models must be loaded first
        from passerelle.care.preadmission.navigation import register  # noqa: PLC0415
        from passerelle.care.preadmission.selectors.acts import acts  # noqa: PLC0415
        from passerelle.care.preadmission.services.opening import follow_appointment  # noqa: PLC0415
        from passerelle.care.savings import api as savings  # noqa: PLC0415

        register()
        appointments.on_change(follow_appointment, name="preadmission")
        savings.register_acts("preadmission-step", acts)
