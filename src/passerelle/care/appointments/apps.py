from django.apps import AppConfig


class AppointmentsConfig(AppConfig):
    default_auto_field = "django.db.models.BigAutoField"
    name = "passerelle.care.appointments"
    label = "appointments"
    verbose_name = "rendez-vous"

    def ready(self) -> None:
        from passerelle.care.appointments.inbound import handle, heed  # noqa: PLC0415 - applications are loaded first
        from passerelle.care.appointments.navigation import register  # noqa: PLC0415
        from passerelle.care.appointments.selectors.counted import (  # noqa: PLC0415
            booked_without_a_call,
            changed_without_a_call,
            refilled_without_a_call,
        )
        from passerelle.care.exchange.api import register_handler  # noqa: PLC0415
        from passerelle.care.record.api import watch_writes  # noqa: PLC0415
        from passerelle.care.savings.api import register_acts  # noqa: PLC0415

        register()
        register_handler(handle, order=30, name="appointments")
        watch_writes("Appointment", heed)
        register_acts("appointment-booked", booked_without_a_call)
        register_acts("appointment-changed", changed_without_a_call)
        register_acts("slot-refilled", refilled_without_a_call)
