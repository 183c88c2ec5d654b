"""Send what waits for one destination, one item at a time, in order."""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db import Error, connection

from passerelle.care.channels.api import Destination
from passerelle.care.delivery.rules import circuit as breaker
from passerelle.care.delivery.rules.answering import Answer
from passerelle.care.delivery.rules.contract import is_idempotent, policy_of
from passerelle.care.delivery.rules.lanes import Lanes
from passerelle.care.delivery.rules.outcomes import Fate, LineEffect, Verdict, what_next
from passerelle.care.delivery.services import handling, lines
from passerelle.care.delivery.services.handling import Result
from passerelle.care.delivery.transports.parcel import NotSent, Parcel, Transport, Unanswered

_log = logging.getLogger(__name__)
_MARKING_PATIENCE_S = 20.0
_MARKING_PAUSE_S = 0.2


class LineLost(Exception):
    """The result of a try could not be written: what is in hand has to be recovered."""


@dataclass(frozen=True, slots=True)
class Chances:
    """Time and luck, given so that tests decide them."""

    clock: Callable[[], datetime]
    chance: Callable[[], float]


class LineSender:
    """Holds one destination. `is_stopping` is asked between two items."""

    def __init__(
        self,
        destination: Destination,
        *,
        token: int,
        transports: Callable[[Destination], Transport],
        given: Chances,
        is_stopping: Callable[[], bool],
    ) -> None:
        self._destination = destination
        self._code = destination.code
        self._policy = policy_of(destination)
        self._is_idempotent = is_idempotent(destination)
        self._token = token
        self._transports = transports
        self._transport: Transport | None = None
        self._given = given
        self._is_stopping = is_stopping
        self._circuit = lines.circuit_of(self._code)
        self._success_noted_at: datetime | None = None

    def drain(self) -> int:
        """Send whatever may go now and return how many items were tried.

        Raises:
            FencedOff: another sender holds the destination.
            LineLost: the database went away while a result was in hand.
        """
        tried = 0
        lanes = Lanes()
        for item in handling.pending(self._code):
            now = self._given.clock()
            if self._is_stopping() or not breaker.may_try(self._circuit, now):
                break
            if not lanes.admits(item, at=now):
                continue
            result = self._try(item.id)
            if result is None:  # changed meanwhile by a person, or paused
                lanes.block(item.keys)
                continue
            tried += 1
            if result.next.fate not in {Fate.DELIVERED, Fate.FAILED}:
                lanes.block(item.keys)
        return tried

    def is_resting(self) -> bool:
        """Tell whether the destination is left in peace for now: there is no use staying connected."""
        return not breaker.may_try(self._circuit, self._given.clock())

    def close(self) -> None:
        """Leave the destination."""
        if self._transport is not None:
            self._transport.close()
            self._transport = None

    def _try(self, item_id: int) -> Result | None:
        parcel = handling.begin(item_id, token=self._token, at=self._given.clock())
        if parcel is None:
            return None
        trial = breaker.trying(self._circuit)
        if trial is not self._circuit:
            self._circuit = trial
            lines.note_circuit(self._code, trial)
        answer = self._sent(parcel)
        at = self._given.clock()
        result = self._result(parcel, answer, at)
        self._mark(parcel, result, at)
        self._note(result, at)
        return result

    def _sent(self, parcel: Parcel) -> Answer:
        """Send, and turn every way of failing into a verdict: what is not foreseen may have arrived."""
        try:
            if self._transport is None:
                self._transport = self._transports(self._destination)
            return self._transport.send(parcel)
        except NotSent as failure:
            return Answer(Verdict.NOT_SENT, text=str(failure))
        except Unanswered as failure:
            return Answer(Verdict.UNANSWERED, text=str(failure), raw=failure.raw)
        except Exception as error:  # noqa: BLE001 - a defect of ours must neither lose the item nor stop the others
            _log.error("item %s: %s", parcel.id, type(error).__name__)
            self.close()
            return Answer(Verdict.UNANSWERED, text=f"erreur inattendue ({type(error).__name__})")

    def _result(self, parcel: Parcel, answer: Answer, at: datetime) -> Result:
        following = what_next(
            answer.verdict,
            is_idempotent=self._is_idempotent,
            attempts=parcel.attempts,
            most_attempts=self._policy.most_attempts,
        )
        due_at = None
        if following.fate is Fate.AGAIN and following.delays_item:
            due_at = at + breaker.backoff(parcel.attempts, self._policy, chance=self._given.chance())
        return Result(answer, following, due_at)

    def _mark(self, parcel: Parcel, result: Result, at: datetime) -> None:
        """Write the result, and hold on to it while the database is away: it is known only here."""
        give_up_at = time.monotonic() + _MARKING_PATIENCE_S
        while True:
            try:
                handling.mark(parcel, result, token=self._token, at=at)
            except Error as error:
                if time.monotonic() > give_up_at:
                    raise LineLost from error
                connection.close()
                time.sleep(_MARKING_PAUSE_S)
            else:
                return

    def _note(self, result: Result, at: datetime) -> None:
        effect = result.next.line
        if effect is LineEffect.HEALTHY:
            was_well = self._circuit == breaker.Circuit()
            self._circuit = breaker.after_success()
            noted_at = self._success_noted_at if was_well else None
            self._success_noted_at = lines.note_success(self._code, self._circuit, at=at, noted_at=noted_at)
            return
        self._circuit = breaker.after_failure(
            self._circuit,
            self._policy,
            at=at,
            chance=self._given.chance(),
            is_away=effect is LineEffect.AWAY,
        )
        lines.note_failure(self._code, self._circuit, result.answer.text, at=at)
