from django.apps import AppConfig


class LiaisonConfig(AppConfig):
    default_auto_field = "django.db.models.BigAutoField"
    name = "passerelle.care.liaison"
    label = "liaison"
    verbose_name = "lien ville-hôpital"

    def ready(self) -> None:
        from passerelle.care.liaison.navigation import register  # noqa: PLC0415 - applications are loaded first

        register()
