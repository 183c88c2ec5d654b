"""Look-alikes planted for the identity cell: a few files of one person that nothing but a human may join, some decided.

Everybody in the demonstration is fictitious, and a fictitious identity is compared with nobody: the mark is lifted from
these few files only. `truth.yaml` says how many there are and what is true of them: both files are of one person.
"""

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta

from passerelle.care.identitovigilance.models import Decision, Verdict
from passerelle.care.identitovigilance.selectors.stakes import second_signature, stakes_of
from passerelle.care.identitovigilance.services.deciding import Ruling, countersign, decide_pair
from passerelle.care.identitovigilance.services.undoing import undo_tie
from passerelle.care.identity.models import LocalIdentity
from passerelle.care.matching import api as matching
from passerelle.config.demo.chunks import chunk_sizes, draw_chunk
from passerelle.config.demo.shapes import LocalFile, Person
from passerelle.config.demo.territory import Territory
from passerelle.core.access.api import Role, Viewer
from passerelle.core.access.models import Account

OFFICER, SECOND_OFFICER = "identitovigilance", "identitovigilance-arles"
PEOPLE_PER_DECISION_DAY = 9


def plant(found: Territory, *, at: datetime) -> int:
    """Let the matcher see the planted files and take the past decisions; return how many pairs wait. Done once."""
    if Decision.objects.exists():
        return matching.count_open_pairs()
    wanted = found.truth.look_alikes
    files = [pair for _, pair in zip(range(wanted), _candidates(found), strict=False)]
    ids = [file.id for pair in files for file in pair]
    LocalIdentity.objects.filter(pk__in=ids).update(attributes=[])
    for id_ in ids:
        matching.match_one(id_, at=at - timedelta(days=PEOPLE_PER_DECISION_DAY))
    _decide_some(found, at=at)
    return matching.count_open_pairs()


def _candidates(found: Territory) -> Iterator[tuple[LocalFile, LocalFile]]:
    """Yield files of one person in two establishments, one of them without a qualified identity."""
    for number, size in enumerate(chunk_sizes(found.persons)):
        chunk = draw_chunk(number, size, truth=found.truth, hospitals=found.hospitals)
        for person in chunk.persons:
            files = _two_files(person)
            if files is not None:
                yield files


def _two_files(person: Person) -> tuple[LocalFile, LocalFile] | None:
    unsure = [file for file in person.files.values() if file.status != "QUAL"]
    others = [file for file in person.files.values() if file is not (unsure[0] if unsure else None)]
    if not unsure or not others or person.deceased_at is not None:
        return None
    return unsure[0], others[0]


def _decide_some(found: Territory, *, at: datetime) -> None:
    """Take the decisions of the past weeks: unions, two persons, one union undone, one that awaits a signature."""
    officer, second = _officer(OFFICER), _officer(SECOND_OFFICER)
    pairs = sorted(
        matching.open_pairs(limit=found.truth.look_alikes_decided * 2),
        key=lambda pair: not second_signature(stakes_of(pair), on=at.date()),
    )[: found.truth.look_alikes_decided]
    for rank, pair in enumerate(pairs):
        on = at - timedelta(days=1 + rank * PEOPLE_PER_DECISION_DAY)
        is_same = rank % 3 != 2
        ruling = Ruling(
            Verdict.SAME if is_same else Verdict.DIFFERENT,
            reason="Traits et séjours concordants, établissement d’origine interrogé."
            if is_same
            else "Deux homonymes.",
            evidence="source" if is_same else "",
        )
        with suppress(matching.NotOpen):
            done = decide_pair(pair_id=pair.id, ruling=ruling, by=officer, at=on)
            if done.state == "awaiting" and rank:
                done = countersign(decision_id=done.pk, agrees=True, by=second, at=on + timedelta(hours=1))
            if rank == 1 and done.joining_id is not None:
                reason = "Jumelles\u00a0: la pièce d’identité de l’une montre un autre prénom."
                undo_tie(kind="joining", tie_id=done.joining_id, by=officer, at=on + timedelta(hours=3), reason=reason)


def _officer(persona: str) -> Viewer:
    account = Account.objects.get(is_demo_persona=True, email__startswith=f"{persona}@")
    return Viewer(
        account_id=account.pk,
        name=account.display_name,
        assignments=frozenset({(Role.IDENTITY_OFFICER, "aphm")}),
        is_demo_persona=True,
    )
