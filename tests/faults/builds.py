"""The right build, and **deliberately wrong** ones that the same test must find out.

A wrong build may pause where the right one would not, so that its fault shows in a short run; nothing else is widened.
"""

import functools
import os
import signal
import time

from django.db import connection, transaction
from django.utils import timezone

from passerelle.care.delivery.services import handling
from passerelle.care.exchange import api as exchange
from passerelle.care.exchange import handlers, worker
from passerelle.care.exchange.handlers import Findings
from passerelle.care.exchange.listener import running
from passerelle.care.exchange.listener.intake import Intake, _Waiting
from passerelle.care.exchange.rules.entering import Arrival
from passerelle.care.exchange.rules.ids import ordered_id
from passerelle.care.exchange.rules.verdict import House, judge
from passerelle.care.exchange.services import applying

_EVERYBODY = House(establishment_of=lambda facility: "essai", accepts_trials=True)
_PAUSE_S = 0.1
DEADLY = "F7-03"


def right():
    """Change nothing, and let the witness see each effect beside the real ones."""
    exchange.register_handler(write_effect, order=99, name="witness")


def bare():
    """Keep the witness alone: the exchange without those who turn messages into effects."""
    handlers._enrolled.clear()
    worker.do_idle_work = lambda _clock: 0
    right()


def write_effect(inbound):
    """Write in a table that accepts everything: an effect applied twice shows."""
    control_id = inbound.message.control_id
    exchange.write(
        "INSERT INTO fault_effect (control_id, message_id) VALUES (%s, %s)", [control_id, inbound.message_id]
    )


def deadly():
    """Be right, but for a message that kills whoever applies it, as a defect in a library of C would."""
    bare()
    exchange.register_handler(_die_of_poison, order=1, name="poison")


def _die_of_poison(inbound):
    if inbound.message.control_id == DEADLY:
        os.kill(os.getpid(), signal.SIGKILL)


def acknowledges_first():
    """Answer, then commit."""
    exchange.listen = functools.partial(running.run, intake_factory=_EagerIntake)


class _EagerIntake(Intake):
    def submit(self, raw, peer, answer, certificate=None):
        at = timezone.now()
        arrival = Arrival(id=ordered_id(at), raw=raw, peer=peer, at=at, certificate=certificate)
        answer(judge(arrival, _EVERYBODY).ack)
        self._queue.put(_Waiting(arrival, lambda _: None))

    def store(self, drafts):
        time.sleep(_PAUSE_S)
        return super().store(drafts)


def without_lane_lock():
    """Claim lanes that another worker has; what is marked must still be in the state it was found in."""
    bare()
    applying._CLAIM = _without(applying._CLAIM, "pg_try_advisory_xact_lock(lane)", "true")
    applying._mark_applied = functools.partial(_after_a_pause, applying._mark_applied)


def without_checked_mark():
    """Mark whatever the state; lanes are still locked."""
    bare()
    applying._mark_applied = _mark_whatever_the_state


def without_lock_nor_checked_mark():
    """Take both walls away."""
    without_lane_lock()
    without_checked_mark()


def _after_a_pause(mark, done, *, at):
    time.sleep(_PAUSE_S)
    mark(done, at=at)


def _mark_whatever_the_state(done, *, at):
    time.sleep(_PAUSE_S)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE exchange_message SET state = 'applied', applied_at = %s, next_attempt_at = NULL WHERE id = ANY(%s)",
            [at, [waiting.id for waiting in done]],
        )


def marks_first():
    """Mark in one transaction, write the effects in the next."""
    _in_two_transactions(effects_rank=1)


def marks_after():
    """Write the effects in one transaction, mark in the next."""
    _in_two_transactions(effects_rank=0)


def _in_two_transactions(*, effects_rank):
    bare()
    worker.apply_waiting = functools.partial(_apply_in_two_transactions, effects_rank=effects_rank)
    worker.recover = lambda **_: 0


def _apply_in_two_transactions(*, clock, effects_rank):
    with transaction.atomic():
        found = list(applying._claimed(clock(), lanes=200))
    steps = [lambda: applying._mark_applied(found, at=clock())]
    steps.insert(effects_rank, lambda: [applying._handle(applying._inbound(one, Findings())) for one in found])
    for step in steps if found else ():
        with transaction.atomic():
            step()
        time.sleep(5 * _PAUSE_S if step is steps[0] else 0)
    return len(found)


def applies_last_first():
    """Take the messages of a patient the wrong way round."""
    bare()
    applying._READ = _without(applying._READ, "ORDER BY seq", "ORDER BY seq DESC")


def marks_without_token():
    """Let a sender that was replaced mark what another one has in hand."""
    fenced = handling._MARK
    handling._MARK = _without(fenced, fenced[fenced.index("AND token = %(token)s") :], "")


def _without(text, guard, instead):
    """Take a guard away; a guard that is not there any more makes the control void, which must be seen."""
    if guard not in text:
        message = f"the guard {guard!r} is elsewhere: plant the fault there"
        raise LookupError(message)
    return text.replace(guard, instead)


BUILDS = {
    build.__name__: build
    for build in (
        right,
        bare,
        deadly,
        acknowledges_first,
        without_lane_lock,
        without_checked_mark,
        without_lock_nor_checked_mark,
        marks_first,
        marks_after,
        applies_last_first,
        marks_without_token,
    )
}
