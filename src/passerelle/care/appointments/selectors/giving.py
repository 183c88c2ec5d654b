"""For whom, and where, somebody else than the patient may book."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from passerelle.care.appointments.rules.vocabulary import Via
from passerelle.care.appointments.selectors.choosing import kinds_at
from passerelle.care.appointments.selectors.days import places_of
from passerelle.care.appointments.selectors.people import relation_to_file
from passerelle.care.consent import api as consent
from passerelle.care.identity import api as identity
from passerelle.care.record import api as record
from passerelle.core.access import api as access
from passerelle.core.access.api import Act, Kind, Relation, Role, State, Viewer
from passerelle.core.directory import api as directory

_MOST = 20


@dataclass(frozen=True, slots=True)
class Found:
    """Somebody found, as the desk tells people apart."""

    person_id: UUID
    name: str
    birth_date: date | None
    ipp: str


@dataclass(frozen=True, slots=True)
class Door:
    """An establishment where this viewer may book for this person, under which file, by which door."""

    establishment: str
    name: str
    file: UUID
    via: Via
    relation: Relation


def found_people(viewer: Viewer, text: str, *, at: datetime) -> list[Found]:
    """Return whom a viewer may book for: those their hospitals know by this text, or the patients who chose them."""
    if viewer.has(Role.TOWN_DOCTOR):
        chosen = consent.patients_who_chose(viewer, at=at)
        rows = identity.people(chosen[:100])
        wanted = [row for row in rows if text.casefold() in row.traits.display_name.casefold()]
    elif text:
        wanted = identity.search_people(text, establishments=places_of(viewer), limit=_MOST)
    else:
        return []
    hidden = _protected([row.person_id for row in wanted], viewer, at)
    return [
        Found(
            row.person_id,
            row.traits.display_name,
            row.traits.birth_date,
            next((one.ipp for one in row.local_identities if one.ipp), ""),
        )
        for row in wanted
        if row.person_id not in hidden
    ]


def _protected(person_ids: list[UUID], viewer: Viewer, at: datetime) -> set[UUID]:
    """Return those whose identity is protected from this viewer."""
    if not person_ids or viewer.has(Role.CLINICIAN):
        return set()
    told = consent.restrictions_of(person_ids, at=at)
    return {one for one in person_ids if told[one].is_protected}


def open_doors(viewer: Viewer, person_id: UUID, *, at: datetime) -> list[Door]:
    """Return where this viewer may book for this person; nowhere when the decision refuses."""
    known = [one for one in identity.local_identities(person_id) if one.superseded_by is None]
    restrictions = consent.restrictions_of([person_id], at=at)[person_id]
    state = State.PROTECTED if restrictions.is_protected else State.NORMAL
    names = {row.code: row.name for row in directory.establishments(with_test=True)}
    mine, is_town = places_of(viewer), viewer.has(Role.TOWN_DOCTOR)
    town = record.relation_to(viewer, person_id, at=at) if is_town else Relation.NONE
    found = []
    for one in sorted(known, key=lambda row: (names.get(row.establishment, ""), str(row.id))):
        via = Via.DESK if one.establishment in mine else Via.TOWN
        relation = relation_to_file(viewer, None, one.establishment, at=at) if via is Via.DESK else town
        if via is Via.TOWN and relation is not Relation.CHOSEN:
            continue
        is_allowed = access.allowed(viewer, Kind.APPOINTMENT, Act.CREATE, relation=relation, state=state)
        if is_allowed and kinds_at(one.establishment, via=via):
            name = names.get(one.establishment, one.establishment)
            found.append(Door(one.establishment, name, one.id, via, relation))
    return found
