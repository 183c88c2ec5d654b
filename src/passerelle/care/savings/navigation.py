"""The door of savings in the steering space."""

from passerelle.core.access.api import Act, Kind
from passerelle.core.ui.api import NavEntry, Space, register_navigation


def register() -> None:
    register_navigation(
        Space.STEERING,
        NavEntry(
            label="Temps rendu aux équipes",
            url_name="savings:home",
            icon="indicator",
            kind=Kind.INDICATOR,
            action=Act.READ,
            order=35,
            summary="Les heures de papier que la plateforme évite, par établissement et par mois. Une estimation.",
        ),
    )
