from django.apps import AppConfig


class AppointmentsConfig(AppConfig):
    default_auto_field = "django.db.models.BigAutoField"
    name = "passerelle.care.appointments"
    label = "appointments"
    verbose_name = "rendez-vous"

    def ready(self) -> None:
        from passerelle.care.appointments.inbound import handle, heed  # noqa: PLC0415 - applications are loaded first
        from passerelle.care.appointments.navigation import register  # noqa: PLC0415
        from passerelle.care.exchange.api import register_handler  # noqa: PLC0415
        from passerelle.care.record.api import watch_writes  # noqa: PLC0415

        register()
        register_handler(handle, order=30, name="appointments")
        watch_writes("Appointment", heed)
