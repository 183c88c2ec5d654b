"""The door of identities in the care space."""

from passerelle.core.access.api import Act, Kind
from passerelle.core.ui.api import NavEntry, Space, register_navigation


def register() -> None:
    entry = NavEntry(
        label="Identités",
        url_name="identity:search",
        icon="identity",
        kind=Kind.IDENTITY,
        action=Act.SEARCH,
        order=5,
        summary="Retrouver une personne, ses identités locales, leur statut et leur histoire.",
    )
    register_navigation(Space.CARE, entry)
    board = NavEntry(
        label="Téléservice INSi",
        url_name="identity:insi",
        icon="shield",
        kind=Kind.IDENTITY,
        action=Act.VERIFY,
        order=6,
        summary="Réponses à décider, questions en attente, vérification des INS de toute la base.",
    )
    register_navigation(Space.CARE, board)
