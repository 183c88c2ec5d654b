"""The measure of identity: a base of invented persons, arrivals decided one by one, searches of the admission desk."""

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import islice
from random import Random
from typing import Final
from uuid import UUID

from django.db import connection

from passerelle.care.identity import api as identity
from passerelle.care.matching.benchmark.scratch import scratch_database, without_indexes
from passerelle.care.matching.evaluation import people
from passerelle.care.matching.evaluation.same import SAME
from passerelle.care.matching.rules.deciding import Decision
from passerelle.care.matching.rules.guards import Zone
from passerelle.care.matching.rules.normalising import plain
from passerelle.care.matching.rules.profile import Profile
from passerelle.care.matching.selectors.candidates import decide
from passerelle.care.matching.services.storing import COLUMNS, stored_values
from passerelle.protocols.ins import api as ins

_SINCE: Final = datetime(2026, 1, 1, tzinfo=UTC)
_BATCH: Final = 20_000
_ARRIVALS: Final = 3_000
_SEARCHES: Final = 500
_WARM_UP: Final = 200
_QUALIFIED_SHARE: Final = 0.4
_TABLES: Final = ("identity_person", "identity_localidentity", "identity_membership", "matching_profile")
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Arrival:
    """Someone who arrives, and the file they have already, if any."""

    kind: str
    profile: Profile
    known_as: UUID | None


def run(persons: int, say: Say) -> dict[str, float | int]:
    """Return the figures: times of deciding and of searching, and what became of the arrivals."""
    with scratch_database(_SINCE):
        begun = time.perf_counter()
        sampled = _fill(persons, say)
        filled_s = time.perf_counter() - begun
        say(f"base remplie en {filled_s:.0f} s")
        return {
            "persons": persons,
            **_decide(list(_arrivals(sampled)), say),
            **_search(sampled, say),
            "fill_s": round(filled_s),
        }


def _fill(persons: int, say: Say) -> list[Profile]:
    """Fill the base; return enough of its persons, drawn evenly, to arrive again."""
    every = max(1, persons // (2 * _ARRIVALS))
    sampled: list[Profile] = []
    with without_indexes(*_TABLES):
        made = _people(persons)
        done = 0
        while batch := list(islice(made, _BATCH)):
            identity.bulk_load(map(_bulk, batch), source="banc d’essai")
            _copy_profiles(batch)
            sampled += [one for rank, one in enumerate(batch, done) if rank % every == 0]
            done += len(batch)
            if done % (10 * _BATCH) == 0:
                say(f"{done} personnes")
        say("index")
    return sampled


def _people(count: int) -> Iterator[Profile]:
    random, place = Random(2026), people.town()  # noqa: S311 - invented persons, not a secret
    for rank in range(count):
        made = people.person(random, place)
        if random.random() < _QUALIFIED_SHARE:
            made = replace(
                made,
                status="QUAL",
                is_ins_qualified=True,
                ins_family=people.FAMILY,
                ins_matricule=_matricule(made, rank),
            )
        yield replace(made, local_identity_id=UUID(int=random.getrandbits(128), version=4))


def _matricule(made: Profile, rank: int) -> str:
    """Return a number that nobody else has; it tells the sex and the month of birth, not the place."""
    body = f"{'1' if made.sex == 'M' else '2'}{made.birth_date:%y%m}{rank:08d}"
    return body + ins.compute_key(body)


def _bulk(one: Profile) -> identity.BulkIdentity:
    if one.local_identity_id is None or one.birth_date is None:
        raise LookupError(one.birth_name)
    return identity.BulkIdentity(
        id=one.local_identity_id,
        person_id=_person_of(one.local_identity_id),
        establishment=one.establishment,
        ipp=one.local_identity_id.hex[:16],
        authority_namespace="BANC",
        authority_oid="",
        birth_name=one.birth_name,
        used_name=one.used_name,
        given_names=one.given_names,
        birth_date=one.birth_date,
        sex=one.sex,
        since=_SINCE,
        birth_place=one.birth_place,
        ins_matricule=one.ins_matricule,
        ins_oid=people.OID_TEST if one.ins_matricule else "",
        address={"street": one.street, "postal_code": one.postal_code},
        phone=one.phone,
        email=one.email,
        status=one.status,
    )


def _person_of(local_identity_id: UUID) -> UUID:
    return UUID(int=local_identity_id.int ^ 1)


def _copy_profiles(batch: Sequence[Profile]) -> None:
    with connection.cursor() as cursor, cursor.copy(f"COPY matching_profile ({', '.join(COLUMNS)}) FROM STDIN") as copy:
        for one in batch:
            copy.write_row(stored_values(one))


def _arrivals(sampled: Sequence[Profile]) -> Iterator[Arrival]:
    """Yield newcomers, persons known who come back as they were, and persons known told otherwise, a third each."""
    random, place = Random(7), people.town()  # noqa: S311
    for rank, known in enumerate(sampled[:_ARRIVALS]):
        house = random.choice([code for code in people.ESTABLISHMENTS if code != known.establishment])
        if rank % 3 == 0:
            yield Arrival("new", people.person(random, place), None)
        elif rank % 3 == 1:
            yield Arrival("exact", _arriving(known, house), known.local_identity_id)
        else:
            yield Arrival(
                "altered", _arriving(_told_otherwise(random, place, known, rank), house), known.local_identity_id
            )


def _told_otherwise(random: Random, place: people.Town, known: Profile, rank: int) -> Profile:
    """Return someone as another establishment would tell them, by a difference that leaves the first telling alone."""
    tellings = list(SAME.values())
    for step in range(len(tellings)):
        left, right = tellings[(rank // 3 + step) % len(tellings)](random, place, known)
        if left == known:
            return right
    return known


def _arriving(told: Profile, house: str) -> Profile:
    """Return a profile as it comes to another establishment: nothing qualified yet."""
    return replace(
        told,
        local_identity_id=None,
        establishment=house,
        ins_matricule="",
        ins_family="",
        is_ins_qualified=False,
        status="VALI",
    )


def _decide(arrivals: Sequence[Arrival], say: Say) -> dict[str, float | int]:
    times: list[float] = []
    seen: Counter[str] = Counter()
    compared = 0
    for rank, arrival in enumerate(arrivals):
        begun = time.perf_counter()
        decision = decide(arrival.profile)
        if rank >= _WARM_UP:
            times.append(time.perf_counter() - begun)
        compared += decision.compared
        seen.update(_outcomes(arrival, decision))
    known = seen["known"]
    say(f"{len(arrivals)} arrivées décidées, {compared / len(arrivals):.0f} candidats comparés en moyenne")
    return {
        "decide_p50_ms": _quantile(times, 0.5),
        "decide_p99_ms": _quantile(times, 0.99),
        "recall": round(seen["found"] / known, 4) if known else 0.0,
        "recall_linked": round(seen["linked"] / known, 4) if known else 0.0,
        "false_merges": seen["false_merge"],
        "proposals_per_1000_new": round(1000 * seen["proposed_new"] / max(1, seen["new"]), 1),
    }


def _outcomes(arrival: Arrival, decision: Decision) -> Iterator[str]:
    found = (decision.best, *decision.others) if decision.best else ()
    shown = {one.profile.local_identity_id for one in found if one.zone > Zone.SEPARATE}
    best = decision.best.profile.local_identity_id if decision.best else None
    if decision.zone == Zone.LINK and best != arrival.known_as:
        yield "false_merge"
    if arrival.known_as is None:
        yield "new"
        if shown:
            yield "proposed_new"
        return
    yield "known"
    if arrival.known_as in shown:
        yield "found"
    if decision.zone == Zone.LINK and best == arrival.known_as:
        yield "linked"


def _search(sampled: Sequence[Profile], say: Say) -> dict[str, float | int]:
    """Search as the admission desk does: the first three letters of the name and the birth date."""
    times: list[float] = []
    found = 0
    for rank, known in enumerate(sampled[-_SEARCHES - _WARM_UP :]):
        text = plain(known.birth_name)[:3]
        begun = time.perf_counter()
        rows = identity.search_people(text, birth_date=known.birth_date)
        if rank >= _WARM_UP:
            times.append(time.perf_counter() - begun)
        found += any(one.id == known.local_identity_id for row in rows for one in row.local_identities)
    say(f"{found} recherches sur {min(len(sampled), _SEARCHES + _WARM_UP)} trouvent la personne")
    return {"search_p50_ms": _quantile(times, 0.5), "search_p95_ms": _quantile(times, 0.95)}


def _quantile(times: Sequence[float], share: float) -> float:
    ranked = sorted(times)
    return round(1000 * ranked[min(len(ranked) - 1, int(share * len(ranked)))], 2)
