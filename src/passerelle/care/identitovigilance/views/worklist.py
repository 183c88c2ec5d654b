"""The work of the identity cell, by kind."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from passerelle.care.exchange import api as exchange
from passerelle.care.identitovigilance.forms import WorkFilter
from passerelle.care.identitovigilance.selectors import worklist
from passerelle.care.identitovigilance.selectors.places import names
from passerelle.core.access import api as access
from passerelle.core.access.api import Act, AuthenticatedRequest, Kind

VIEWS = {
    "": "Paires",
    "signatures": "À contresigner",
    "collisions": "Collisions",
    "messages": "Messages",
    "douteuses": "Douteuses et homonymes",
    "decisions": "Décisions",
}


@require_safe
@access.requires(Kind.IDENTITY, Act.MERGE)
def home(request: AuthenticatedRequest) -> HttpResponse:
    """Show one kind of work; the counts of the others stay in sight."""
    view = request.GET.get("vue", "")
    view = view if view in VIEWS else ""
    places = sorted(names().items(), key=lambda place: place[1])
    form = WorkFilter(request.GET if view == "" else None, places=places)
    context = {
        "view": view,
        "title": VIEWS[view],
        "counts": (counts := worklist.counts()),
        "tabs": _tabs(view, counts),
        "form": form,
        **_content(request, view, form),
    }
    return render(request, "identitovigilance/worklist.html", context)


def _tabs(current: str, counts: worklist.Counts) -> list[dict[str, Any]]:
    how_many = {
        "": counts.pairs,
        "signatures": counts.signatures,
        "collisions": counts.collisions,
        "messages": counts.messages,
        "douteuses": counts.doubtful,
    }
    home_url = reverse("identitovigilance:home")
    return [
        {
            "label": f"{label} ({how_many[view]})" if view in how_many else label,
            "url": f"{home_url}?vue={view}" if view else home_url,
            "is_current": view == current,
        }
        for view, label in VIEWS.items()
    ]


def _content(request: AuthenticatedRequest, view: str, form: WorkFilter) -> dict[str, Any]:
    if view == "signatures":
        return {"decisions": worklist.decision_lines(request.viewer, awaiting=True)}
    if view == "decisions":
        return {"decisions": worklist.decision_lines(request.viewer, awaiting=False)}
    if view == "collisions":
        return {"collisions": worklist.collision_lines()}
    if view == "messages":
        may_open = request.viewer.may(Kind.MESSAGE, Act.READ)
        return {"messages_parked": exchange.parked_for_identity(), "may_open_messages": may_open, "places": names()}
    if view == "douteuses":
        return {"files": worklist.marked_lines()}
    told = form.cleaned_data if form.is_valid() else {}
    asked = worklist.Asked(
        establishment=told.get("etablissement", ""),
        gravity=int(told.get("gravite") or 0),
        order=told.get("ordre", ""),
    )
    return {"pairs": worklist.pair_lines(request.viewer, asked, at=timezone.now())}
