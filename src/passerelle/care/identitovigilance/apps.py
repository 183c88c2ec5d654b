from django.apps import AppConfig


class IdentitovigilanceConfig(AppConfig):
    default_auto_field = "django.db.models.BigAutoField"
    name = "passerelle.care.identitovigilance"
    label = "identitovigilance"
    verbose_name = "identitovigilance"

    def ready(self) -> None:
        from passerelle.care.identitovigilance.navigation import register  # noqa: PLC0415 - applications are loaded first

        register()
