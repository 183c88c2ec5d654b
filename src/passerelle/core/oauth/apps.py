from django.apps import AppConfig


class OAuthConfig(AppConfig):
    default_auto_field = "django.db.models.BigAutoField"
    name = "passerelle.core.oauth"
    label = "oauth"
    verbose_name = "applications et fédération"

    def ready(self) -> None:
        from passerelle.core.oauth.navigation import register  # noqa: PLC0415 - models exist from here on

        register()
