"""What became of the mails sent for documents of the house."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

_FOLLOWED = """
    SELECT item.cause, item.state, item.settled_at, item.reason,
        (SELECT min(at) FROM delivery_step WHERE item_id = item.id AND kind = 'read'),
        (SELECT min(at) FROM delivery_step WHERE item_id = item.id AND kind = 'handed'),
        refused.note, refused.at
    FROM delivery_item item LEFT JOIN LATERAL (
        SELECT note, at FROM delivery_step WHERE item_id = item.id AND kind IN ('not_read', 'turned_down')
        ORDER BY id DESC LIMIT 1
    ) refused ON true WHERE item.cause = ANY(%s)
"""


@dataclass(frozen=True, slots=True)
class MailFollowed:
    """A mail: taken by the server of its correspondent, read, or refused and why; None for what has not happened."""

    received_at: datetime | None = None
    read_at: datetime | None = None
    failed_at: datetime | None = None
    failure: str = ""


def follow_mails(causes: Iterable[str]) -> dict[str, MailFollowed]:
    """Return what became of each mail, by cause, in one query; unknown causes are absent."""
    with connection.cursor() as cursor:
        cursor.execute(_FOLLOWED, [list(causes)])
        return {cause: _followed(*row) for cause, *row in cursor.fetchall()}


def _followed(  # noqa: PLR0913 - the columns of one row
    state: str,
    settled_at: datetime | None,
    reason: str,
    read_at: datetime | None,
    handed_at: datetime | None,
    refused: str | None,
    refused_at: datetime | None,
) -> MailFollowed:
    received_at = handed_at or (settled_at if state == "delivered" else None) or read_at
    if state in {"failed", "cancelled"}:
        return MailFollowed(failed_at=settled_at, failure=reason or "envoi annulé")
    if refused is not None and read_at is None:
        return MailFollowed(received_at, None, refused_at, refused or "non intégré par le destinataire")
    return MailFollowed(received_at, read_at)
