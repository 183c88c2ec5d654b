"""What patients chose, as establishments collected it."""

from typing import Final
from uuid import UUID

from passerelle.care.exchange.api import Table, insert_missing, insert_row
from passerelle.care.record.rules.consents import Choice

_CHOICES: Final = Table(
    "record_dmpchoice",
    {
        "local_identity_id": "uuid",
        "subject": "text",
        "is_permitted": "boolean",
        "collected_at": "timestamp with time zone",
        "source": "text",
    },
)


def keep_choice(choice: Choice, *, local_identity_id: UUID, is_new_file: bool, source: str) -> None:
    """Add a choice to those of a patient file; the same one again, as each movement repeats it, changes nothing."""
    keep = insert_row if is_new_file else insert_missing
    keep(_CHOICES, [local_identity_id, choice.subject, choice.is_permitted, choice.at, source])
