"""The whole base read again by Splink: pairs that nobody decided are proposed; nothing is linked."""

import tempfile
from collections import Counter
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Final
from uuid import UUID

from django.db import connection, transaction

from passerelle.care.identity import api as identity
from passerelle.care.matching.evaluation.base import splink_base_pairs
from passerelle.care.matching.models import StoredProfile, Waiting
from passerelle.care.matching.rules.comparable import comparable
from passerelle.care.matching.rules.deciding import Judged, Kept, judge
from passerelle.care.matching.rules.guards import Guard, Zone
from passerelle.care.matching.rules.model import declared_model
from passerelle.care.matching.rules.profile import Profile
from passerelle.care.matching.rules.scoring import weigh
from passerelle.care.matching.selectors.profiles import stored_profiles
from passerelle.care.matching.services.deciding import propose

_EXPORT: Final = (
    "COPY (SELECT local_identity_id AS unique_id, birth_name, first_given, birth_date, birth_year, sex, birth_place,"
    " phone, email, street, ins_matricule, name_sound, given_sound FROM matching_profile)"
    " TO STDOUT (FORMAT csv, HEADER)"
)
_FEWEST: Final = 2
_BULK: Final = Guard(Zone.PROPOSE, "Trouvée par la relecture de toute la base")


def link_base(*, probability: float, is_real: bool, at: datetime) -> dict[str, int]:
    """Read the whole base by Splink and propose what our own rules do not forbid; return what became of the pairs.

    Nothing is written unless `is_real`. `waiting` files are not in the base yet: the turn of the worker brings them.
    """
    counts: Counter[str] = Counter(
        {"profiles": StoredProfile.objects.count(), "waiting": Waiting.objects.count(), "found": 0, "proposed": 0}
    )
    if counts["profiles"] < _FEWEST:
        return dict(counts)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "profiles.csv"
        _export(path)
        for one, other, _ in splink_base_pairs(path, probability=probability):
            counts["found"] += 1
            counts[_settle(UUID(one), UUID(other), is_real=is_real, at=at)] += 1
    return dict(counts)


def _export(path: Path) -> None:
    with path.open("wb") as file, connection.cursor() as cursor, cursor.copy(_EXPORT) as copy:
        for block in copy:
            file.write(block)


@transaction.atomic
def _settle(one_id: UUID, other_id: UUID, *, is_real: bool, at: datetime) -> str:
    persons = identity.persons_of([one_id, other_id])
    profiles = {profile.local_identity_id: profile for profile in stored_profiles([one_id, other_id])}
    if len(persons) < 2 or len(profiles) < 2:
        return "gone"
    if persons[one_id] == persons[other_id]:
        return "one_person_already"
    judged = _judged(profiles[one_id], profiles[other_id])
    if judged.zone == Zone.SEPARATE:
        return "kept_apart"
    if is_real and not propose(profiles[one_id], judged, at=at):
        return "decided_already"
    return "proposed"


def _judged(one: Profile, other: Profile) -> Judged:
    """Return the pair judged by our rules; the whole base is never linked without a human."""
    model = declared_model()
    first, second = comparable(one), comparable(other)
    best, _ = judge(first, [Kept(second, weigh(first, second, model))], {}, model)
    if best is None:
        raise LookupError(other.local_identity_id)
    return replace(best, zone=min(best.zone, Zone.PROPOSE), guards=(*best.guards, _BULK))
