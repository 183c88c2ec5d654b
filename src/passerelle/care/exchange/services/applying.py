"""Apply waiting messages: effects and mark in one commit, lane by lane, in order of arrival."""

import logging
import traceback
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import PurePath
from typing import NamedTuple
from uuid import UUID

from django.db import InterfaceError, OperationalError, connection, transaction

from passerelle.care.channels import api as channels
from passerelle.care.exchange.handlers import Findings, Inbound, Rejected, foresights, handlers
from passerelle.care.exchange.models import State, Step, StepKind
from passerelle.care.exchange.rules.keys import stored_text
from passerelle.care.exchange.rules.retries import MOST_TIMES_BEGUN, Fault, Next, what_next
from passerelle.care.exchange.services.lanes import hold_lanes
from passerelle.care.exchange.statements import Gathered, ask, commit_soon, expect_many_rows, gathering_writes
from passerelle.core.directory import api as directory
from passerelle.protocols import hl7v2, pamfr
from passerelle.protocols.hl7v2 import Hl7Error

_log = logging.getLogger(__name__)
_LANES = 400
_MESSAGES = 400
_WINDOW = 2 * _LANES
_WIDE_WINDOW = 20 * _LANES  # when a patient with many messages, or another worker, hides the lanes behind
_LONGEST_GROUP = timedelta(seconds=1)
Clock = Callable[[], datetime]

_READY = """
    SELECT seq, lane FROM exchange_message
    WHERE state = 'received' AND NOT held AND lane IS NOT NULL
      AND (next_attempt_at IS NULL OR next_attempt_at <= %(at)s)
    ORDER BY seq LIMIT %(window)s
"""
_COUNT_READY = f"SELECT count(*) FROM ({_READY}) AS ready"  # noqa: S608 - our own text
_CLAIM = f"""
    WITH ready AS MATERIALIZED ({_READY}), heads AS MATERIALIZED (
        SELECT lane, min(seq) AS seq FROM ready GROUP BY lane
        HAVING NOT EXISTS (
            SELECT FROM exchange_message earlier
            WHERE earlier.lane = ready.lane AND earlier.seq < min(ready.seq)
              AND earlier.state IN ('received', 'parked'))
        ORDER BY 2
    )
    SELECT lane, (SELECT count(*) FROM ready) FROM heads WHERE pg_try_advisory_xact_lock(lane) LIMIT %(lanes)s
"""  # noqa: S608 - our own text
_MARK_APPLIED = """
    UPDATE exchange_message SET state = 'applied', applied_at = %s, attempts = attempts + 1, next_attempt_at = NULL
    WHERE seq = ANY(%b::bigint[]) AND state = 'received'
"""
_READ = """
    SELECT id, seq, lane, coalesce(form, raw), establishment, sending_application, received_at, attempts, begun, state,
        next_attempt_at
    FROM exchange_message
    WHERE lane = ANY(%b::bigint[]) AND state IN ('received', 'parked') ORDER BY seq LIMIT %s
"""


class _Waiting(NamedTuple):
    id: UUID
    seq: int
    lane: int
    raw: bytes
    establishment: str
    sending_application: str
    received_at: datetime
    attempts: int
    begun: int
    state: str
    next_attempt_at: datetime | None

    def is_ready(self, at: datetime) -> bool:
        return self.state == State.RECEIVED and (self.next_attempt_at is None or self.next_attempt_at <= at)


class LostRace(Exception):
    """Un message a changé d’état pendant qu’on l’appliquait : rien n’est fait."""


def apply_waiting(*, clock: Clock) -> int:
    """Apply a group of messages of several lanes and return how many were settled, one way or another.

    A group costs one commit. When anything in it fails the whole group is undone and its messages are taken again one
    by one, so that only the faulty one is parked or delayed.
    """
    taken: list[_Waiting] = []
    try:
        return _apply_group(clock, taken)
    except Exception as error:
        if not connection.is_usable():
            raise
        _log.info("group undone (%s), its %d messages are taken one by one", type(error).__name__, len(taken))
    settled = 0
    while settled < len(taken) and apply_one(clock=clock):
        settled += 1
    return settled


def recover(*, clock: Clock, most: int = _MESSAGES, survived: set[UUID] | None = None) -> int:
    """Apply message by message after a start, noting in a commit of its own that each is begun; return how many.

    A worker that was killed by a message leaves no other trace: the message that was begun several times and never
    ended is parked, and the others go on. `survived` is what this very worker keeps of the messages it began: when the
    database goes away under one of them, that is not held against the message the next time.
    """
    outlived = set() if survived is None else survived
    _forgive(outlived)
    settled = 0
    for _ in range(_count_ready(clock(), most)):
        begun = _note_begun(clock)
        if begun is None:
            break
        if begun.is_to_be_applied:
            outlived.add(begun.id)
            apply_one(clock=clock)
            outlived.discard(begun.id)
        settled += 1
    return settled


def _forgive(survived: set[UUID]) -> None:
    if survived:
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE exchange_message SET begun = greatest(begun - 1, 0) WHERE id = ANY(%s)", [list(survived)]
            )
        survived.clear()


class _Begun(NamedTuple):
    id: UUID
    is_to_be_applied: bool


def _count_ready(at: datetime, most: int) -> int:
    """Count what waits now: what comes later was not there when the former worker stopped."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNT_READY, {"at": at, "window": most})
        return int(cursor.fetchone()[0])


def _note_begun(clock: Clock) -> _Begun | None:
    """Note that a message is about to be applied, or park it when it was begun too often; None when none is left."""
    with transaction.atomic():
        waiting = next(_claimed(clock(), lanes=1), None)
        if waiting is None:
            return None
        if waiting.begun >= MOST_TIMES_BEGUN:
            _park(waiting, "", "l’exécutant s’est arrêté net chaque fois qu’il a commencé ce message", at=clock())
            return _Begun(waiting.id, is_to_be_applied=False)
        with connection.cursor() as cursor:
            cursor.execute("UPDATE exchange_message SET begun = begun + 1 WHERE id = %s", [waiting.id])
    return _Begun(waiting.id, is_to_be_applied=True)


def apply_one(*, clock: Clock) -> bool:
    """Apply the first message that can be, alone in its transaction; park or delay it when it fails."""
    with transaction.atomic(), directory.remembering():
        waiting = next(_claimed(clock(), lanes=1), None)
        if waiting is None:
            return False
        try:
            with transaction.atomic():
                _handle(_inbound(waiting, Findings()))
        except (Rejected, Hl7Error) as refusal:
            _park(waiting, refusal.where, refusal.why, at=clock())
        except Exception as error:
            if not connection.is_usable():
                raise
            _after_fault(waiting, error, at=clock())
        else:
            _mark_applied([waiting], at=clock())
    return True


def _apply_group(clock: Clock, taken: list[_Waiting]) -> int:
    """Apply a group in one commit; `taken` holds, when it fails, the messages that the failure may come from."""
    with transaction.atomic(), directory.remembering(), gathering_writes() as gathered:
        if not _is_promised_applied():
            commit_soon()
        started_at = clock()
        group = _Group(gathered)
        for waiting in _claimed(started_at, lanes=_LANES):
            taken.append(waiting)
            group.add(waiting)
        group.foresee()
        taken.clear()
        for rank, (waiting, inbound) in enumerate(group.messages):
            taken.append(waiting)
            _handle(inbound)
            if gathered.others_wrote:
                group.foresee(rank + 1)
            if clock() - started_at > _LONGEST_GROUP:
                break
        if taken:
            _mark_applied(taken, at=clock())
    return len(taken)


def _is_promised_applied() -> bool:
    """Tell whether some sender is answered after its message is applied, which must then be on disk."""
    return any(one.contract.acknowledge == "applied" for one in channels.active_channels())


class _Group:
    """Messages of several lanes, read; those of one lane share what is found of their patient."""

    def __init__(self, gathered: Gathered) -> None:
        self.messages: list[tuple[_Waiting, Inbound]] = []
        self._findings: dict[int, Findings] = {}
        self._gathered = gathered

    def add(self, waiting: _Waiting) -> None:
        findings = self._findings.setdefault(waiting.lane, Findings())
        self.messages.append((waiting, _inbound(waiting, findings)))

    def foresee(self, since: int = 0) -> None:
        """Ask at once for what the messages from a rank on will need; what was found before is forgotten.

        Done again when something else was written than handlers keep track of, which happens to few messages.
        """
        lanes: dict[int, list[Inbound]] = {}
        for waiting, inbound in self.messages[since:]:
            lanes.setdefault(waiting.lane, []).append(inbound)
        for findings in self._findings.values():
            findings.clear()
        for foresee in foresights():
            foresee(list(lanes.values()))
        self._gathered.others_wrote = False


def _claimed(at: datetime, *, lanes: int) -> Iterator[_Waiting]:
    """Lock lanes that nobody works on, and yield what can be applied in them; locks fall with the transaction."""
    expect_many_rows()
    with connection.cursor() as cursor:
        claimed: list[int] = []
        for window in (_WINDOW, _WIDE_WINDOW):
            cursor.execute(_CLAIM, {"at": at, "window": window, "lanes": lanes})
            found = cursor.fetchall()
            claimed = [lane for lane, _ in found]
            if found and (len(found) > lanes // 4 or found[0][1] < window):
                break
        # Read after locking: what the former holder of a lane did is seen.
        rows = [_Waiting(*row) for row in ask(_READ, [claimed, _MESSAGES])] if claimed else []
    blocked = set()
    for waiting in rows:
        if not waiting.is_ready(at):
            blocked.add(waiting.lane)
        elif waiting.lane not in blocked:
            yield waiting


def _inbound(waiting: _Waiting, findings: Findings) -> Inbound:
    message = hl7v2.parse(bytes(waiting.raw))
    return Inbound(
        message_id=waiting.id,
        establishment=waiting.establishment,
        sending_application=waiting.sending_application,
        received_at=waiting.received_at,
        event=pamfr.read(message),
        message=message,
        findings=findings,
    )


def _handle(inbound: Inbound) -> None:
    for handler in handlers():
        handler(inbound)


def _mark_applied(done: Sequence[_Waiting], *, at: datetime) -> None:
    if ask(_MARK_APPLIED, [at, [waiting.seq for waiting in done]]).rowcount != len(done):
        raise LostRace


def _after_fault(waiting: _Waiting, error: Exception, *, at: datetime) -> None:
    fault = Fault.TRANSIENT if isinstance(error, OperationalError | InterfaceError) else Fault.UNEXPECTED
    following = what_next(fault, attempts=waiting.attempts + 1)
    why = f"erreur inattendue ({type(error).__name__}, {_place_of(error)})"
    _log.warning("message %s: %s at %s", waiting.id, type(error).__name__, _place_of(error))
    if following.is_parked:
        _park(waiting, "", why, at=at)
    else:
        _delay(waiting, why, following, at=at)


def _place_of(error: Exception) -> str:
    """Return file and line, never the text of the error, which may hold a patient's data."""
    frames = traceback.extract_tb(error.__traceback__)
    return f"{PurePath(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "?"


def _park(waiting: _Waiting, where: str, why: str, *, at: datetime) -> None:
    _change(waiting, State.PARKED, (where, why), next_attempt_at=None)
    hold_lanes([waiting.lane])
    Step.objects.create(message_id=waiting.id, at=at, kind=StepKind.PARKED, note=why)


def _delay(waiting: _Waiting, why: str, following: Next, *, at: datetime) -> None:
    _change(waiting, State.RECEIVED, ("", why), next_attempt_at=at + following.delay)
    Step.objects.create(message_id=waiting.id, at=at, kind=StepKind.DELAYED, note=why)


def _change(waiting: _Waiting, state: State, error: tuple[str, str], *, next_attempt_at: datetime | None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE exchange_message SET state = %s, attempts = attempts + 1, next_attempt_at = %s,"
            " error_where = %s, error_why = %s WHERE id = %s AND state = 'received'",
            [state, next_attempt_at, stored_text(error[0], 200), stored_text(error[1], 2000), waiting.id],
        )
        if cursor.rowcount != 1:
            raise LostRace
