"""The doors of the patient space."""

from passerelle.core.access.api import Act, Kind
from passerelle.core.ui.api import NavEntry, Space, register_navigation


def register() -> None:
    entries = (
        NavEntry(label="Ce qui vous attend", url_name="patientspace:home", icon="home", order=10),
        NavEntry(label="Mes séjours", url_name="patientspace:stays", icon="stay", order=20),
        NavEntry(label="Mes documents", url_name="patientspace:documents", icon="document", order=30),
        NavEntry(label="Mes choix", url_name="patientspace:choices", icon="shield", order=35),
        NavEntry(label="Qui a consulté mon dossier", url_name="patientspace:accesses", icon="eye", order=40),
    )
    for entry in entries:
        register_navigation(Space.PATIENT, entry)
    waits = NavEntry(
        label="Délais d’annonce aux patients",
        url_name="patientspace:waits",
        icon="clock",
        kind=Kind.PARAMETER,
        action=Act.UPDATE,
        order=70,
        summary="Combien de temps un résultat attend d’être annoncé, par établissement.",
    )
    register_navigation(Space.STEERING, waits)
