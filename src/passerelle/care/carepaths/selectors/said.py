"""What was said of the tasks of followings."""

from collections import defaultdict
from collections.abc import Iterable
from uuid import UUID

from passerelle.care.carepaths.models import TaskSaid
from passerelle.care.carepaths.rules.course import Outcome, Said


def said_of(following_ids: Iterable[UUID]) -> dict[UUID, dict[tuple[str, int], Said]]:
    """Return what was said, by following then by task and time, in one query; empty for who said nothing."""
    found: dict[UUID, dict[tuple[str, int], Said]] = defaultdict(dict)
    rows = TaskSaid.objects.filter(following_id__in=list(following_ids))
    for following_id, task, number, outcome, on in rows.values_list("following_id", "task", "number", "outcome", "on"):
        found[following_id][task, number] = Said(Outcome(outcome), on)
    return found
