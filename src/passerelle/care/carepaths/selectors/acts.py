"""How many tasks were done without a call, for the estimate of minutes given back."""

from collections.abc import Iterable
from datetime import date

from django.db.models import Count

from passerelle.care.carepaths.models import TaskSaid


def tasks_done(first: date, after: date) -> Iterable[tuple[str, int]]:
    """Count the tasks that patients, questionnaires and measures did, by establishment, for days in [first, after)."""
    rows = TaskSaid.objects.filter(outcome="done", on__gte=first, on__lt=after).exclude(source__in=["", "paper"])
    counted = rows.values_list("following__establishment").annotate(count=Count("pk"))
    return [(str(establishment), int(count)) for establishment, count in counted]
