"""The admission desk: one field, few keys, people ranked; and who looks like a newcomer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from passerelle.care.exchange.api import ask
from passerelle.care.identitovigilance.rules.typing import Typed, read_typed
from passerelle.care.identitovigilance.selectors.places import names
from passerelle.care.identity import api as identity
from passerelle.care.matching import api as matching
from passerelle.core.access import api as access
from passerelle.core.access.api import Act, Kind, Relation, Viewer

_MOST = 20
_STATUS_KINDS = {"QUAL": "done", "VALI": "info", "RECUP": "info", "PROV": "attention"}
_BY_NAME_AND_DATE = (
    "SELECT id FROM identity_localidentity WHERE birth_date = ANY(%s) AND search_name LIKE ALL(%s) LIMIT 200"
)
_BY_NAME = "SELECT id FROM identity_localidentity WHERE search_name LIKE ALL(%s) LIMIT 200"
_BY_DATE = "SELECT id FROM identity_localidentity WHERE birth_date = ANY(%s) LIMIT 200"
_BY_INS = "SELECT id FROM identity_localidentity WHERE ins_matricule LIKE %s AND ins_matricule <> '' LIMIT 200"
_BY_NUMBER = "SELECT id FROM identity_localidentity WHERE ipp = %s AND ipp <> '' LIMIT 200"
_BY_NUMBER_END = (
    "SELECT id FROM identity_localidentity WHERE establishment_id = ANY(%s) AND ipp LIKE %s AND ipp <> '' LIMIT 200"
)


@dataclass(frozen=True, slots=True)
class FoundPerson:
    """A person found, best first, with what tells them from a namesake."""

    person_id: UUID
    traits: identity.PersonTraits
    status_kind: str
    places: tuple[str, ...]
    is_known_here: bool


@dataclass(frozen=True, slots=True)
class Answer:
    """What the one field finds. `is_short` asks for one more key."""

    typed: Typed
    people: tuple[FoundPerson, ...]
    is_short: bool

    @property
    def homonyms(self) -> int:
        """Return how many of those found bear the same name and first name as the first one."""
        if not self.people:
            return 0
        first = self.people[0].traits
        return sum(
            (one.traits.birth_name, one.traits.first_given) == (first.birth_name, first.first_given)
            for one in self.people[1:]
        )


def found(viewer: Viewer, text: str, *, at: datetime) -> Answer:
    """Return the people that a clerk may see and that what was typed finds; the search is audited.

    The identity cell sees the whole group, a clerk those known where they work.

    Raises:
        AccessRefused: the viewer may not search identities.
    """
    is_wide = access.allowed(viewer, Kind.IDENTITY, Act.SEARCH, relation=Relation.TERRITORY)
    relation = Relation.TERRITORY if is_wide else Relation.ESTABLISHMENT
    access.check(viewer, Kind.IDENTITY, Act.SEARCH, relation=relation, target="identities", at=at)
    typed = read_typed(text, today=at.date())
    if not typed.is_enough:
        return Answer(typed, (), is_short=True)
    persons = list(dict.fromkeys(identity.persons_of(_files(typed, viewer)).values()))
    rows = [_person(row, viewer) for row in identity.people(persons)]
    visible = [row for row in rows if is_wide or row.is_known_here]
    visible.sort(key=lambda row: _rank(row, typed))
    return Answer(typed, tuple(visible[:_MOST]), is_short=False)


def _files(typed: Typed, viewer: Viewer) -> list[UUID]:
    names_like = [f"% {word}%" for name in typed.names for word in _words(name)]
    dates = list(typed.birth_dates)
    asked: list[tuple[str, list[Any]]]
    if typed.ins:
        asked = [(_BY_INS, [f"{typed.ins}%"])]
    elif typed.number_end:
        asked = [(_BY_NUMBER, [typed.number_end])]
        asked.append((_BY_NUMBER_END, [sorted(viewer.establishments), f"%{typed.number_end}"]))
        asked += [(_BY_DATE, [dates])] if dates else []
    elif dates:
        asked = [(_BY_NAME_AND_DATE, [dates, names_like])]
    else:
        asked = [(_BY_NAME, [names_like])]
    return [row[0] for sql, values in asked for row in ask(sql, values)]


def _words(name: str) -> list[str]:
    return identity.search_form(name).split()


def _person(row: identity.PersonRow, viewer: Viewer) -> FoundPerson:
    places = names()
    codes = dict.fromkeys(one.establishment for one in row.local_identities)
    return FoundPerson(
        person_id=row.person_id,
        traits=row.traits,
        status_kind=_STATUS_KINDS.get(row.traits.status, "neutral"),
        places=tuple(places.get(code, code) for code in codes),
        is_known_here=bool(viewer.establishments & set(codes)),
    )


def _rank(row: FoundPerson, typed: Typed) -> tuple[bool, bool, str, str]:
    """Return what ranks a person: the family name first, those known here before, then by name."""
    first = next(iter(_words(" ".join(typed.names[:1]))), "")
    own = [word for name in (row.traits.birth_name, row.traits.used_name) for word in _words(name)]
    by_family = bool(first) and any(word.startswith(first) for word in own)
    return not by_family, not row.is_known_here, row.traits.birth_name, row.traits.first_given


@dataclass(frozen=True, slots=True)
class LookAlike:
    """Somebody known who looks like a newcomer: how sure, and why."""

    person_id: UUID
    traits: identity.PersonTraits
    percent: int
    zone: matching.Zone
    reasons: tuple[str, ...]
    cautions: tuple[str, ...]
    places: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Newcomer:
    """The traits typed in the form, in the order of an identity document."""

    birth_name: str
    given_names: tuple[str, ...]
    birth_date: date
    sex: str
    birth_place: str = ""
    used_name: str = ""
    phone: str = ""


def look_alikes(newcomer: Newcomer, *, establishment: str) -> list[LookAlike]:
    """Return who, among the people of the group, may be this newcomer, most likely first; writes nothing."""
    decision = matching.decide(profile_of(newcomer, establishment=establishment))
    judged = [one for one in (decision.best, *decision.others) if one is not None and one.zone > matching.Zone.SEPARATE]
    files = {one.profile.local_identity_id: one for one in judged if one.profile.local_identity_id}
    persons = identity.persons_of(files)
    traits = identity.traits_of_many(list(dict.fromkeys(persons.values())))
    return [_look_alike(one, persons[id_], traits[persons[id_]]) for id_, one in files.items() if id_ in persons]


def _look_alike(one: matching.Judged, person_id: UUID, traits: identity.PersonTraits) -> LookAlike:
    places = names()
    known = dict.fromkeys(ref.establishment for ref in identity.local_identities(person_id))
    return LookAlike(
        person_id=person_id,
        traits=traits,
        percent=min(round(one.score.probability * 100), 99),
        zone=one.zone,
        reasons=tuple(field.why_fr for field in one.score.fields),
        cautions=tuple(guard.why_fr for guard in one.guards),
        places=tuple(places.get(code, code) for code in known),
    )


def profile_of(newcomer: Newcomer, *, establishment: str) -> matching.Profile:
    """Return a newcomer as the matcher compares files."""
    return matching.Profile(
        birth_name=newcomer.birth_name,
        used_name=newcomer.used_name,
        given_names=newcomer.given_names,
        first_given=newcomer.given_names[0] if newcomer.given_names else "",
        birth_date=newcomer.birth_date,
        sex=newcomer.sex,
        birth_place=newcomer.birth_place,
        phone=newcomer.phone,
        establishment=establishment,
    )


def places_of(viewer: Viewer) -> Sequence[tuple[str, str]]:
    """Return the establishments where the viewer may open a file, with their names."""
    known = names()
    return [
        (code, known[code])
        for code in sorted(viewer.establishments)
        if code in known and access.allowed(viewer, Kind.IDENTITY, Act.CREATE, relation=Relation.ESTABLISHMENT)
    ]
