from django.apps import AppConfig


class IdentityConfig(AppConfig):
    default_auto_field = "django.db.models.BigAutoField"
    name = "passerelle.care.identity"
    label = "identity"
    verbose_name = "Identités"

    def ready(self) -> None:
        from passerelle.care.exchange.api import register_effects, register_handler  # noqa: PLC0415 - loaded first
        from passerelle.care.identity.effects import effects  # noqa: PLC0415
        from passerelle.care.identity.inbound import foresee, handle  # noqa: PLC0415
        from passerelle.care.identity.navigation import register  # noqa: PLC0415

        register()
        register_handler(handle, order=10, name="identity", foresee=foresee)
        register_effects(effects, order=10, name="identity")
