"""Secrets that open the FHIR door of a channel. Only their hash is kept, and each is shown once."""

import hashlib
import secrets
from datetime import datetime

from django.db import transaction

from passerelle.care.channels.memory import current
from passerelle.care.channels.models import ChannelKey
from passerelle.core.audit import api as audit

_PREFIX = "pfk_"


class NoSuchChannel(Exception):
    """Aucun canal de la porte FHIR ne porte ce code."""


class NoSuchKey(Exception):
    """Aucune clé en vigueur de ce canal ne porte ce nom."""


@transaction.atomic
def issue_key(*, channel: str, label: str, by: audit.Actor, at: datetime) -> str:
    """Make a key for whoever bears `label`, and return it: it cannot be read again.

    Raises:
        NoSuchChannel: it is not a channel of the FHIR door.
    """
    found = current().channels.get(channel)
    if found is None or found.source.door != "fhir":
        raise NoSuchChannel
    secret = _PREFIX + secrets.token_urlsafe(32)
    key = ChannelKey.objects.create(
        channel=channel, secret_sha256=_hash(secret), label=label, issued_at=at, issued_by=by.name
    )
    _trace(key, "issued", by, at)
    return secret


@transaction.atomic
def revoke_keys(*, channel: str, label: str, by: audit.Actor, at: datetime) -> int:
    """End the keys that bear `label`, at once, and return how many.

    Raises:
        NoSuchKey: none was in force.
    """
    keys = list(ChannelKey.objects.select_for_update().filter(channel=channel, label=label, revoked_at=None))
    if not keys:
        raise NoSuchKey
    for key in keys:
        key.revoked_at = at
        key.save(update_fields=["revoked_at"])
        _trace(key, "revoked", by, at)
    return len(keys)


def channel_of_key(secret: str) -> str | None:
    """Return the code of the channel that a key opens; None when it opens none."""
    if not secret.startswith(_PREFIX):
        return None
    return (
        ChannelKey.objects.filter(secret_sha256=_hash(secret), revoked_at=None)
        .values_list("channel", flat=True)
        .first()
    )


def _hash(secret: str) -> str:
    # 256 random bits: nothing to guess, so nothing to slow down.
    return hashlib.sha256(secret.encode()).hexdigest()


def _trace(key: ChannelKey, what: str, by: audit.Actor, at: datetime) -> None:
    audit.record(
        audit.Action.CHANNEL_CHANGED,
        by=by,
        at=at,
        target=f"channel:{key.channel}",
        detail={"key": str(key.pk), "what": what, "holder": key.label},
    )
