"""When something wrong becomes an alert, and when silence is one."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

import pytest

from passerelle.care.exchange.rules.alerting import GONE_FOR, SAME_TROUBLE, Finding, Standing, Turn, turn
from passerelle.care.exchange.rules.causes import cause_of, is_poison
from passerelle.care.exchange.rules.silences import silent_since

AT = datetime(2026, 3, 4, 9, 0, tzinfo=UTC)  # a Wednesday, 10 h in Paris
HOLD = timedelta(minutes=2)


def finding(evidence="e1", hold=HOLD):
    return Finding(rule="queue", subject="s", title="t", todo="d", evidence=evidence, hold=hold)


def standing(**changes):
    usual = {
        "noticed_at": AT - timedelta(minutes=10),
        "last_seen_at": AT - timedelta(minutes=1),
        "is_open": True,
        "closed_at": None,
        "closed_by_person": False,
        "evidence": "e1",
    }
    return Standing(**{**usual, **changes})


@pytest.mark.parametrize(
    ("found", "stood", "expected"),
    [
        (finding(), None, Turn.NOTICE),
        (finding(), standing(is_open=False, noticed_at=AT - HOLD + timedelta(seconds=1)), Turn.KEEP),
        (finding(), standing(is_open=False, noticed_at=AT - HOLD), Turn.OPEN),
        (finding("e2"), standing(), Turn.KEEP),
        (None, standing(is_open=False), Turn.FORGET),
        (None, standing(last_seen_at=AT - GONE_FOR + timedelta(seconds=1)), Turn.NONE),
        (None, standing(last_seen_at=AT - GONE_FOR), Turn.CLOSE),
        (finding(), standing(closed_at=AT - SAME_TROUBLE + timedelta(seconds=1)), Turn.REOPEN),
        (finding(), standing(closed_at=AT - SAME_TROUBLE), Turn.NOTICE),
        (finding("e1"), standing(closed_at=AT - timedelta(days=9), closed_by_person=True), Turn.NONE),
        (finding("e2"), standing(closed_at=AT - timedelta(minutes=1), closed_by_person=True), Turn.NOTICE),
        (None, standing(closed_at=AT), Turn.NONE),
    ],
)
def test_an_alert_takes_its_time_to_open_and_to_close(found, stood, expected):
    assert turn(found, stood, at=AT) is expected


def test_a_cause_that_comes_and_goes_within_minutes_makes_one_alert_only():
    stood, opened = None, 0
    for minute in range(30):
        at = AT + timedelta(minutes=minute)
        found = finding(hold=timedelta()) if minute % 2 == 0 else None
        change = turn(found, stood, at=at)
        opened += change in {Turn.NOTICE, Turn.REOPEN}
        if found:
            stood = standing(last_seen_at=at)

    assert opened == 1


@dataclass
class Watched:
    minutes: int = 40
    from_time: time | None = time(7)
    to_time: time | None = time(19)
    days: tuple[int, ...] = (1, 2, 3, 4, 5)


def paris(hour, minute=0, day=4):
    return datetime(2026, 3, day, hour - 1, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("watched", "last_at", "at", "since"),
    [
        (Watched(), paris(9, 20), paris(10), paris(9, 20)),
        (Watched(), paris(9, 21), paris(10), None),
        (Watched(), paris(2), paris(7, 39), None),
        (Watched(), paris(2), paris(7, 40), paris(7)),
        (Watched(), None, paris(8), paris(7)),
        (Watched(), paris(9), paris(19), None),
        (Watched(days=(6, 7)), paris(2), paris(10), None),
        (Watched(from_time=time(20), to_time=time(6)), paris(21, day=3), paris(5), paris(21, day=3)),
        (Watched(from_time=time(20), to_time=time(6), days=(2,)), None, paris(5), paris(20, day=3)),
        (Watched(from_time=time(20), to_time=time(6), days=(3,)), None, paris(5), None),
        (Watched(from_time=None, to_time=None), paris(23, day=3), paris(2), paris(23, day=3)),
        (Watched(from_time=None, to_time=None, days=(3,)), None, paris(2), paris(1) - timedelta(hours=1)),
    ],
)
def test_silence_is_told_in_the_declared_hours_only_and_counts_from_their_opening(watched, last_at, at, since):
    assert silent_since(watched, last_at, at=at) == since


def test_a_channel_owes_nothing_before_it_was_declared():
    watched = Watched()

    assert silent_since(watched, None, at=paris(10), declared_at=paris(9, 30)) is None
    assert silent_since(watched, None, at=paris(10, 10), declared_at=paris(9, 30)) == paris(9, 30)
    assert silent_since(watched, None, at=paris(10), declared_at=paris(2)) == paris(7)


def test_the_hours_watched_are_those_of_paris_on_both_sides_of_summer_time():
    watched = Watched(days=(1, 2, 3, 4, 5, 6, 7))

    assert silent_since(watched, None, at=datetime(2026, 3, 28, 6, 45, tzinfo=UTC)) is not None
    assert silent_since(watched, None, at=datetime(2026, 3, 29, 5, 45, tzinfo=UTC)) is not None
    assert silent_since(watched, None, at=datetime(2026, 3, 28, 5, 45, tzinfo=UTC)) is None


def test_messages_with_the_same_fault_have_the_same_cause_whatever_their_numbers():
    assert cause_of("UF inconnue : 6268") == "UF inconnue : 6268"
    assert cause_of("patient 279035121518989 inconnu") == cause_of("patient 255069910012345 inconnu")
    assert cause_of("") == "sans motif"


def test_a_poison_is_our_own_fault_not_a_refusal():
    assert is_poison("erreur inattendue (KeyError, rules.py:12)")
    assert is_poison("l’exécutant s’est arrêté net chaque fois qu’il a commencé ce message")
    assert not is_poison("UF inconnue : 6268")
