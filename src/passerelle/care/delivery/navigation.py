"""The entry of deliveries in the care space, and what awaits whoever keeps the flows."""

from datetime import datetime

from django.db.models import Count, Min
from django.urls import reverse

from passerelle.care.delivery.models import Item, State
from passerelle.care.delivery.selectors.scope import items_of
from passerelle.care.delivery.services import book
from passerelle.core.access.api import Act, Kind, Viewer
from passerelle.core.ui.api import Awaiting, NavEntry, Space, french, register_navigation


def register() -> None:
    register_navigation(
        Space.CARE,
        NavEntry(
            label="Envois",
            url_name="delivery:destinations",
            icon="send",
            kind=Kind.MESSAGE,
            action=Act.SEARCH,
            order=62,
            summary="Ce qui part vers chaque application, ce qui attend, ce qu’elle refuse.",
            awaits=items_awaiting,
        ),
    )


def items_awaiting(viewer: Viewer, at: datetime) -> list[Awaiting]:
    return [*_doubtful(viewer, at), *_refused(viewer, at)]


def _refused(viewer: Viewer, at: datetime) -> list[Awaiting]:
    """Look destination by destination: that is how dead letters are found without reading all that was sent."""
    codes = [one.code for one in book.declared()]
    refused = Item.objects.filter(items_of(viewer), destination__in=codes, state=State.FAILED)
    found = refused.aggregate(count=Count("pk"), oldest=Min("settled_at"))
    if not found["count"] or found["oldest"] is None:
        return []
    told = "Un envoi a été refusé" if found["count"] == 1 else f"{found['count']} envois ont été refusés"
    sentence = f"{told} : lisez la réponse et décidez, depuis {french.duration(at - found['oldest'])}"
    return [Awaiting(sentence=sentence, url=reverse("delivery:destinations"), action="Décider")]


def _doubtful(viewer: Viewer, at: datetime) -> list[Awaiting]:
    doubtful = Item.objects.filter(items_of(viewer), state=State.AMBIGUOUS)
    found = doubtful.aggregate(count=Count("pk"), oldest=Min("begun_at"))
    if not found["count"] or found["oldest"] is None:
        return []
    told = "Un envoi est peut-être arrivé" if found["count"] == 1 else f"{found['count']} envois sont peut-être arrivés"
    sentence = f"{told} : décidez, depuis {french.duration(at - found['oldest'])}"
    return [Awaiting(sentence=sentence, url=reverse("delivery:destinations"), action="Décider")]
