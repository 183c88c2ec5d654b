"""What becomes of one file: a link, proposals, or nothing."""

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from passerelle.care.identity import api as identity
from passerelle.care.matching.models import BirthNote, Pair, PairState
from passerelle.care.matching.rules.comparable import Comparable, comparable
from passerelle.care.matching.rules.comparing import agreement
from passerelle.care.matching.rules.deciding import Decision, Judged
from passerelle.care.matching.rules.guards import Guard, Zone, apart
from passerelle.care.matching.rules.model import declared_model
from passerelle.care.matching.rules.profile import Profile
from passerelle.care.matching.selectors.candidates import decide
from passerelle.care.matching.selectors.profiles import profile_of, stored_profiles
from passerelle.care.matching.services.settling import SYSTEM, join, lapse, undo_pair
from passerelle.care.matching.services.storing import forget_profile, store_profile
from passerelle.core.audit import api as audit

_MOST_PROPOSALS: Final = 5
_CHANGED: Final = "les traits, ou les personnes, ont changé"
_STANDING: Final = (PairState.DIFFERENT, PairState.SAME, PairState.LINKED)


@transaction.atomic
def match_one(local_identity_id: UUID, *, at: datetime) -> Decision | None:
    """Store a file, decide, then link it or propose pairs; None when there is nothing to match.

    Doing it again changes nothing. Proposals that the traits of now no longer make lapse; an automatic link that a rule
    now forbids is undone. A pair that a human decided is left alone while the traits it was decided on stay.
    """
    profile = _told(local_identity_id)
    if profile is None:
        forget_profile(local_identity_id)
        lapse(_open_pairs(local_identity_id), at=at, reason="identité absorbée par une autre")
        return None
    store_profile(profile)
    _undo_forbidden_links(profile, at=at)
    profile = replace(profile, person_id=identity.person_of(local_identity_id))
    decision = decide(profile)
    wanted = _wanted(profile, decision)
    _lapse_unwanted(profile, wanted, at=at)
    for judged in wanted:
        propose(profile, judged, at=at, notes=decision.notes)
    return decision


def _told(local_identity_id: UUID) -> Profile | None:
    try:
        traits = identity.local_traits(local_identity_id)
    except LookupError:
        return None
    if traits.superseded_by is not None:
        return None
    return profile_of(traits, BirthNote.objects.filter(pk=local_identity_id).first())


def _wanted(profile: Profile, decision: Decision) -> list[Judged]:
    found = (decision.best, *decision.others) if decision.best else ()
    return [_checked(profile, one) for one in found[:_MOST_PROPOSALS] if one.zone > Zone.SEPARATE]


def _checked(profile: Profile, judged: Judged) -> Judged:
    """Return the best candidate, its link refused when a file of either person stands against it."""
    if judged.zone != Zone.LINK:
        return judged
    found = against(profile, judged.profile)
    return replace(judged, zone=Zone.PROPOSE, guards=(*judged.guards, *found)) if found else judged


def against(profile: Profile, candidate: Profile) -> tuple[Guard, ...]:
    """Return what, in the other files of both persons, forbids to link them without a human."""
    if len(_files(profile)) > 1:
        return (Guard(Zone.PROPOSE, "L’identité arrivée appartient déjà à une personne : la cellule décide"),)
    arrival = comparable(profile)
    others = [comparable(other) for other in stored_profiles(_files(candidate))]
    return next((found for other in others if (found := apart(arrival, other, agreement(arrival, other)))), ())


def _files(profile: Profile) -> list[UUID]:
    """Return the files of the person of this one, merged ones left out."""
    if profile.local_identity_id is None:
        return []
    known = identity.local_identities(identity.person_of(profile.local_identity_id))
    return [one.id for one in known if one.superseded_by is None]


def propose(profile: Profile, judged: Judged, *, at: datetime, notes: Sequence[str] = ()) -> bool:
    """Link or propose a pair as it was judged; False when it is decided, or open, with the traits of now already."""
    pair = _new_pair(profile, judged, notes, at=at)
    held = Pair.objects.filter(first_id=pair.first_id, second_id=pair.second_id)
    if held.filter(Q(state=PairState.OPEN) | Q(state__in=_STANDING, traits=pair.traits)).exists():
        return False
    if judged.zone == Zone.LINK:
        _link(pair, at=at)
    pair.save(force_insert=True)
    return True


def _link(pair: Pair, *, at: datetime) -> None:
    pair.joining_id = join(pair, by=SYSTEM.name, at=at)
    pair.state, pair.settled_at, pair.settled_by = PairState.LINKED, at, SYSTEM.name
    audit.record(
        audit.Action.IDENTITY_MERGED,
        by=SYSTEM,
        at=at,
        target=f"pair:{pair.pk}",
        person_id=identity.person_of(pair.first_id),
        reason=f"rapprochement automatique, modèle {pair.model_version}",
        detail={"first": str(pair.first_id), "second": str(pair.second_id), "weight": str(pair.weight)},
    )


def _new_pair(profile: Profile, judged: Judged, notes: Sequence[str], *, at: datetime) -> Pair:
    first, second = sorted((profile, judged.profile), key=lambda one: _file(one))
    return Pair(
        first_id=_file(first),
        second_id=_file(second),
        first_establishment=first.establishment,
        second_establishment=second.establishment,
        weight=judged.score.weight,
        probability=judged.score.probability,
        explanation={
            "fields": [asdict(field) for field in judged.score.fields],
            "guards": [guard.why_fr for guard in judged.guards],
            "notes": list(notes),
        },
        model_version=declared_model().version,
        traits=fingerprint(comparable(first), comparable(second)),
        proposed_at=at,
    )


def _file(profile: Profile) -> UUID:
    if profile.local_identity_id is None:
        raise LookupError(profile.establishment)
    return profile.local_identity_id


def fingerprint(first: Comparable, second: Comparable) -> str:
    """Return what tells whether the traits of a pair are those it was decided on."""
    told = repr([(one.names, one.givens, one.birth_date, one.sex, one.place, _number(one)) for one in (first, second)])
    return hashlib.sha256(told.encode()).hexdigest()


def _number(one: Comparable) -> tuple[str, bool]:
    return one.profile.ins_matricule, one.profile.is_ins_qualified


def _open_pairs(local_identity_id: UUID) -> list[Pair]:
    touching = Q(first_id=local_identity_id) | Q(second_id=local_identity_id)
    return list(Pair.objects.select_for_update().filter(touching, state=PairState.OPEN).order_by("id"))


def _lapse_unwanted(profile: Profile, wanted: list[Judged], *, at: datetime) -> None:
    """Close the open pairs of this file that the traits of now do not make, or make otherwise."""
    known = comparable(profile)
    kept = set()
    for judged in wanted:
        first, second = sorted((known, comparable(judged.profile)), key=lambda one: _file(one.profile))
        kept.add((_file(first.profile), _file(second.profile), fingerprint(first, second)))
    open_pairs = _open_pairs(_file(profile))
    lapse([row for row in open_pairs if (row.first_id, row.second_id, row.traits) not in kept], at=at, reason=_CHANGED)


def _undo_forbidden_links(profile: Profile, *, at: datetime) -> None:
    """Undo the automatic links of this file that a rule forbids since its traits changed."""
    file = _file(profile)
    arrival = comparable(profile)
    for row in Pair.objects.filter(Q(first_id=file) | Q(second_id=file), state=PairState.LINKED).order_by("id"):
        other_id = row.second_id if row.first_id == file else row.first_id
        for other in map(comparable, stored_profiles([other_id])):
            found = [one for one in apart(arrival, other, agreement(arrival, other)) if one.ceiling == Zone.SEPARATE]
            if found:
                undo_pair(pair_id=row.pk, by=SYSTEM, at=at, reason=found[0].why_fr)
