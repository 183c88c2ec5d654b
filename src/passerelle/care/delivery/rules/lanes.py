"""The order of what goes to one destination: items that share an identifier of a patient never overtake each other."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

WAITING = "waiting"


@dataclass(frozen=True, slots=True)
class Pending:
    """An item that is not settled. `keys` are the identifiers of its patient; a merge carries those of both."""

    id: int
    keys: tuple[str, ...]
    state: str
    due_at: datetime | None = None


class Lanes:
    """Walks the unsettled items of a destination in their order and says which may go."""

    def __init__(self) -> None:
        self._blocked: set[str] = set()

    def admits(self, item: Pending, *, at: datetime) -> bool:
        """Tell whether an item may be sent now; when not, those after it that share a key wait too."""
        is_due = item.due_at is None or item.due_at <= at
        if item.state == WAITING and is_due and self._blocked.isdisjoint(item.keys):
            return True
        self.block(item.keys)
        return False

    def block(self, keys: Iterable[str]) -> None:
        """Keep back what comes later with one of these keys: the item was tried and is not settled."""
        self._blocked.update(keys)
