"""What patients chose, as establishments collected it."""

from uuid import UUID

from passerelle.care.exchange.api import write
from passerelle.care.record.rules.consents import Choice

_KEEP = (
    "INSERT INTO record_dmpchoice (local_identity_id, subject, is_permitted, collected_at, source)"
    " VALUES (%s, %s, %s, %s, %s) ON CONFLICT DO NOTHING"
)


def keep_choice(choice: Choice, *, local_identity_id: UUID, source: str) -> None:
    """Add a choice to those of a patient file; the same one again, as each movement repeats it, changes nothing."""
    write(_KEEP, [local_identity_id, choice.subject, choice.is_permitted, choice.at, source])
