"""What people decide about messages and gateways; each decision leaves its step and its event."""

from datetime import datetime

from django.db import transaction

from passerelle.core.audit import api as audit
from passerelle.core.notify.models import Line, Message, State, Step, StepKind
from passerelle.core.notify.services.stopping import lift_stop_of

_TRIED_AGAIN = (State.DOUBTFUL, State.FAILED)


class ReasonRequired(Exception):
    """Dites pourquoi : votre motif reste dans la trace."""


class NothingToDecide(Exception):
    """Ce message n’attend plus de décision : il a changé entre-temps."""


class TooLate(Exception):
    """Ce message est périmé : l’envoyer ne sert plus à rien."""


def send_again(*, message_id: int, by: audit.Actor, at: datetime, reason: str) -> None:
    """Put back in the queue a message that failed, or that may have left.

    Raises:
        ReasonRequired: no reason is given.
        NothingToDecide: it is in another state.
        TooLate: it has expired.
    """
    _decide(message_id, State.WAITING, by=by, at=at, reason=reason)


def assume_sent(*, message_id: int, by: audit.Actor, at: datetime, reason: str) -> None:
    """Hold for sent a message that may have left.

    Raises:
        ReasonRequired: no reason is given.
        NothingToDecide: it is not doubtful.
    """
    _decide(message_id, State.SENT, by=by, at=at, reason=reason)


@transaction.atomic
def lift(*, digest: str, by: audit.Actor, at: datetime) -> bool:
    """Lift the STOP of the person of this fingerprint, who asks for it; return False when nothing held it."""
    is_lifted = lift_stop_of(digest=digest, by=by.name, at=at)
    if is_lifted:
        _trace(f"notify-stop:{digest[:16]}", by, at, reason="STOP levé")
    return is_lifted


@transaction.atomic
def pause(*, gateway: str, by: audit.Actor, at: datetime, reason: str) -> None:
    """Stop giving messages to a gateway; they wait.

    Raises:
        ReasonRequired: no reason is given.
    """
    if not reason.strip():
        raise ReasonRequired
    Line.objects.update_or_create(
        code=gateway, defaults={"paused_at": at, "paused_by": by.name, "paused_reason": reason[:300]}
    )
    _trace(f"gateway:{gateway}", by, at, reason=reason)


@transaction.atomic
def resume(*, gateway: str, by: audit.Actor, at: datetime) -> None:
    """Give messages to a gateway again, at once: its circuit is closed too."""
    Line.objects.update_or_create(
        code=gateway,
        defaults={"paused_at": None, "paused_by": "", "paused_reason": "", "retry_at": None, "circuit": "closed"},
    )
    _trace(f"gateway:{gateway}", by, at, reason="")


@transaction.atomic
def _decide(message_id: int, state: State, *, by: audit.Actor, at: datetime, reason: str) -> None:
    if not reason.strip():
        raise ReasonRequired
    message = Message.objects.select_for_update(of=("self",)).get(pk=message_id)
    allowed = _TRIED_AGAIN if state is State.WAITING else (State.DOUBTFUL,)
    if message.state not in allowed or message.forgotten_at is not None:
        raise NothingToDecide
    if state is State.WAITING and message.expires_at <= at:
        raise TooLate
    note = f"{'renvoyé' if state is State.WAITING else 'considéré parti'}\u00a0: {reason}"[:300]
    message.state, message.reason, message.token = state, note, None
    message.settled_at = None if state is State.WAITING else at
    message.due_at = at if state is State.WAITING else message.due_at
    message.save(update_fields=["state", "reason", "token", "settled_at", "due_at"])
    Step.objects.create(message=message, at=at, kind=StepKind.DECIDED, actor_name=by.name, note=note)
    _trace(f"notify:{message.public_id}", by, at, reason=reason)


def _trace(target: str, by: audit.Actor, at: datetime, *, reason: str) -> None:
    audit.record(audit.Action.RESOURCE_CHANGED, by=by, at=at, target=target, reason=reason)
