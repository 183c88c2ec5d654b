"""Reminders planned and sent to a gateway once each, through a `kill -9` of the sender while requests are in the air.

The real planner, the real sender in a process of its own, HTTP to a simulated Kannel, its receipts by HTTP to the real
page. The long form (`-m slow`) has 100,000 reminders. The control sends again blindly: it must be found out.
"""

import os
import signal
import subprocess
import sys
from collections import Counter
from datetime import date, timedelta
from uuid import UUID, uuid5

import pytest
from django.db import connection

from passerelle.care.appointments.api import AppointmentRow, State, Via
from passerelle.care.appointments.models import Booking
from passerelle.care.identity import api as identity
from passerelle.care.identity.tests.cast import make_establishments
from passerelle.care.reminders.models import Reminder, SmsConsent
from passerelle.care.reminders.services.planning import plan_for
from passerelle.care.reminders.tests import sender
from passerelle.care.reminders.tests.cast import TUESDAY, at, day_before
from passerelle.core.notify.models import Message
from passerelle.core.notify.simulator.kannel import KannelSimulator

_SPACE = UUID("3b1c3a52-7d7e-4a4e-9c55-8f6f2f1d7a10")
_START = day_before(3, 10)
_SLICE = 5000


def _people(count):
    """Load invented patients who accept SMS; yield their appointments."""
    for first in range(0, count, _SLICE):
        ranks = range(first, min(first + _SLICE, count))
        identity.bulk_load([_file(rank) for rank in ranks], source="essai")
        SmsConsent.objects.bulk_create(
            SmsConsent(local_identity_id=_id("file", rank), accepts=True, told_at=_START) for rank in ranks
        )
        Booking.objects.bulk_create(_booking(rank) for rank in ranks)
        yield from (_appointment(rank) for rank in ranks)


def _id(kind, rank):
    return uuid5(_SPACE, f"{kind}{rank}")


def _phone(rank):
    return f"07{rank:08d}" if rank >= 10_000 else f"063998{rank:04d}"


def _file(rank):
    return identity.BulkIdentity(
        id=_id("file", rank),
        person_id=_id("person", rank),
        establishment="aphm",
        ipp=f"7{rank:08d}",
        authority_namespace="APHM",
        authority_oid="1.2.250.98.7",
        birth_name="ESSAI",
        given_names=("Camille",),
        birth_date=date(1980, 1, 1),
        sex="F",
        since=_START - timedelta(days=900),
        birth_place="13055",
        status="VALI",
        phone=_phone(rank),
    )


def _booking(rank):
    starts_at = at(TUESDAY, 9)
    return Booking(
        id=_id("appointment", rank),
        number=str(rank),
        establishment="aphm",
        local_identity_id=_id("file", rank),
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=30),
        state=State.BOOKED.value,
        via=Via.DESK.value,
        made_at=_START,
        changed_at=_START,
    )


def _appointment(rank):
    starts_at = at(TUESDAY, 9)
    return AppointmentRow(
        id=_id("appointment", rank),
        number=str(rank),
        establishment="aphm",
        establishment_name="",
        site="",
        site_name="",
        city="",
        agenda_id=None,
        agenda_name="",
        practitioner="",
        place="",
        kind_code="controle",
        label="Rendez-vous",
        team_label="Rendez-vous",
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=30),
        state=State.BOOKED,
        via=Via.DESK,
        is_external=False,
        local_identity_id=_id("file", rank),
        person_id=_id("person", rank),
        person_name="Camille ESSAI",
        phone=_phone(rank),
        email="",
        version=1,
    )


class _House:
    """A sender that is killed while the gateway holds its requests, then started again."""

    def __init__(self, simulator, address):
        self._simulator = simulator
        self._environment = {
            **os.environ,
            "PASSERELLE_DB_NAME": str(connection.settings_dict["NAME"]),
            "PASSERELLE_SMS_ADDRESS": simulator.address,
            "PASSERELLE_SMS_USER": "passerelle",
            "PASSERELLE_SMS_PASSWORD": "secret",
            "PASSERELLE_SMS_FROM": "38000",
            "PASSERELLE_SMS_CALLBACK": address,
        }

    def send(self, moment, *, kill_at):
        """Kill the sender in the very instant when the gateway takes its Nth SMS."""
        command = [sys.executable, "-m", "passerelle.care.reminders.tests.sender", moment.isoformat()]
        process = subprocess.Popen(command, env=self._environment, stdout=subprocess.DEVNULL)

        def keep(_taken):
            if len(self._simulator.taken) == kill_at:
                os.kill(process.pid, signal.SIGKILL)

        self._simulator.keep = keep
        assert process.wait(timeout=3600) == -signal.SIGKILL

    def send_here(self, moment):
        """Run the same sender to its end, in this process."""
        sender.send(moment)


def _each_once(simulator, count):
    counted = Counter(taken.number for taken in simulator.taken)
    assert len(counted) == count
    assert set(counted.values()) == {1}


@pytest.fixture
def simulator():
    simulated = KannelSimulator()
    simulated.start()
    yield simulated
    simulated.stop()


@pytest.fixture
def house(simulator, live_server, settings):
    settings.SMS_GATEWAY = {
        **settings.SMS_GATEWAY,
        "address": simulator.address,
        "username": "passerelle",
        "password": "secret",
        "callback": live_server.url,
    }
    return _House(simulator, live_server.url)


def _planned(count):
    make_establishments("aphm")
    rows = list(_people(count))
    first, again = plan_for(rows, at=day_before(4, 18)), plan_for(rows, at=day_before(3, 9))
    assert (first.made, again.made, again.known) == (count, 0, count)
    assert Message.objects.count() == count


def _through_kills(house, simulator, count, *, kills, blind=False):
    for rank in range(kills):
        house.send(_START + timedelta(minutes=10 * rank), kill_at=(rank + 1) * count // (kills + 1))
    assert Message.objects.filter(state__in=["sending", "doubtful"]).exists()
    simulator.keep = lambda _taken: None
    # after their lease and the patience that receipts deserve: what never left is found out, and leaves
    for minutes in (30, 60, 120):
        if blind:  # the planted bug: what was left in hand is sent again without asking anything
            Message.objects.filter(state__in=["sending", "doubtful"]).update(state="waiting")
        house.send_here(_START + timedelta(minutes=minutes))
        _await_reports(simulator)


def _await_reports(simulator):
    assert simulator.wait_reports(timeout_s=3600)


@pytest.mark.django_db(transaction=True)
@pytest.mark.timeout(600)
def test_two_thousand_reminders_leave_once_each_through_a_kill(house, simulator):
    simulator.final_reports = False
    _planned(2000)

    _through_kills(house, simulator, 2000, kills=1)

    _each_once(simulator, 2000)
    assert set(Message.objects.values_list("state", flat=True)) == {"sent"}


@pytest.mark.django_db(transaction=True)
@pytest.mark.timeout(600)
def test_a_sender_that_sends_again_blindly_is_found_out(house, simulator):
    simulator.final_reports = False
    _planned(300)

    _through_kills(house, simulator, 300, kills=1, blind=True)

    with pytest.raises(AssertionError):
        _each_once(simulator, 300)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.timeout(7200)
def test_a_hundred_thousand_reminders_leave_once_each_through_two_kills(house, simulator):
    _planned(100_000)

    _through_kills(house, simulator, 100_000, kills=2)

    _each_once(simulator, 100_000)
    _await_reports(simulator)
    assert Message.objects.filter(state="delivered").count() == 100_000
    assert Reminder.objects.count() == 100_000
