from django.apps import AppConfig


class FormsConfig(AppConfig):
    default_auto_field = "django.db.models.BigAutoField"
    name = "passerelle.care.forms"
    label = "forms"
    verbose_name = "questionnaires"

    def ready(self) -> None:
        from passerelle.care.forms.library import register_own  # noqa: PLC0415 - models must be loaded first

        register_own()
