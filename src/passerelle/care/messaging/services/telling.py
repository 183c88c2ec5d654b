"""Telling that something awaits, never what: the team by e-mail, the patient by the means they have."""

from datetime import datetime, timedelta
from typing import Final

from passerelle.care.identity import api as identity
from passerelle.care.messaging.models import Post, Thread
from passerelle.core.notify import api as notify

_USELESS_AFTER: Final = timedelta(days=3)
_TEAM_LINK, _PATIENT_LINK = "messages-des-patients", "messages-des-patients/mes-messages"


def tell_team(thread: Thread, post: Post, *, at: datetime) -> None:
    """Tell the team that a patient wrote."""
    if thread.team.email:
        _send("email", thread.team.email, thread, f"message:{post.pk}", _TEAM_LINK, at)


def tell_late(thread: Thread, *, at: datetime) -> None:
    """Tell who answers for the team that its promise is broken."""
    address = thread.team.escalation_email or thread.team.email
    if address:
        _send("email", address, thread, f"message-late:{thread.pk}:{thread.due_at:%Y%m%d%H%M}", _TEAM_LINK, at)


def tell_patient(thread: Thread, post: Post, *, at: datetime) -> None:
    """Tell a patient that an answer is there; a minor's secret is told by no address that parents may read."""
    if thread.is_secret:
        return
    try:
        traits = identity.traits(thread.person_id)
    except LookupError:
        return
    if traits.email:
        _send("email", traits.email, thread, f"answer:{post.pk}", _PATIENT_LINK, at)
    elif traits.phone:
        _send("sms", traits.phone, thread, f"answer:{post.pk}", _PATIENT_LINK, at)


def _send(channel: str, to: str, thread: Thread, key: str, link: str, at: datetime) -> None:
    message = notify.Outgoing(
        channel=channel,
        to=to,
        template=f"something_awaits_{channel}",
        key=key,
        words={"place": thread.team.establishment, "link": link},
        about=f"thread:{thread.pk}",
        expires_at=at + _USELESS_AFTER,
        establishment=thread.team.establishment,
    )
    notify.enqueue([message], at=at)
