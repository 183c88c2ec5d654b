"""What comes is counted once, and shelves lead to what is rare."""

from datetime import timedelta

import psycopg
import pytest
from django.db import connection
from django.db.models import Sum
from django.utils import timezone

from passerelle.care.exchange import selectors, tasks
from passerelle.care.exchange.api import receive
from passerelle.care.exchange.models import Flow, FlowMark, Message, SenderTotal, Shelf
from passerelle.care.exchange.selectors import finding
from passerelle.care.exchange.selectors.asked import Search
from passerelle.care.exchange.selectors.finding import find
from passerelle.care.exchange.selectors.flows import Sender, sender_flows
from passerelle.care.exchange.services import counting
from passerelle.care.exchange.services.counting import settle_flows
from passerelle.care.exchange.tests.samples import admission, open_facility
from passerelle.core.access.api import Role, Viewer
from passerelle.core.parameters import api as parameters

pytestmark = pytest.mark.django_db

NOW = timezone.now()
KEEPER = Viewer(assignments=frozenset({(Role.INTEGRATOR, None)}))
_NAMES = {"dbname", "user", "password", "host", "port"}
GAM = Sender("essai", "CHU-X", "GAM", "")


@pytest.fixture(autouse=True)
def places(db):
    open_facility("CHU-X", "essai")
    open_facility("CH-AUBAGNE", "aubagne", role="partie")


def send(*messages, at=NOW):
    for raw in messages:
        receive(raw, peer="10.1.1.1:4000", at=at)


def settle(minutes):
    return settle_flows(at=NOW + timedelta(minutes=minutes))


def ranks(**criteria):
    found = find(KEEPER, Search(**criteria), limit=50)
    return list(Message.objects.filter(seq__in=found.ranks).order_by("seq").values_list("control_id", flat=True))


def test_each_message_is_counted_once_a_turn_after_it_was_seen():
    send(admission("M1"), admission("M2"))
    assert settle(0) == 0
    assert settle(1) == 2
    send(admission("M3"), admission("M4", kind="ACK^A01^ACK"))

    assert [settle(2), settle(3), settle(4)] == [0, 2, 0]
    totals = {row.outcome: row.count for row in SenderTotal.objects.order_by("pk")}
    assert totals == {"accepted": 3, "refused": 1}
    assert Flow.objects.aggregate(all=Sum("count"))["all"] == 4
    assert Shelf.objects.aggregate(all=Sum("count"))["all"] == 4


def test_a_rank_seen_a_moment_ago_is_not_counted_yet_for_an_older_one_may_still_be_hidden():
    send(admission("M1"))
    settle(0)

    assert settle_flows(at=NOW + timedelta(seconds=30)) == 0
    assert FlowMark.objects.get().settled_seq == 0


@pytest.mark.django_db(transaction=True)
def test_a_message_that_is_long_to_commit_is_waited_for_and_never_missed(monkeypatch):
    monkeypatch.setattr(counting, "_LONGEST_WRITE", timedelta())
    names = {key: value for key, value in connection.get_connection_params().items() if key in _NAMES}
    with psycopg.connect(**names) as slow:
        slow.execute("SELECT nextval(pg_get_serial_sequence('exchange_message', 'seq')), pg_current_xact_id()")
        send(admission("M2"))
        settle(0)
        assert settle(1) == 0
        slow.rollback()
        assert settle(2) == 1


def test_the_figures_shown_are_the_same_before_and_after_counting():
    send(admission("M1"), admission("M2", family="X"), admission("M2", family="Y"), admission("M3", kind="ACK^A01^ACK"))
    before = sender_flows(at=NOW)
    settle(0)
    settle(1)
    after = sender_flows(at=NOW)

    assert after.keys() == before.keys()
    for flow in (before[GAM], after[GAM]):
        assert (flow.day, flow.hour, flow.faulty, flow.waiting) == (4, 4, 2, 2)
        assert flow.last_at == NOW
        assert sum(flow.slots) == 4


def test_senders_nobody_knows_are_counted_together_so_that_nobody_can_fill_our_tables():
    send(*(admission(f"M{n}", facility=f"PIRATE-{n}") for n in range(5)))
    settle(0)
    settle(1)

    assert SenderTotal.objects.get().count == 5
    assert list(sender_flows(at=NOW)) == [Sender("", "", "", "")]


def test_yesterday_at_the_same_hour_is_out_of_the_last_day():
    send(admission("M1"), at=NOW - timedelta(hours=25))
    send(admission("M2"), at=NOW - timedelta(hours=2))

    flow = sender_flows(at=NOW)[GAM]

    assert (flow.day, flow.hour) == (1, 0)
    assert flow.last_at == NOW - timedelta(hours=2)


@pytest.mark.parametrize("is_counted", [False, True])
@pytest.mark.parametrize(
    ("criteria", "expected"),
    [
        ({}, ["M1", "M2", "M3", "M4"]),
        ({"kind": "ADT^A40"}, ["M2"]),
        ({"kind": "ADT"}, ["M1", "M2", "M3"]),
        ({"kind": "ORU^R01"}, []),
        ({"establishment": "aubagne"}, ["M3"]),
        ({"establishment": "aubagne", "kind": "ADT^A40"}, []),
        ({"channel": "CHU-X|LABO"}, ["M2"]),
        ({"error": "MSH-9"}, ["M4"]),
        ({"error": "MSH"}, ["M4"]),
        ({"error": "PID-3"}, []),
        ({"error": "NON PRIS EN CHARGE"}, ["M4"]),
        ({"error": "100%"}, []),
        ({"state": "received", "kind": "ADT^A40"}, ["M2"]),
        ({"text": "M4"}, ["M4"]),
    ],
)
def test_what_is_found_does_not_depend_on_what_is_counted(is_counted, criteria, expected):
    send(
        admission("M1"),
        admission("M2", ipp="77", application="LABO", kind="ADT^A40^ADT_A39", merged="78"),
        admission("M3", facility="CH-AUBAGNE"),
        admission("M4", kind="ACK^A01^ACK"),
    )
    if is_counted:
        settle(0)
        assert settle(1) == 4

    assert ranks(**criteria) == expected


def test_a_period_is_in_days_of_paris_whatever_the_order_of_ranks():
    day = NOW - timedelta(days=3)
    for offset in (-2, -1, 0, 1, 2):
        send(admission(f"M{offset}"), at=day + timedelta(days=offset))
    on = timezone.localdate(day)

    assert ranks(first_date=on, last_date=on) == ["M0"]
    assert ranks(first_date=on) == ["M0", "M1", "M2"]
    assert ranks(last_date=on) == ["M-2", "M-1", "M0"]


def test_pages_follow_each_other_without_gap_nor_repeat():
    send(*(admission(f"M{n}") for n in range(7)))
    seen, before = [], None
    while True:
        found = selectors.messages(KEEPER, Search(kind="ADT^A01", before=before), limit=3)
        seen += [line.control_id for line in found.lines]
        before = found.next_before
        if before is None:
            break

    assert seen == [f"M{n}" for n in reversed(range(7))]


def test_what_was_refused_is_found_by_its_patient_its_control_id_and_its_sender(places):
    send(admission("M1", ipp="4242", facility="INCONNU"), admission("M2", ipp="77"))

    assert ranks(text="4242") == ["M1"]
    assert ranks(text="N4242") == ["M1"]
    assert ranks(text="INCONNU") == ["M1"]
    assert ranks(text="M1") == ["M1"]
    assert ranks(text="4243") == []


def test_what_is_too_far_to_be_looked_at_is_behind_the_next_page(monkeypatch):
    monkeypatch.setattr(finding, "_MOST_UNUSUAL", 3)
    send(*(admission(f"M{n}", kind="ACK^A01^ACK" if n else "ADT^A99^ADT_A01") for n in range(8)))
    seen, before, pages = [], None, 0
    while True:
        found = find(KEEPER, Search(state="refused", error="A99", before=before), limit=50)
        seen += found.ranks
        pages += 1
        before = found.next_before
        if before is None:
            break

    assert list(Message.objects.filter(seq__in=seen).values_list("control_id", flat=True)) == ["M0"]
    assert pages == 3


def test_counts_by_minute_are_forgotten_after_the_days_of_the_parameter_and_totals_stay():
    parameters.load_parameters(at=NOW)
    now = timezone.now()
    for age in (39, 41):
        Flow.objects.create(minute=now - timedelta(days=age), facility=str(age), outcome="accepted", count=1)
    SenderTotal.objects.create(facility="41", outcome="accepted", count=1, last_at=now - timedelta(days=41))

    tasks.forget_each_night(timestamp=0)

    assert list(Flow.objects.values_list("facility", flat=True)) == ["39"]
    assert SenderTotal.objects.count() == 1
