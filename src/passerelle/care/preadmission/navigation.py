"""The doors of pre-admission."""

from passerelle.core.access.api import Act, Kind
from passerelle.core.ui.api import NavEntry, Space, register_navigation


def register() -> None:
    register_navigation(
        Space.PATIENT, NavEntry(label="Préparer ma venue", url_name="preadmission:mine", icon="check", order=25)
    )
    register_navigation(
        Space.CARE,
        NavEntry(
            label="Qui est prêt",
            url_name="preadmission:ready",
            icon="list",
            kind=Kind.PREADMISSION,
            action=Act.SEARCH,
            order=46,
            summary="Les pré-admissions par jour et par service, ce qui manque, qui relancer.",
        ),
    )
