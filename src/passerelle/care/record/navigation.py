"""The doors of the record in the care space."""

from passerelle.core.access.api import Act, Kind
from passerelle.core.ui.api import ListSearch, NavEntry, Space, register_list_search, register_navigation


def register() -> None:
    entry = NavEntry(
        label="Patients",
        url_name="record:patients",
        icon="patients",
        kind=Kind.PATIENT,
        action=Act.SEARCH,
        order=10,
        summary="Retrouver un patient et lire son parcours dans tous les établissements.",
    )
    register_navigation(Space.CARE, entry)
    register_list_search(
        ListSearch(
            label="Chercher le patient", url_name="record:patients", field="text", kind=Kind.PATIENT, action=Act.SEARCH
        )
    )
    followed = NavEntry(
        label="Abonnements",
        url_name="record:subscriptions",
        icon="send",
        kind=Kind.SUBSCRIPTION,
        action=Act.UPDATE,
        order=64,
        summary="Quelles applications sont prévenues de ce qui change, et à quelle adresse.",
    )
    register_navigation(Space.CARE, followed)
