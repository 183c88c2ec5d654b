"""Names of patients, places and files, read once for a page."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from passerelle.care.identity import api as identity
from passerelle.core.access.api import AccessRefused
from passerelle.core.directory import api as directory
from passerelle.core.ui.api import french

_SEXES = {"F": "Femme", "M": "Homme"}
_STATUS_KINDS = {"QUAL": "done", "RECUP": "info", "VALI": "info"}


@dataclass(frozen=True, slots=True)
class PatientBanner:
    """The identity in sight on every page of one patient."""

    person_id: UUID
    name: str
    facts: tuple[str, ...]
    status_kind: str
    status_label: str


def banner(person_id: UUID, *, on: date) -> PatientBanner:
    """Return the banner of a person.

    Raises:
        AccessRefused: there is no such person.
    """
    try:
        traits = identity.traits(person_id)
    except LookupError as unknown:
        raise AccessRefused from unknown
    born = {"F": "Née", "M": "Né"}.get(traits.sex, "Né(e)")
    facts = (
        f"Nom de naissance\u00a0: {traits.birth_name.upper()}" if traits.birth_name else "",
        f"{born} le {french.day(traits.birth_date)} ({french.age(traits.birth_date, on)})" if traits.birth_date else "",
        _SEXES.get(traits.sex, "Sexe non renseigné"),
        f"INS\u00a0: {traits.ins_display}" if traits.ins_display else "INS absent",
    )
    return PatientBanner(
        person_id=person_id,
        name=traits.display_name,
        facts=tuple(fact for fact in facts if fact),
        status_kind=_STATUS_KINDS.get(traits.status, "attention"),
        status_label=f"Identité {traits.status_label.lower()}",
    )


def names_of(local_identity_ids: Iterable[UUID]) -> dict[UUID, tuple[UUID, str]]:
    """Return the person and the name of each file, in as many queries for many as for one."""
    persons = identity.persons_of(local_identity_ids)
    known = identity.traits_of_many(sorted(set(persons.values())))
    return {
        file: (person_id, known[person_id].display_name if person_id in known else "Identité inconnue")
        for file, person_id in persons.items()
    }


def place_names() -> dict[str, str]:
    """Return the short name of each establishment."""
    return {row.code: row.short_name for row in directory.establishments(with_test=True)}
