from django.apps import AppConfig


class ChannelsConfig(AppConfig):
    default_auto_field = "django.db.models.BigAutoField"
    name = "passerelle.care.channels"
    label = "channels"
    verbose_name = "canaux"

    def ready(self) -> None:
        from passerelle.core.access.api import Act, Kind  # noqa: PLC0415 - applications are loaded first
        from passerelle.core.ui.api import NavEntry, Space, register_navigation  # noqa: PLC0415

        register_navigation(
            Space.CARE,
            NavEntry(
                label="Canaux",
                url_name="channels:list",
                icon="network",
                kind=Kind.MESSAGE,
                action=Act.SEARCH,
                order=61,
                summary="Voir ce que chaque flux fait, l’essayer sans rien changer, comparer et reprendre une version.",
            ),
        )
