"""Retries of many dead letters: they go by the runs of the exchange, where a second person agrees above 1,000."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Max, QuerySet

from passerelle.care.delivery.models import Item, State
from passerelle.care.delivery.selectors.items import ItemSearch, matching
from passerelle.care.delivery.selectors.scope import kept_by
from passerelle.care.exchange.api import Choice
from passerelle.core.access.api import Viewer

NAME = "delivery"


def chosen_dead_letters(viewer: Viewer, destination: str, label: str, search: ItemSearch) -> Choice:
    """Choose the dead letters of a filter among those the viewer may see."""
    criteria = {
        "source": NAME,
        "destination": destination,
        "kind": search.kind,
        "words": search.words,
        "kept": kept_by(viewer),
    }
    told = [f"envois refusés vers «\u00a0{label}\u00a0»"]
    if search.kind:
        told.append(f"type {search.kind}")
    if search.words:
        told.append(f"explication contenant «\u00a0{search.words}\u00a0»")
    return Choice(criteria, ", ".join(told))


def last_item() -> int:
    """Return the number of the last item there is."""
    return Item.objects.aggregate(last=Max("pk"))["last"] or 0


def count_dead_letters(criteria: Mapping[str, Any], last: int) -> int:
    """Count the dead letters concerned."""
    return _dead(criteria).filter(pk__lte=last).count()


def next_dead_letters(criteria: Mapping[str, Any], after: int, last: int, limit: int) -> tuple[list[int], int]:
    """Return the following dead letters, oldest first, and how far was looked."""
    rows = _dead(criteria).filter(pk__gt=after, pk__lte=last).order_by("pk")
    found = list(rows.values_list("pk", flat=True)[:limit])
    return found, found[-1] if len(found) == limit else last


def _dead(criteria: Mapping[str, Any]) -> QuerySet[Item]:
    search = ItemSearch(state=State.FAILED, kind=criteria["kind"], words=criteria["words"])
    return matching(criteria["kept"], criteria["destination"], search)
