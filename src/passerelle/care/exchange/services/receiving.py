"""Take bytes in: judge, store, answer."""

import logging
import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction

from passerelle.care.channels import api as channels
from passerelle.care.exchange.rules.entering import Arrival
from passerelle.care.exchange.rules.verdict import Draft, House, judge, unexpected
from passerelle.care.exchange.services.storing import store
from passerelle.core.directory import api as directory

_log = logging.getLogger(__name__)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_LOW_BITS = (1 << 62) - 1
_chance = random.SystemRandom()


def receive(raw: bytes, *, peer: str, at: datetime) -> bytes:
    """Store a message, commit, and return its acknowledgement; empty when its sender wants none.

    Raises:
        django.db.DatabaseError: nothing is stored and nothing may be acknowledged.
    """
    arrival = Arrival(id=message_id(at), raw=raw, peer=peer, at=at)
    with transaction.atomic(durable=True):
        return store(judged([arrival], house()), at=at)[0]


def message_id(at: datetime) -> UUID:
    """Return a new id, whose order is that of arrival: the index of ids grows at its end. Source: RFC 9562, UUIDv7."""
    milliseconds = (at - _EPOCH) // _MILLISECOND
    chance = _chance.getrandbits(74)
    return UUID(int=milliseconds << 80 | 0x7 << 76 | (chance >> 62) << 64 | 0b10 << 62 | chance & _LOW_BITS)


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
