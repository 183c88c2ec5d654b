"""Finding in the directory whom to let in, or to keep out."""

from dataclasses import dataclass

from passerelle.care.consent.api import Whom
from passerelle.care.identity.api import search_form
from passerelle.core.directory import api as directory

_MOST = 20
_SHORTEST = 2


@dataclass(frozen=True, slots=True)
class Candidate:
    """Someone, or a place, of the directory; `ref` names it in an address."""

    ref: str
    name: str
    detail: str
    whom: Whom
    is_doctor: bool = False

    @property
    def is_place(self) -> bool:
        return bool(self.whom.establishment)


def find(text: str) -> list[Candidate]:
    """Return the places, then the professionals, whose name holds each word; nothing under two letters."""
    words = search_form(text).split()
    if len("".join(words)) < _SHORTEST:
        return []
    places = [
        _place(row.code, row.name)
        for row in directory.establishments()
        if all(word in search_form(f"{row.name} {row.short_name}") for word in words)
    ]
    people = [_professional(row) for row in directory.professionals(text=text, limit=_MOST)]
    return [*places, *people]


def candidate(ref: str) -> Candidate | None:
    """Return what an address names, None when the directory does not know it."""
    kind, _, key = ref.partition("-")
    if kind == "rpps":
        row = directory.professional(key)
        return _professional(row) if row else None
    place = directory.establishment(key) if kind == "lieu" else None
    return _place(place.code, place.name) if place else None


def _place(code: str, name: str) -> Candidate:
    return Candidate(f"lieu-{code}", name, "Tous les professionnels de l’établissement", Whom(establishment=code))


def _professional(row: directory.ProfessionalRow) -> Candidate:
    told = [row.profession, row.specialty, *row.establishment_names]
    return Candidate(
        ref=f"rpps-{row.rpps}",
        name=row.name,
        detail=", ".join(word for word in told if word),
        whom=Whom(rpps=row.rpps),
        is_doctor=row.profession == "Médecin",
    )
