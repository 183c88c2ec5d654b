from django.apps import AppConfig

from passerelle.core.ui.api import NavEntry, register_navigation


class IndicatorsConfig(AppConfig):
    default_auto_field = "django.db.models.BigAutoField"
    name = "passerelle.evidence.indicators"
    label = "indicators"
    verbose_name = "Indicateurs"

    def ready(self) -> None:
        from passerelle.core.access.api import Act, Kind  # noqa: PLC0415 - models are ready only now

        register_navigation(
            "pilotage",
            NavEntry(
                label="Indicateurs",
                url_name="indicators:indicators",
                icon="indicator",
                kind=Kind.INDICATOR,
                action=Act.SEARCH,
                order=20,
                summary="Ce qui est mesuré dans les parcours du groupement, petits effectifs masqués.",
            ),
        )
