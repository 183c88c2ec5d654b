from django.apps import AppConfig


class SavingsConfig(AppConfig):
    default_auto_field = "django.db.models.BigAutoField"
    name = "passerelle.care.savings"
    label = "savings"
    verbose_name = "temps rendu aux équipes"

    def ready(self) -> None:
        from passerelle.care.savings.navigation import register  # noqa: PLC0415 - applications are loaded first

        register()
