"""A person shows their measures to somebody close: a code given by hand, entered once, ended when the person wants."""

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction

from passerelle.care.consent import api as consent
from passerelle.care.devices.models import Share
from passerelle.care.devices.services.refusals import CodeUnknown

CODE_LASTS: Final = timedelta(days=7)
_LETTERS: Final = "BCDFGHJKLMNPQRSTVWXZ23456789"  # neither vowels, nor what is read for another
_LENGTH: Final = 10


@transaction.atomic
def open_share(*, who: consent.Acting, label: str, at: datetime) -> str:
    """Prepare the sharing of one's measures; return the code to give, shown this once."""
    code = "".join(secrets.choice(_LETTERS) for _ in range(_LENGTH))
    Share.objects.create(
        person_id=who.person_id,
        label=label,
        shown_name=consent.called(who.person_id),
        code_digest=_digest(code),
        code_until=at + CODE_LASTS,
        since=at,
    )
    return f"{code[:5]}-{code[5:]}"


@transaction.atomic
def accept_share(*, carer_id: UUID, code: str, at: datetime) -> Share:
    """Take up a code in one's own space; it serves once.

    Raises:
        CodeUnknown: there is no such code, it served, it is too old, or it is one's own.
    """
    plain = "".join(one for one in code.upper() if one.isalnum())
    share = Share.objects.select_for_update().filter(code_digest=_digest(plain), accepted_at=None, until=None).first()
    if share is None or share.code_until <= at or share.person_id == carer_id:
        raise CodeUnknown
    share.carer_id, share.accepted_at = carer_id, at
    share.save(update_fields=["carer_id", "accepted_at"])
    return share


@transaction.atomic
def end_share(*, share_id: UUID, person_id: UUID, at: datetime) -> None:
    """End a sharing, by the person or by the carer; at once."""
    share = Share.objects.select_for_update().filter(pk=share_id, until=None).first()
    if share is not None and person_id in {share.person_id, share.carer_id}:
        share.until = at
        share.save(update_fields=["until"])


def _digest(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()
