from uuid import UUID

from django.contrib import messages as notices
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from passerelle.care.exchange.alerts import deciding, standing
from passerelle.care.exchange.cockpit import board
from passerelle.care.exchange.forms import DecisionForm
from passerelle.care.exchange.views.checks import require_replay
from passerelle.core.access import api as access
from passerelle.core.access.api import Act, AuthenticatedRequest, Kind


@access.requires(Kind.MESSAGE, Act.SEARCH)
@require_safe
def home(request: AuthenticatedRequest) -> HttpResponse:
    return render(request, "exchange/home.html", {"board": board(request.viewer, at=timezone.now())})


@access.requires(Kind.MESSAGE, Act.SEARCH)
@require_safe
def counters(request: AuthenticatedRequest) -> HttpResponse:
    return render(request, "exchange/_board.html", {"board": board(request.viewer, at=timezone.now())})


@access.requires(Kind.MESSAGE, Act.SEARCH)
@require_safe
def alerts(request: AuthenticatedRequest) -> HttpResponse:
    now = timezone.now()
    context = {
        "open_alerts": standing.open_alerts(request.viewer, at=now),
        "closed_alerts": standing.closed_alerts(request.viewer, at=now),
    }
    return render(request, "exchange/alerts.html", context)


@access.requires(Kind.MESSAGE, Act.SEARCH)
@require_safe
def alert(request: AuthenticatedRequest, alert_id: UUID) -> HttpResponse:
    found = _found(request, alert_id)
    return render(request, "exchange/alert.html", {"alert": found, "form": DecisionForm()})


@access.requires(Kind.MESSAGE, Act.REPLAY)
@require_POST
def take_alert(request: AuthenticatedRequest, alert_id: UUID) -> HttpResponse:
    require_replay(request, _found(request, alert_id).establishment)
    try:
        deciding.take(alert_id=alert_id, by=request.viewer.actor(), at=timezone.now())
    except deciding.AlertClosed as refusal:
        notices.error(request, refusal.__doc__ or "")
    else:
        notices.success(request, "Vous vous occupez de cette alerte.")
    return redirect("exchange:alert", alert_id)


@access.requires(Kind.MESSAGE, Act.REPLAY)
@require_POST
def close_alert(request: AuthenticatedRequest, alert_id: UUID) -> HttpResponse:
    require_replay(request, _found(request, alert_id).establishment)
    form = DecisionForm(request.POST)
    reason = form.cleaned_data["reason"] if form.is_valid() else ""
    try:
        deciding.close(alert_id=alert_id, by=request.viewer.actor(), at=timezone.now(), reason=reason)
    except (deciding.AlertClosed, deciding.ClosingReasonRequired) as refusal:
        notices.error(request, refusal.__doc__ or "")
        return redirect("exchange:alert", alert_id)
    notices.success(request, "L’alerte est fermée. Elle ne reviendra que s’il se passe autre chose.")
    return redirect("exchange:alerts")


def _found(request: AuthenticatedRequest, alert_id: UUID) -> standing.AlertLine:
    found = standing.alert(request.viewer, alert_id, at=timezone.now())
    if found is None:
        raise Http404
    return found
