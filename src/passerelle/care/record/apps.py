from django.apps import AppConfig


class RecordConfig(AppConfig):
    default_auto_field = "django.db.models.BigAutoField"
    name = "passerelle.care.record"
    label = "record"

    def ready(self) -> None:
        from passerelle.care.record.navigation import register  # noqa: PLC0415 - applications are loaded first

        register()
