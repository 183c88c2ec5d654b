"""The other files of the persons whose Patients are shown."""

from collections.abc import Iterable
from typing import Final
from uuid import UUID

from passerelle.care.exchange.api import ask

_OTHERS: Final = "SELECT file, others FROM record_other_files(%s::uuid[])"


def other_files(local_identity_ids: Iterable[UUID]) -> dict[UUID, list[UUID]]:
    """Return, for each file whose person has others, those in force; one query."""
    asked = list(local_identity_ids)
    return dict(ask(_OTHERS, [asked]).fetchall()) if asked else {}
