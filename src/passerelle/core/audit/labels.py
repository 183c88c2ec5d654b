"""The French words of what an event holds as codes."""

from collections.abc import Mapping

from passerelle.core.directory import api as directory

_TARGETS = {
    "document": "Document",
    "encounter": "Séjour",
    "observation": "Résultat",
    "patient": "Dossier",
    "person": "Dossier",
    "record": "Dossier",
    "identity": "Identité",
    "message": "Message d’échange",
    "account": "Compte",
    "address": "Adresse inconnue",
    "project": "Projet",
    "session": "Séance",
    "vote": "Vote",
    "item": "Point de l’ordre du jour",
    "decision": "Décision",
    "indicator": "Indicateur",
    "extract": "Extrait dépersonnalisé",
    "audit": "Journal des accès",
}
_roles: dict[str, str] = {"system": "Automate"}


def register_role_labels(labels: Mapping[str, str]) -> None:
    """Tell the words of the roles: the package that owns them is above this one."""
    _roles.update(labels)


def role_label(role: str) -> str:
    return _roles.get(role, role)


def target_label(target: str) -> str:
    """Return the kind of a target in French; its id stays out of the sentence."""
    kind = target.partition(":")[0].lower()
    return _TARGETS.get(kind, kind.capitalize())


def establishment_names() -> dict[str, str]:
    """Return the short name of each establishment by code, the test one included; one query."""
    return {row.code: row.short_name for row in directory.establishments(with_test=True)}
