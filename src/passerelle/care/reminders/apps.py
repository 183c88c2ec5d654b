from importlib.resources import files

from django.apps import AppConfig


class RemindersConfig(AppConfig):
    default_auto_field = "django.db.models.BigAutoField"
    name = "passerelle.care.reminders"
    label = "reminders"
    verbose_name = "rappels de rendez-vous"

    def ready(self) -> None:
        from passerelle.care.appointments import api as appointments  # noqa: PLC0415 - applications are loaded first
        from passerelle.care.consent import api as consent  # noqa: PLC0415
        from passerelle.care.exchange import api as exchange  # noqa: PLC0415
        from passerelle.care.reminders.inbound import note_consent  # noqa: PLC0415
        from passerelle.care.reminders.metrics import figures  # noqa: PLC0415
        from passerelle.care.reminders.navigation import register  # noqa: PLC0415
        from passerelle.care.reminders.selectors.acts import reminders_sent  # noqa: PLC0415
        from passerelle.care.reminders.services.answering import PREFIX, hear  # noqa: PLC0415
        from passerelle.care.reminders.services.changes import on_change, on_choice  # noqa: PLC0415
        from passerelle.care.savings import api as savings  # noqa: PLC0415
        from passerelle.core.notify import api as notify  # noqa: PLC0415

        register()
        savings.register_acts("reminder-sent", reminders_sent)
        exchange.register_metrics(figures, name="notify")
        notify.register_templates(files("passerelle.care.reminders").joinpath("messages", "reminders.yaml"))
        notify.on_answer(hear, prefix=PREFIX)
        appointments.on_change(on_change, name="reminders")
        consent.on_change(on_choice)
        exchange.register_handler(note_consent, order=45, name="reminders")
