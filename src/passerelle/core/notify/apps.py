from django.apps import AppConfig


class NotifyConfig(AppConfig):
    default_auto_field = "django.db.models.BigAutoField"
    name = "passerelle.core.notify"
    label = "notify"
    verbose_name = "messages aux personnes"

    def ready(self) -> None:
        from passerelle.core.notify.book import register_own  # noqa: PLC0415 - applications are loaded first
        from passerelle.core.notify.navigation import register  # noqa: PLC0415

        register_own()
        register()
