from django.apps import AppConfig

from passerelle.core.ui.api import register_notices


class ConsentConfig(AppConfig):
    default_auto_field = "django.db.models.BigAutoField"
    name = "passerelle.care.consent"
    label = "consent"
    verbose_name = "choix du patient"

    def ready(self) -> None:
        from passerelle.care.consent.navigation import register  # noqa: PLC0415 - models are ready only now
        from passerelle.care.consent.notices import notices  # noqa: PLC0415 - the same

        register()
        register_notices("consent", notices)
