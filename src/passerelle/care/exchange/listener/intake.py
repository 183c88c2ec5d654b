"""Group commit: whatever waits is stored in one transaction, then each sender is answered.

The short way, for nearly every message: judged and copied by the event loop itself, which never waits. The long way,
for what the loop must not do: a sender to be looked up, a giant, a refusal, a message seen before, a database that went
away. It is a thread that judges afresh and takes its time; whatever the short way is unsure of is given to it.
"""

import asyncio
import logging
import queue
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

import psycopg
from django.db import Error, connection
from django.utils import timezone
from msgspec import Struct

from passerelle.care.channels.api import Declarations
from passerelle.care.exchange.listener.session import Copier, opened
from passerelle.care.exchange.rules.entering import Arrival
from passerelle.care.exchange.rules.ids import ordered_id
from passerelle.care.exchange.rules.verdict import Draft, House, judge
from passerelle.care.exchange.services.copying import rows
from passerelle.care.exchange.services.receiving import house, judged
from passerelle.care.exchange.services.storing import NotDurable, store

_log = logging.getLogger(__name__)
_LARGEST_GROUP: Final = 128
_LARGEST_GROUP_BYTES: Final = 16 * 1024 * 1024
_LARGEST_SHORT_BYTES: Final = 64 * 1024
_PAUSE_AFTER_FAILURE_S: Final = 0.2
_REMEMBERED_S: Final = 30.0
_DECLARED_S: Final = 1.0
_Outcome = bytes | Exception
Clock = Callable[[], datetime]
#: Called in the event loop with the acknowledgement once the message is on disk; None when it is not stored.
Answer = Callable[[bytes | None], None]


class _Waiting(Struct, frozen=True):
    arrival: Arrival
    answer: Answer


class _AskAgain:
    """A word to the thread among the messages: the house has to be asked again."""


_ASK_AGAIN: Final = _AskAgain()


class Intake:
    """Takes messages from the event loop, and answers each in it."""

    def __init__(self, loop: asyncio.AbstractEventLoop, *, clock: Clock = timezone.now) -> None:
        self._loop = loop
        self._clock = clock
        self._house = _Remembered(house(), self._ask_again)
        self._parameters = _session_parameters()
        self._copier: Copier | None = None
        self._short: list[tuple[Draft, _Waiting]] = []
        self._is_flush_due = False
        self._queue: queue.SimpleQueue[_Waiting | _AskAgain | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._work, name="intake", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """End the thread and the sessions; called from another thread than the loop's, which still runs."""
        self._queue.put(None)
        self._thread.join(timeout=10)
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result(timeout=10)

    async def _close(self) -> None:
        if self._copier is not None:
            self._copier.close()

    def submit(self, raw: bytes, peer: str, answer: Answer, certificate: str | None = None) -> None:
        """Store a message, then call `answer`: with the acknowledgement once it is on disk, with None otherwise.

        `certificate` is the fingerprint of the client's, "" when TLS asked for none; None without TLS.
        """
        at = self._clock()
        arrival = Arrival(id=ordered_id(at), raw=raw, peer=peer, at=at, certificate=certificate)
        waiting = _Waiting(arrival, answer)
        draft = self._judged(waiting.arrival)
        if draft is None:
            self._queue.put(waiting)
            return
        self._short.append((draft, waiting))
        if not self._is_flush_due:
            self._is_flush_due = True
            self._loop.call_soon(self._flush)  # after all that came in this turn of the loop

    def store(self, drafts: Sequence[Draft]) -> Sequence[bytes]:
        """Put messages on disk, the long way; returns only after the commit."""
        return store(drafts, at=self._clock())

    def _judged(self, arrival: Arrival) -> Draft | None:
        """Return a message that the short way may take."""
        if self._copier is None or len(arrival.raw) > _LARGEST_SHORT_BYTES:
            return None
        try:
            draft = judge(arrival, self._house.now)
        except (_NotRemembered, ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError):
            return None
        return draft if draft.accepted else None

    def _flush(self) -> None:
        self._is_flush_due = False
        copier = self._copier
        if not self._short or (copier is not None and not copier.is_idle):
            return
        group, self._short = self._short[:_LARGEST_GROUP], self._short[_LARGEST_GROUP:]
        # Two groups that share messages lock them in the same order.
        group.sort(key=_by_control_id)
        if copier is None or not copier.is_open:
            rest, self._short = self._short, []
            self._take_the_long_way(group + rest)
        else:
            copier.copy(rows([draft for draft, _ in group]), lambda is_stored: self._settle(group, is_stored=is_stored))

    def _settle(self, group: Sequence[tuple[Draft, _Waiting]], *, is_stored: bool) -> None:
        if is_stored:
            for draft, waiting in group:
                waiting.answer(draft.ack)
        else:
            self._take_the_long_way(group)

    def _take_the_long_way(self, group: Sequence[tuple[Draft, _Waiting]]) -> None:
        """Give up the short way for these: seen before, or the database is not well."""
        for _, waiting in group:
            self._queue.put(waiting)
        if self._copier is not None and not self._copier.is_open:
            self._copier = None  # the thread opens another one as soon as it can store

    def _take_copier(self, session: psycopg.Connection[Any]) -> None:
        if self._copier is not None and self._copier.is_open:
            session.close()
        else:
            self._copier = Copier(self._loop, session, self._flush)

    def _ask_again(self) -> None:
        """Have the thread ask what the loop will soon have to know again, before a message has to wait for it."""
        self._queue.put(_ASK_AGAIN)

    def _work(self) -> None:
        self._open_copier()
        while (group := self._group()) is not None:
            if not group:
                continue
            outcomes = self._outcomes(group)
            self._loop.call_soon_threadsafe(_tell, group, outcomes)
            if isinstance(outcomes[0], Error | psycopg.Error):
                connection.close()
                time.sleep(_PAUSE_AFTER_FAILURE_S)
            elif self._copier is None or not self._copier.is_open:
                self._open_copier()
        connection.close()

    def _ask_the_house(self) -> None:
        try:
            self._house.ask_again()
        except (Error, psycopg.Error) as error:
            _log.warning("the house could not be asked again (%s)", type(error).__name__)
            connection.close()

    def _open_copier(self) -> None:
        try:
            session = opened(self._parameters)
        except (psycopg.Error, NotDurable) as error:
            _log.warning("no session for the short way (%s)", type(error).__name__)
        else:
            self._loop.call_soon_threadsafe(self._take_copier, session)

    def _group(self) -> list[_Waiting] | None:
        """Return what waits, nothing when only the house had to be asked again, None at the end."""
        first = self._queue.get()
        if first is None:
            return None
        if isinstance(first, _AskAgain):
            self._ask_the_house()
            return []
        group, size = [first], len(first.arrival.raw)
        while len(group) < _LARGEST_GROUP and size < _LARGEST_GROUP_BYTES:
            try:
                following = self._queue.get_nowait()
            except queue.Empty:
                break
            if following is None or isinstance(following, _AskAgain):
                self._queue.put(following)
                break
            group.append(following)
            size += len(following.arrival.raw)
        return group

    def _outcomes(self, group: Sequence[_Waiting]) -> Sequence[_Outcome]:
        try:
            _require_durability()
            return self.store(judged([waiting.arrival for waiting in group], self._house.asked))
        except psycopg.DataError as error:
            return self._one_by_one(group) if len(group) > 1 else [error]
        except Exception as error:  # noqa: BLE001 - whatever the fault, nobody is acknowledged and the thread lives
            _log.warning("%d message(s) not stored, not acknowledged: %s", len(group), type(error).__name__)
            return [error] * len(group)

    def _one_by_one(self, group: Sequence[_Waiting]) -> Sequence[_Outcome]:
        """Find the message that PostgreSQL refuses, so that it alone goes unanswered."""
        return [outcome for waiting in group for outcome in self._outcomes([waiting])]


def _by_control_id(judged_one: tuple[Draft, _Waiting]) -> tuple[str, bytes]:
    draft = judged_one[0]
    return draft.control_id, draft.sha256


def _tell(group: Sequence[_Waiting], outcomes: Sequence[_Outcome]) -> None:
    for waiting, outcome in zip(group, outcomes, strict=True):
        waiting.answer(None if isinstance(outcome, Exception) else outcome)


def _session_parameters() -> dict[str, Any]:
    parameters = connection.get_connection_params()
    return {name: parameters[name] for name in ("dbname", "user", "password", "host", "port") if name in parameters}


_durable = threading.local()


def _require_durability() -> None:
    """Check each new database session once.

    Raises:
        NotDurable: a crash of the machine could lose what we acknowledge.
    """
    connection.ensure_connection()
    session = connection.connection
    if getattr(_durable, "session", None) is session:
        return
    cursor = psycopg.Cursor(session)
    cursor.execute("SET synchronous_commit = on; SET statement_timeout = '20s'")
    fsync = cursor.execute("SHOW fsync").fetchone()
    if fsync is None or fsync[0] != "on":
        raise NotDurable
    _durable.session = session


class _NotRemembered(Exception):
    """The sender is not known yet, or was known too long ago: the database must be asked."""


class _Remembered:
    """The house as it was a short while ago: what judging needs, with nothing to ask of the database.

    `now` raises `_NotRemembered` for what has to be asked again; `asked` asks it. Unknown senders are not remembered.
    Past half of its time, what is still asked for is asked again behind the messages (`on_age`, then `ask_again` by the
    thread), so that none of them has to wait for it.
    """

    def __init__(self, real: House, on_age: Callable[[], None]) -> None:
        self._real = real
        self._on_age = on_age
        self._is_asked_again = False
        self._ageing: set[str] = set()
        self._facilities: dict[str, tuple[str, float]] = {}
        self._declared: tuple[Declarations | None, float] = (None, 0.0)
        self.now = replace(real, establishment_of=self._establishment, declared=self._declarations)
        self.asked = replace(real, establishment_of=self._ask_establishment, declared=self._ask_declarations)

    def _establishment(self, facility: str) -> str:
        known = self._facilities.get(facility)
        left = known[1] - time.monotonic() if known else 0.0
        if known is None or left <= 0:
            raise _NotRemembered
        if left < _REMEMBERED_S / 2:
            self._ageing.add(facility)
            self._have_asked_again()
        return known[0]

    def _declarations(self) -> Declarations | None:
        declared, until = self._declared
        left = until - time.monotonic()
        if left <= 0:
            raise _NotRemembered
        if left < _DECLARED_S / 2:
            self._have_asked_again()
        return declared

    def _have_asked_again(self) -> None:
        if not self._is_asked_again:
            self._is_asked_again = True
            self._on_age()

    def ask_again(self) -> None:
        """Ask what is about to be forgotten; for the thread."""
        try:
            self._ask_declarations()
            while self._ageing:
                self._remember(self._ageing.pop())
        finally:
            self._is_asked_again = False

    def _ask_establishment(self, facility: str) -> str | None:
        known = self._facilities.get(facility)
        now = time.monotonic()
        if known is not None and known[1] > now:
            return known[0]
        return self._remember(facility)

    def _remember(self, facility: str) -> str | None:
        found = self._real.establishment_of(facility)
        if found is not None:
            self._facilities[facility] = (found, time.monotonic() + _REMEMBERED_S)
        return found

    def _ask_declarations(self) -> Declarations | None:
        found = self._real.declared()
        self._declared = (found, time.monotonic() + _DECLARED_S)
        return found
