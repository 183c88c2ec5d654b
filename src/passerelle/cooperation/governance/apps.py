from django.apps import AppConfig

from passerelle.core.ui.api import NavEntry, register_navigation


class GovernanceConfig(AppConfig):
    default_auto_field = "django.db.models.BigAutoField"
    name = "passerelle.cooperation.governance"
    label = "governance"
    verbose_name = "Instances"

    def ready(self) -> None:
        from passerelle.cooperation.governance.awaiting import votes_awaiting  # noqa: PLC0415 - the same
        from passerelle.core.access.api import Act, Kind  # noqa: PLC0415 - models are ready only now

        register_navigation(
            "pilotage",
            NavEntry(
                label="Instances",
                url_name="governance:bodies",
                icon="governance",
                kind=Kind.SESSION,
                action=Act.READ,
                order=30,
                summary="Les instances du groupement, leurs séances et leurs membres.",
                awaits=votes_awaiting,
            ),
        )
        register_navigation(
            "pilotage",
            NavEntry(
                label="Décisions",
                url_name="governance:decisions",
                icon="vote",
                kind=Kind.VOTE,
                action=Act.SEARCH,
                order=40,
                summary="Le registre des décisions, avec les chiffres sur lesquels elles ont été prises.",
            ),
        )
