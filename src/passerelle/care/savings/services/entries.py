"""Enter what an act is worth, or the hours of an establishment: a new row from a month on, the former ones stay."""

from datetime import date, datetime
from decimal import Decimal

from django.db import IntegrityError, transaction

from passerelle.care.savings.models import OfficeHours, Timing
from passerelle.care.savings.rules.declared import declaration
from passerelle.core.audit import api as audit
from passerelle.core.audit.api import Action, Actor


class AlreadyEntered(Exception):
    """A value is entered already from that month."""


class NoSuchAct(LookupError):
    """Nobody declared this act."""


def enter_timing(act: str, *, minutes: Decimal, since: date, source: str, by: Actor, at: datetime) -> None:
    """Say what the paper act takes from the month of `since` on.

    Raises:
        NoSuchAct: no such act is declared.
        AlreadyEntered: a value is entered already from that month.
    """
    if act not in declaration().acts:
        raise NoSuchAct(act)
    row = Timing(act=act, minutes=minutes, since=since.replace(day=1), source=source, entered_by=by.name, entered_at=at)
    _keep(row, f"savings/{act}", {"minutes": str(minutes), "since": row.since.isoformat()}, by=by, at=at)


def enter_hours(establishment: str, *, hours: int, since: date, source: str, by: Actor, at: datetime) -> None:
    """Say how many hours a month of paper work an establishment has from the month of `since` on.

    Raises:
        AlreadyEntered: a value is entered already from that month.
    """
    month = since.replace(day=1)
    row = OfficeHours(
        establishment=establishment, hours=hours, since=month, source=source, entered_by=by.name, entered_at=at
    )
    _keep(row, f"savings/hours/{establishment}", {"hours": hours, "since": month.isoformat()}, by=by, at=at)


def _keep(row: Timing | OfficeHours, target: str, detail: dict[str, object], *, by: Actor, at: datetime) -> None:
    try:
        with transaction.atomic():
            row.save(force_insert=True)
            audit.record(Action.RESOURCE_CHANGED, by=by, at=at, target=target, detail=detail)
    except IntegrityError as refusal:
        raise AlreadyEntered from refusal
