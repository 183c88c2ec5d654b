"""Reminders of the demonstration: a week of them as they would have left, and appointments missed before and after.

Fictitious. Nothing leaves: the gateway is a simulator, whose phones are on a page.
"""

import random
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Final
from uuid import NAMESPACE_URL, uuid5

from passerelle.care.appointments import api as appointments
from passerelle.care.reminders.models import Beginning, Outcome, ReachChoice, SmsConsent
from passerelle.care.reminders.rules.choosing import PARIS
from passerelle.care.reminders.services.following import follow
from passerelle.care.reminders.services.planning import plan
from passerelle.core.access import api as access
from passerelle.core.directory import api as directory
from passerelle.core.notify import book
from passerelle.core.notify.models import Message, SimulatedMessage
from passerelle.core.notify.rules.outcomes import Outcome as Tried
from passerelle.core.notify.rules.outcomes import Verdict
from passerelle.core.notify.sending import settling
from passerelle.core.notify.sending.claiming import claim
from passerelle.core.notify.sending.declared import Declared
from passerelle.core.notify.services.receipts import take_receipt

_GATEWAY: Final = Declared(code="sms", channel="sms", label="Passerelle SMS", per_second=5000, batch=500)
_DAYS: Final = 5
_PATIENT: Final = "patient"
#: Appointments a month whose outcome is noted, and since how many months reminders leave.
_SIZES: Final = {"aphm": 900, "chiap": 260, "arles": 140, "martigues": 120, "salon": 90, "aubagne": 60, "allauch": 14}
_SINCE: Final = 6
_MONTHS: Final = 15
_MISSED_BEFORE, _MISSED_REMINDED, _MISSED_NOT = 0.112, 0.068, 0.105
_REMINDED = 0.78
_DELIVERED, _LOST = 1, 2


def send_reminders(*, today: date, at: datetime) -> None:
    """Play the last days of reminders, and fill the months before; do nothing when it is done already."""
    if Beginning.objects.exists():
        return
    draw = random.Random("rappels")  # noqa: S311 - a demonstration, the same each time
    _agree(at, draw)
    _play(at, draw)
    _measure(today, at, draw)


def _agree(at: datetime, draw: random.Random) -> None:
    """Let two hospitals' files in three say yes to SMS; the patient of the cast chose for themselves."""
    files = sorted({row.local_identity_id for row in appointments.due(at - timedelta(days=7), at + timedelta(days=30))})
    SmsConsent.objects.bulk_create(
        [
            SmsConsent(local_identity_id=one, accepts=draw.random() < 0.7, told_at=at - timedelta(days=90))
            for one in files
        ],
        ignore_conflicts=True,
    )
    patient = access.persona_account(_PATIENT)
    if patient is not None and patient.person_id is not None:
        ReachChoice.objects.get_or_create(
            person_id=patient.person_id,
            defaults={"sms": True, "email": True, "at": at, "by_name": patient.display_name, "door": "self"},
        )


def _play(at: datetime, draw: random.Random) -> None:
    for moment in _noons(at):
        plan(at=moment)
        _give_to_the_simulator(moment, draw)
        follow(at=moment)
    plan(at=at)


def _noons(at: datetime) -> Iterator[datetime]:
    for days in range(_DAYS, -1, -1):
        day = at.astimezone(PARIS).date() - timedelta(days=days)
        noon = datetime(day.year, day.month, day.day, 12, tzinfo=PARIS)
        if noon < at:
            yield noon


def _give_to_the_simulator(moment: datetime, draw: random.Random) -> None:
    """Send what is due at a moment of the past, as the sender would: claimed, taken, marked, its receipt heard."""
    names = directory.place_names().short_names
    while (taken := claim(_GATEWAY, at=moment)).messages:
        tried, shown = [], []
        for one in taken.messages:
            template = book.template(one.template)
            if template is None:
                continue
            text = template.body(one.words, places=names, address="http://localhost:8000")
            shown.append(SimulatedMessage(public_id=str(one.public_id), number=one.recipient, text=text, at=moment))
            tried.append(settling.Tried(one.row, one.attempts, 1, Tried(Verdict.ACCEPTED, reference="simulateur")))
        SimulatedMessage.objects.bulk_create(shown)
        settling.settle(tried, gateway=_GATEWAY.code, token=taken.token, at=moment)
        for one in taken.messages:
            take_receipt(public_id=one.public_id, bits=_LOST if draw.random() < 0.03 else _DELIVERED, at=moment)
    Message.objects.filter(channel="email", state="waiting", due_at__lte=moment).update(
        state="sent", sent_at=moment, settled_at=moment
    )


def _measure(today: date, at: datetime, draw: random.Random) -> None:
    months = [_month_before(today, rank) for rank in range(_MONTHS, 0, -1)]
    since = _month_before(today, _SINCE)
    for establishment, size in _SIZES.items():
        Beginning.objects.create(establishment=establishment, since=since, by_name="Territoire de démonstration")
        Outcome.objects.bulk_create(
            [
                one
                for month in months
                for one in _outcomes(establishment, month, size, has_begun=month >= since, at=at, draw=draw)
            ],
            ignore_conflicts=True,
            batch_size=5000,
        )


def _outcomes(
    establishment: str, month: date, size: int, *, has_begun: bool, at: datetime, draw: random.Random
) -> Iterator[Outcome]:
    for rank in range(round(size * draw.uniform(0.9, 1.1))):
        was_reminded = has_begun and draw.random() < _REMINDED
        missed = _MISSED_REMINDED if was_reminded else _MISSED_NOT if has_begun else _MISSED_BEFORE
        yield Outcome(
            appointment_id=uuid5(NAMESPACE_URL, f"urn:passerelle:demo:issue:{establishment}:{month}:{rank}"),
            establishment=establishment,
            month=month,
            was_missed=draw.random() < missed,
            was_reminded=was_reminded,
            noted_at=at,
        )


def _month_before(today: date, months: int) -> date:
    index = today.year * 12 + today.month - 1 - months
    return date(index // 12, index % 12 + 1, 1)
