from importlib.resources import files

from django.apps import AppConfig


class OAuthConfig(AppConfig):
    default_auto_field = "django.db.models.BigAutoField"
    name = "passerelle.core.oauth"
    label = "oauth"
    verbose_name = "applications et fédération"

    def ready(self) -> None:
        from passerelle.core.access.api import register_factor  # noqa: PLC0415 - models exist from here on
        from passerelle.core.notify.api import register_templates  # noqa: PLC0415 - the same
        from passerelle.core.oauth.navigation import register  # noqa: PLC0415 - the same
        from passerelle.core.oauth.selectors.sent_codes import has_way  # noqa: PLC0415 - the same

        register()
        register_factor(has_way)
        register_templates(files("passerelle.core.oauth").joinpath("messages", "oauth.yaml"))
