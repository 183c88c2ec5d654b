"""The dashboard of letters, by service."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from passerelle.care.liaison.selectors.board import board as board_of
from passerelle.care.liaison.views.tabs import Tab, hospital_tabs
from passerelle.core.access import api as access
from passerelle.core.access.api import Act, AuthenticatedRequest, Kind, Role
from passerelle.core.ui.api import french


@require_safe
@access.requires(Kind.LIAISON, Act.READ)
def board(request: AuthenticatedRequest) -> HttpResponse:
    """Show how letters leave, service by service, to the care teams."""
    return _board(request, hospital_tabs("board") if request.viewer.has(Role.CLINICIAN) else [])


@require_safe
@access.requires(Kind.LIAISON, Act.HISTORY)
def oversight(request: AuthenticatedRequest) -> HttpResponse:
    """Show the same to the director, in the space where hospitals are steered."""
    return _board(request, [])


def _board(request: AuthenticatedRequest, tabs: list[Tab]) -> HttpResponse:
    found = board_of(request.viewer, at=timezone.now())
    whole = found.whole
    share = whole.same_day_share
    context = {
        "tabs": tabs,
        "board": found,
        "share": french.percent(share, 0) if share is not None else "sans objet",
        "share_text": f"{whole.same_day} sur {whole.discharges} sorties",
        "median": french.duration(whole.median_delay) if whole.median_delay is not None else "sans objet",
    }
    return render(request, "liaison/board.html", context)
