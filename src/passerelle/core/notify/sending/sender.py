"""The sender: claim, send, mark; again until nothing is due. Any number may run at once."""

import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import datetime
from threading import Event
from uuid import uuid4

from django.conf import settings

from passerelle.core.directory import api as directory
from passerelle.core.notify import book
from passerelle.core.notify.models import Channel
from passerelle.core.notify.rules import gsm7
from passerelle.core.notify.rules.outcomes import Outcome, Verdict
from passerelle.core.notify.sending.claiming import Claim, Claimed, claim, expire
from passerelle.core.notify.sending.declared import Declared, declared
from passerelle.core.notify.sending.envelope import Envelope, Gateway
from passerelle.core.notify.sending.kannel import KannelGateway
from passerelle.core.notify.sending.mail import SmtpGateway
from passerelle.core.notify.sending.settling import Tried, settle
from passerelle.core.notify.services.doubts import note_interrupted, settle_doubts

_UNKNOWN = Outcome(Verdict.REFUSED, "son modèle n’existe plus")


class Sender:
    """Sends what is due by each declared gateway. `clock` is asked at each batch."""

    def __init__(self, *, clock: Callable[[], datetime], gateways: Sequence[Declared] | None = None) -> None:
        self._clock = clock
        self._gateways = declared() if gateways is None else list(gateways)

    def run(self, *, seconds: float | None = None) -> int:
        """Send until nothing may leave at once; given `seconds`, wait as the rhythm asks, and stop after them.

        Return how many messages were tried.
        """
        while expire(at=self._clock()):
            pass
        note_interrupted(at=self._clock())
        settle_doubts([one.code for one in self._gateways if one.gives_receipts], at=self._clock())
        deadline = None if seconds is None else time.monotonic() + seconds
        return sum(self._empty(gateway, deadline) for gateway in self._gateways)

    def _empty(self, gateway: Declared, deadline: float | None) -> int:
        names = directory.place_names().short_names
        tried = 0
        with closing(opened(gateway)) as line, ThreadPoolExecutor(gateway.threads) as pool:
            while (taken := self._next(gateway, deadline)).messages:
                self._send(gateway, line, taken, pool=pool, names=names)
                tried += len(taken.messages)
        return tried

    def _next(self, gateway: Declared, deadline: float | None) -> Claim:
        """Claim what may leave, after the wait that the rhythm asks; nothing when that would be too long."""
        while deadline is None or time.monotonic() < deadline:
            taken = claim(gateway, at=self._clock())
            if taken.wait is None or deadline is None:
                return taken
            time.sleep(taken.wait.total_seconds())
        return Claim(uuid4())

    def _send(
        self, gateway: Declared, line: Gateway, taken: Claim, *, pool: ThreadPoolExecutor, names: Mapping[str, str]
    ) -> None:
        is_away = Event()

        def one(message: Claimed) -> Tried:
            envelope = _envelope(message, names)
            if envelope is None:
                return Tried(message.row, message.attempts, 0, _UNKNOWN)
            outcome = None if is_away.is_set() else line.send(envelope)
            if outcome is not None and outcome.is_away:
                is_away.set()
            return Tried(message.row, message.attempts, envelope.parts, outcome)

        settle(list(pool.map(one, taken.messages)), gateway=gateway.code, token=taken.token, at=self._clock())


def opened(gateway: Declared) -> Gateway:
    """Return what sends for a declared gateway."""
    if gateway.channel == Channel.SMS:
        return KannelGateway(timeout_s=gateway.timeout_s)
    return SmtpGateway(timeout_s=gateway.timeout_s)


def _envelope(message: Claimed, names: Mapping[str, str]) -> Envelope | None:
    template = book.template(message.template)
    if template is None:
        return None
    address = settings.PUBLIC_ADDRESS
    text = template.body(message.words, places=names, address=address)
    if template.channel == Channel.SMS:
        parts = gsm7.length(text).parts
        return Envelope(message.row, message.public_id, message.recipient, text, parts=parts)
    subject = template.title(message.words, places=names, address=address)
    return Envelope(message.row, message.public_id, message.recipient, text, subject)
