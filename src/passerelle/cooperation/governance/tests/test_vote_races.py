import threading
from collections.abc import Callable
from uuid import UUID

import pytest
from django.db import connection

from passerelle.cooperation.governance import api as governance
from passerelle.cooperation.governance.models import Decision, Mandate, Vote

from .conftest import AT, CELL, member

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(acts: list[Callable[[], object]]) -> list[str]:
    """Run the acts together, each on its own connection; return the refusals' names, or "" for a success."""
    barrier = threading.Barrier(len(acts))
    results: list[str] = []

    def run(act: Callable[[], object]) -> None:
        barrier.wait()
        try:
            act()
            results.append("")
        except governance.Refusal as refusal:
            results.append(type(refusal).__name__)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[act]) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return sorted(results)


def test_an_establishment_that_votes_six_times_at_once_has_one_vote(item_id: UUID) -> None:
    ballot_id = governance.open_vote(item_id=item_id, by=CELL, at=AT)
    viewer = member("arles")

    def act() -> object:
        return governance.cast_vote(
            ballot_id=ballot_id, establishment="arles", choice=governance.Choice.FOR, by=viewer.actor(), at=AT
        )

    results = at_once([act] * 6)

    assert results == ["", *["AlreadyVoted"] * 5]
    assert Vote.objects.count() == 1


def test_thirteen_votes_at_once_make_one_decision(item_id: UUID) -> None:
    ballot_id = governance.open_vote(item_id=item_id, by=CELL, at=AT)
    seats = list(Mandate.objects.filter(is_voting=True).order_by("pk"))

    def act(mandate: Mandate) -> Callable[[], object]:
        return lambda: governance.enter_vote(
            ballot_id=ballot_id, mandate=mandate, choice=governance.Choice.FOR, by=CELL, at=AT
        )

    results = at_once([act(seat) for seat in seats])

    assert results == [""] * 13
    assert Decision.objects.get().tally["for"] == 13


def test_a_vote_and_the_closing_never_both_win_with_a_vote_left_out(item_id: UUID) -> None:
    ballot_id = governance.open_vote(item_id=item_id, by=CELL, at=AT)
    seats = list(Mandate.objects.filter(is_voting=True).order_by("pk"))
    for seat in seats[:7]:
        governance.enter_vote(ballot_id=ballot_id, mandate=seat, choice=governance.Choice.FOR, by=CELL, at=AT)

    at_once(
        [
            lambda: governance.close_vote(ballot_id=ballot_id, by=CELL, at=AT),
            lambda: governance.enter_vote(
                ballot_id=ballot_id, mandate=seats[7], choice=governance.Choice.AGAINST, by=CELL, at=AT
            ),
        ]
    )

    tally = Decision.objects.get().tally
    assert tally["for"] + tally["against"] == Vote.objects.count()
