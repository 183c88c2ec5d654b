from django.apps import AppConfig


class MessagingConfig(AppConfig):
    default_auto_field = "django.db.models.BigAutoField"
    name = "passerelle.care.messaging"
    label = "messaging"
    verbose_name = "messages des patients"

    def ready(self) -> None:
        from passerelle.care.messaging.navigation import register  # noqa: PLC0415 - models exist from here on
        from passerelle.care.messaging.selectors.counted import answered  # noqa: PLC0415
        from passerelle.care.savings.api import register_acts  # noqa: PLC0415

        register()
        register_acts("message-answered", answered)
