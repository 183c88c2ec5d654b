"""Calendar feeds: a long secret address, shown once, revoked at will."""

import hashlib
import secrets
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from passerelle.care.appointments.models import FeedToken
from passerelle.core.audit import api as audit
from passerelle.core.audit.api import Actor


@transaction.atomic
def open_feed(*, person_id: UUID, shows_place: bool, by: Actor, at: datetime) -> str:
    """Make the feed of a person, and revoke the one this account had for them; return its secret, kept nowhere.

    Raises:
        ValueError: nobody is signed in.
    """
    account_id = by.account_id
    if account_id is None:
        msg = "a feed is of an account"
        raise ValueError(msg)
    close_feed(person_id=person_id, by=by, at=at)
    secret = secrets.token_urlsafe(32)
    FeedToken.objects.create(
        account_id=account_id,
        person_id=person_id,
        digest=digest_of(secret),
        shows_place=shows_place,
        made_at=at,
    )
    audit.record(
        audit.Action.RECORD_EXPORTED,
        by=by,
        at=at,
        target="calendar-feed",
        person_id=person_id,
        detail={"what": "opened"},
    )
    return secret


def close_feed(*, person_id: UUID, by: Actor, at: datetime) -> bool:
    """Revoke the feed this account had for a person; False when there was none."""
    if by.account_id is None:
        return False
    rows = FeedToken.objects.filter(account_id=by.account_id, person_id=person_id, revoked_at=None)
    return rows.update(revoked_at=at) > 0


def note_read(feed_id: UUID, *, at: datetime) -> None:
    """Note when a feed was last read, at most once an hour: calendars ask often."""
    rows = FeedToken.objects.filter(pk=feed_id)
    rows.exclude(read_at__gt=at - timedelta(hours=1)).update(read_at=at)


def digest_of(secret: str) -> str:
    """Return what is kept of a secret."""
    return hashlib.sha256(secret.encode()).hexdigest()
