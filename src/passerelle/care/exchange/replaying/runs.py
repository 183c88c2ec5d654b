"""Replays of many messages: asked, agreed by a second person when they are many, done by slices, stopped, taken up."""

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection, transaction

from passerelle.care.exchange.models import Message, ReplayRun, RunState, State, Step, StepKind
from passerelle.care.exchange.replaying.choosing import Choice, count, last_seq, next_ranks
from passerelle.care.exchange.replaying.copies import CopyRefused, NothingToCopy, judge_again
from passerelle.care.exchange.replaying.sources import source_of
from passerelle.care.exchange.services.deciding import ReasonRequired
from passerelle.care.exchange.services.lanes import hold_lanes, keep_router_out
from passerelle.care.exchange.services.remapping import current_form
from passerelle.care.exchange.services.storing import CHANNEL
from passerelle.core.audit import api as audit

ALONE_UP_TO = 1000  # messages; above, a second person agrees first
_SLICE = 100
_PUT_BACK = (State.APPLIED, State.PARKED, State.SET_ASIDE)
_READ = ("pk", "seq", "state", "lane", "channel", "raw", "form")


class NothingConcerned(Exception):
    """Aucun message n’est concerné : rien n’est lancé."""


class NobodyAsks(Exception):
    """Une relance se demande au nom d’un compte."""


class RunNotThere(Exception):
    """Cette relance n’existe pas, ou n’en est plus là."""


class SamePerson(Exception):
    """Au-delà de 1 000 messages, l’accord d’une autre personne que celle qui demande est nécessaire."""


@transaction.atomic
def ask_run(*, choice: Choice, by: audit.Actor, at: datetime, reason: str) -> ReplayRun:
    """Ask for a replay; it runs at once up to 1,000 messages, and awaits a second person above.

    Raises:
        NobodyAsks: the actor has no account.
        NothingConcerned: no message is.
        ReasonRequired: no reason is given.
    """
    if not reason.strip():
        raise ReasonRequired
    if by.account_id is None:
        raise NobodyAsks
    last, total = _extent(choice)
    if not total:
        raise NothingConcerned
    run = ReplayRun.objects.create(
        criteria=choice.criteria,
        told=choice.told,
        reason=reason.strip(),
        asked_at=at,
        asked_by_id=by.account_id,
        asked_by=by.name,
        state=RunState.RUNNING if total <= ALONE_UP_TO else RunState.PROPOSED,
        last_seq=last,
        total=total,
    )
    _trace(run, "asked", by=by, at=at)
    return run


@transaction.atomic
def approve_run(*, run_id: UUID, by: audit.Actor, at: datetime) -> None:
    """Let a replay that awaits a second person run.

    Raises:
        RunNotThere: it awaits nobody.
        SamePerson: whoever asked cannot agree.
    """
    run = _locked(run_id, RunState.PROPOSED)
    if by.account_id == run.asked_by_id:
        raise SamePerson
    run.state, run.approved_at, run.approved_by = RunState.RUNNING, at, by.name
    run.save(update_fields=["state", "approved_at", "approved_by"])
    _trace(run, "approved", by=by, at=at)


@transaction.atomic
def stop_run(*, run_id: UUID, by: audit.Actor, at: datetime) -> None:
    """Stop a replay after the slice in hand; what is done stays done.

    Raises:
        RunNotThere: it does not run, nor await anybody.
    """
    run = _locked(run_id, RunState.RUNNING, RunState.PROPOSED)
    run.state = RunState.STOPPED
    run.save(update_fields=["state"])
    _trace(run, "stopped", by=by, at=at)


@transaction.atomic
def resume_run(*, run_id: UUID, by: audit.Actor, at: datetime) -> None:
    """Take up a stopped replay where it was; one that nobody had agreed to still awaits a second person.

    Raises:
        RunNotThere: it is not stopped.
    """
    run = _locked(run_id, RunState.STOPPED)
    may_run = run.total <= ALONE_UP_TO or run.approved_at is not None
    run.state = RunState.RUNNING if may_run else RunState.PROPOSED
    run.save(update_fields=["state"])
    _trace(run, "resumed", by=by, at=at)


def work_at(*, run_id: UUID, clock: Callable[[], datetime], longest: timedelta) -> bool:
    """Replay slice after slice for a while, and tell whether something is left to do."""
    until = clock() + longest
    while advance(run_id=run_id, at=clock()):
        if clock() >= until:
            return True
    return False


@transaction.atomic
def advance(*, run_id: UUID, at: datetime) -> bool:
    """Replay one slice in one commit; False when the replay is over, stopped or not agreed to."""
    run = ReplayRun.objects.select_for_update().filter(pk=run_id, state=RunState.RUNNING).first()
    if run is None:
        return False
    by = audit.Actor(account_id=run.asked_by_id, name=run.asked_by)
    source = source_of(run.criteria)
    if source is None:
        ranks, reached = next_ranks(run.criteria, after=run.reached_seq, last=run.last_seq, limit=_SLICE)
        _replay(run, ranks, by, at)
    else:
        ranks, reached = source.next_ranks(run.criteria, run.reached_seq, run.last_seq, _SLICE)
        run.replayed += source.replay(ranks, by, at, run.reason) if ranks else 0
    run.reached_seq = reached
    if reached >= run.last_seq:
        run.state, run.ended_at = RunState.DONE, at
        _trace(run, "done", by=by, at=at)
    run.save(update_fields=["reached_seq", "replayed", "refused", "state", "ended_at"])
    return run.state == RunState.RUNNING


def running() -> list[UUID]:
    """Return the replays that should be going on."""
    return list(ReplayRun.objects.filter(state=RunState.RUNNING).order_by("asked_at").values_list("pk", flat=True))


def _extent(choice: Choice) -> tuple[int, int]:
    """Return the last rank concerned, and how many are."""
    source = source_of(choice.criteria)
    if source is not None:
        last = source.last()
        return last, source.count(choice.criteria, last)
    last = last_seq()
    return last, count(choice.criteria, last=last)


def _replay(run: ReplayRun, ranks: list[int], by: audit.Actor, at: datetime) -> None:
    if not ranks:
        return
    keep_router_out()
    found = list(Message.objects.select_for_update().filter(seq__in=ranks).only(*_READ).order_by("seq"))
    put_back = [message for message in found if message.state in _PUT_BACK and message.lane is not None]
    _put_back(put_back)
    Step.objects.bulk_create(
        Step(message=message, at=at, kind=StepKind.REPLAYED, actor_name=by.name, note=run.reason)
        for message in put_back
    )
    run.replayed += len(put_back)
    for message in found:
        if message.state == State.REFUSED:
            is_accepted = _judged_again(message.pk, by, at, run.reason)
            run.replayed += is_accepted
            run.refused += not is_accepted


def _judged_again(message_id: UUID, by: audit.Actor, at: datetime, reason: str) -> bool:
    try:
        with transaction.atomic():
            judge_again(original_id=message_id, by=by, at=at, reason=reason)
    except (CopyRefused, NothingToCopy):
        return False
    return True


def _put_back(messages: list[Message]) -> None:
    """Put messages back in their places in the lanes, read again as their channels declare them now."""
    for message in messages:
        message.state, message.attempts, message.begun, message.next_attempt_at = State.RECEIVED, 0, 0, None
        message.form = current_form(message)
    Message.objects.bulk_update(messages, ["state", "attempts", "begun", "next_attempt_at", "form"])
    hold_lanes([message.lane for message in messages if message.lane is not None])
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, '')", [CHANNEL])


def _locked(run_id: UUID, *states: RunState) -> ReplayRun:
    run = ReplayRun.objects.select_for_update().filter(pk=run_id, state__in=states).first()
    if run is None:
        raise RunNotThere
    return run


def _trace(run: ReplayRun, decision: str, *, by: audit.Actor, at: datetime) -> None:
    audit.record(
        audit.Action.MESSAGE_REPLAYED,
        by=by,
        at=at,
        target=f"replay:{run.pk}",
        reason=run.reason[:300],
        detail={
            "decision": decision,
            "total": run.total,
            "replayed": run.replayed,
            "refused": run.refused,
            "group": str(run.criteria.get("group", {}).get("establishment", "")),
        },
    )
