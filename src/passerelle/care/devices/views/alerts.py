"""The worklist of alerts, and one of them: taken, closed by an act."""

from uuid import UUID

from django.contrib import messages as notices
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from passerelle.care.devices.forms.staff import CloseForm, RecipientForm
from passerelle.care.devices.rules.words import Closing
from passerelle.care.devices.selectors.recipients import recipients_at
from passerelle.care.devices.selectors.worklist import AlertRow, alert_page, open_alerts
from passerelle.care.devices.services.alerts import close_alert, take_alert
from passerelle.care.devices.services.recipients import add_recipient, remove_recipient
from passerelle.care.devices.services.refusals import AlreadyClosed, NothingSaid
from passerelle.care.devices.views.tabs import places, team_tabs
from passerelle.core.access import api as access
from passerelle.core.access.api import Act, AuthenticatedRequest, Kind


@require_safe
@access.requires(Kind.DEVICE, Act.CREATE)
def alerts(request: AuthenticatedRequest) -> HttpResponse:
    """List open alerts, by risk then by delay; those that nobody has taken apart from the others."""
    rows = open_alerts(request.viewer, at=timezone.now())
    context = {
        "tabs": team_tabs("alerts"),
        "waiting": [one for one in rows if not one.taken_name],
        "taken": [one for one in rows if one.taken_name],
        "late": sum(one.is_late for one in rows),
    }
    return render(request, "devices/alerts.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@access.requires(Kind.DEVICE, Act.CREATE)
def alert(request: AuthenticatedRequest, alert_id: UUID) -> HttpResponse:
    """Show an alert; close it by an act that says what was done."""
    at = timezone.now()
    row, steps = alert_page(request.viewer, alert_id, at=at)
    form = CloseForm(request.POST or None)
    if form.is_valid():
        told = form.cleaned_data
        try:
            close_alert(
                alert_id=alert_id, closing=Closing(told["closing"]), done=told["done"], by=request.viewer, at=at
            )
        except (AlreadyClosed, NothingSaid) as refusal:
            form.add_error(None, refusal.__doc__ or "")
        else:
            notices.success(request, "Alerte close. Ce que vous avez fait est noté.")
            return redirect("devices:alerts")
    return render(request, "devices/alert.html", _alert_context(row, steps, form))


def _alert_context(row: AlertRow, steps: object, form: CloseForm) -> dict[str, object]:
    trail = [("Alertes", reverse("devices:alerts"))]
    return {"alert": row, "steps": steps, "form": form, "trail": trail}


@require_POST
@access.requires(Kind.DEVICE, Act.CREATE)
def take(request: AuthenticatedRequest, alert_id: UUID) -> HttpResponse:
    """Take an alert in one's own name."""
    try:
        take_alert(alert_id=alert_id, by=request.viewer, at=timezone.now())
    except AlreadyClosed as refusal:
        notices.error(request, refusal.__doc__ or "")
    else:
        notices.success(request, "Cette alerte est à votre nom.")
    return redirect("devices:alert", alert_id)


@require_http_methods(["GET", "HEAD", "POST"])
@access.requires(Kind.DEVICE, Act.CREATE)
def recipients(request: AuthenticatedRequest) -> HttpResponse:
    """Show and change whom an establishment tells of alerts."""
    at = timezone.now()
    form = RecipientForm(request.POST or None, places=places(request.viewer))
    if form.is_valid():
        add_recipient(**form.cleaned_data, by=request.viewer, at=at)
        notices.success(request, "Inscrit. Cette personne sera prévenue.")
        return redirect("devices:recipients")
    context = {"tabs": team_tabs("recipients"), "rows": recipients_at(request.viewer), "form": form}
    return render(request, "devices/recipients.html", context)


@require_POST
@access.requires(Kind.DEVICE, Act.CREATE)
def unsubscribe(request: AuthenticatedRequest, recipient_id: int) -> HttpResponse:
    """Take somebody off a line."""
    remove_recipient(recipient_id=recipient_id, by=request.viewer, at=timezone.now())
    notices.success(request, "Retiré de la ligne.")
    return redirect("devices:recipients")
