"""A parent, her child of fifteen who keeps a stay secret, and someone whose identity is protected. All invented."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from passerelle.care.consent import api as consent
from passerelle.config.demo.choices import break_the_glass, late, once, voice_of
from passerelle.config.demo.chunks import Chunk, chunk_sizes, draw_chunk
from passerelle.config.demo.personas import CLOSED_TO, shown_name
from passerelle.config.demo.resources import stay_key
from passerelle.config.demo.shapes import Person, Stay
from passerelle.config.demo.territory import Territory
from passerelle.core.access import api as access
from passerelle.core.access.api import Role
from passerelle.core.audit import api as audit

PARENT, YOUNG = "parent", "jeune"
_YOUNG_AGES, _PARENT_AGES = range(13, 18), range(34, 56)
_DESK = consent.Voice(audit.Actor(None, "Accueil (fictif)", Role.IDENTITY_OFFICER.value), consent.Door.STAFF)


@dataclass(frozen=True, slots=True)
class Family:
    """Who plays whom; the stays of the child, the latest last."""

    parent: Person
    child: Person
    stays: tuple[Stay, ...]
    protected: Person


def gather_family(found: Territory, *, at: datetime) -> None:
    """Tie the parent and the child of the cast to invented persons, and let them decide; or do nothing."""
    family = _family(found)
    if family is None:
        return
    parent, child = family.parent, family.child
    access.link_patient_persona(person_id=parent.id, display_name=shown_name(parent), code=PARENT)
    account_id = access.link_patient_persona(person_id=child.id, display_name=shown_name(child), code=YOUNG)
    with once():
        mandate = consent.Mandate(parent.id, consent.Nature.PARENT, "Livret de famille (fictif)")
        consent.represent(person_id=child.id, mandate=mandate, by=_DESK, at=at)
    with once():
        consent.keep_secret(
            person_id=child.id,
            item=consent.Item.STAY,
            item_id=stay_key(family.stays[-1]),
            by=voice_of(account_id, shown_name(child)),
            at=at,
        )
    with once():
        reason = consent.ProtectionReason.VIOLENCE
        consent.protect(person_id=family.protected.id, reason=reason, by=_DESK, at=at)
    break_the_glass(child.id, "Malaise au collège, traitement inconnu", at=late(at))


def _family(found: Territory) -> Family | None:
    for number, size in enumerate(chunk_sizes(found.persons)):
        family = _family_of(draw_chunk(number, size, truth=found.truth, hospitals=found.hospitals), found)
        if family is not None:
            return family
    return None


def _family_of(chunk: Chunk, found: Territory) -> Family | None:
    today = found.truth.today
    stays: dict[int, list[Stay]] = {}
    for stay in chunk.stays:
        stays.setdefault(stay.person.number, []).append(stay)
    alive = [one for one in chunk.persons if one.deceased_at is None and _is_known(one)]
    children = [one for one in alive if one.age_on(today) in _YOUNG_AGES and _can_keep_one(stays.get(one.number, ()))]
    adults = [one for one in alive if one.age_on(today) in _PARENT_AGES and one.sex == "F" and one.number in stays]
    if not children or len(adults) < len({PARENT, YOUNG}):
        return None
    child = children[0]
    parent = next((one for one in adults if child.birth_name in {one.birth_name, one.used_name}), adults[0])
    ordered = sorted(stays[child.number], key=lambda stay: (stay.start, stay.number))
    return Family(parent, child, tuple(ordered), next(one for one in reversed(adults) if one is not parent))


def _is_known(person: Person) -> bool:
    return (
        bool(person.files)
        and CLOSED_TO not in person.files
        and all(file.status == "QUAL" for file in person.files.values())
    )


def _can_keep_one(stays: Iterable[Stay]) -> bool:
    """Tell whether one stay may be kept secret and another remain to be seen."""
    over = [stay for stay in stays if stay.end is not None]
    return len(over) >= len({PARENT, YOUNG})
