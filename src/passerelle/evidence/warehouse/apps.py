from django.apps import AppConfig

from passerelle.core.ui.api import NavEntry, register_navigation


class WarehouseConfig(AppConfig):
    default_auto_field = "django.db.models.BigAutoField"
    name = "passerelle.evidence.warehouse"
    label = "warehouse"
    verbose_name = "Entrepôt"

    def ready(self) -> None:
        from passerelle.core.access.api import Act, Kind  # noqa: PLC0415 - models are ready only now

        register_navigation(
            "pilotage",
            NavEntry(
                label="Entrepôt",
                url_name="warehouse:extract",
                icon="database",
                kind=Kind.EXTRACT,
                action=Act.READ,
                order=60,
                summary="Ce que contient l’extrait dépersonnalisé, et quand il a été fait.",
            ),
        )
