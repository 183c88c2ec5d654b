"""Take bytes in: judge, store, answer."""

import logging
from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.db import transaction

from passerelle.care.channels import api as channels
from passerelle.care.exchange.rules.entering import Arrival
from passerelle.care.exchange.rules.ids import ordered_id
from passerelle.care.exchange.rules.verdict import Draft, House, judge, unexpected
from passerelle.care.exchange.services.storing import store
from passerelle.core.directory import api as directory

_log = logging.getLogger(__name__)


def receive(raw: bytes, *, peer: str, at: datetime) -> bytes:
    """Store a message, commit, and return its acknowledgement; empty when its sender wants none.

    Raises:
        django.db.DatabaseError: nothing is stored and nothing may be acknowledged.
    """
    arrival = Arrival(id=ordered_id(at), raw=raw, peer=peer, at=at)
    with transaction.atomic(durable=True):
        return store(judged([arrival], house()), at=at)[0]


def house() -> House:
    """Return what a verdict must know of this installation."""
    return House(
        establishment_of=directory.establishment_of_facility, accepts_trials=settings.DEMO, declared=channels.current
    )


def judged(arrivals: Sequence[Arrival], house: House) -> list[Draft]:
    """Judge each message; one that makes the judgement itself fail is kept and rejected, and the others go on."""
    return [_judged(arrival, house) for arrival in arrivals]


def _judged(arrival: Arrival, house: House) -> Draft:
    try:
        return judge(arrival, house)
    except (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError):
        _log.exception("message %s could not be judged", arrival.id)
        return unexpected(arrival)
