"""Persons followed from afar: their list, the curves of one, thresholds, beginning and end."""

from datetime import datetime
from uuid import UUID

from django.contrib import messages as notices
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from passerelle.care.devices.forms.staff import BeginForm, LendForm, ThresholdForm
from passerelle.care.devices.selectors import finding
from passerelle.care.devices.selectors.curves import PERIODS, curves
from passerelle.care.devices.selectors.fleet import devices_of
from passerelle.care.devices.selectors.sheets import banner, thresholds_of
from passerelle.care.devices.selectors.worklist import alerts_of, monitored
from passerelle.care.devices.services.entering import void_measure
from passerelle.care.devices.services.monitoring import (
    Prescription,
    begin_monitoring,
    end_monitoring,
    lift_threshold,
    set_threshold,
)
from passerelle.care.devices.services.refusals import AlreadyMonitored, NotMonitored
from passerelle.care.devices.views.tabs import places, team_tabs
from passerelle.core.access import api as access
from passerelle.core.access.api import Act, AuthenticatedRequest, Kind


def days_asked(request: AuthenticatedRequest) -> int:
    """Return the period of the address, 30 days when it is not one that is offered."""
    told = request.GET.get("jours", "")
    return int(told) if told in {str(one) for one in PERIODS} else 30


@require_safe
@access.requires(Kind.DEVICE, Act.CREATE)
def people(request: AuthenticatedRequest) -> HttpResponse:
    """List who is followed; find somebody to follow."""
    at = timezone.now()
    text = request.GET.get("q", "").strip()
    context = {
        "tabs": team_tabs("monitored"),
        "rows": monitored(request.viewer, at=at),
        "text": text,
        "found": finding.to_follow(request.viewer, text, at=at) if text else [],
    }
    return render(request, "devices/monitored.html", context)


@require_safe
@access.requires(Kind.DEVICE, Act.CREATE)
def person(request: AuthenticatedRequest, person_id: UUID) -> HttpResponse:
    """Show all the curves of a person, their devices, alerts and thresholds."""
    return render(request, "devices/person.html", _person(request, person_id, at=timezone.now()))


@require_safe
@access.requires(Kind.DEVICE, Act.CREATE)
def person_sheet(request: AuthenticatedRequest, person_id: UUID) -> HttpResponse:
    """Show the same as a sheet to print."""
    return render(request, "devices/person_sheet.html", _person(request, person_id, at=timezone.now()))


def _person(request: AuthenticatedRequest, person_id: UUID, *, at: datetime) -> dict[str, object]:
    found = curves(request.viewer, person_id, at=at, days=days_asked(request))
    shown = thresholds_of(found.monitorings)
    return {
        "curves": found,
        "banner": banner(person_id, on=timezone.localdate(at)),
        "alerts": alerts_of(person_id, at=at),
        "devices": devices_of(person_id, at=at),
        "thresholds": [one for one in shown if one.is_current],
        "history": [one for one in shown if not one.is_current],
        "form": ThresholdForm(),
        "lend": LendForm(devices=finding.ready_devices(request.viewer), initial={"person_id": person_id}),
        "periods": PERIODS,
        "trail": [("Personnes suivies", reverse("devices:monitored"))],
        "at": at,
    }


@require_POST
@access.requires(Kind.DEVICE, Act.CREATE)
def threshold(request: AuthenticatedRequest, person_id: UUID) -> HttpResponse:
    """Put a threshold in force."""
    at = timezone.now()
    form = ThresholdForm(request.POST)
    if form.is_valid():
        try:
            set_threshold(person_id=person_id, wanted=form.wanted, by=request.viewer, at=at)
        except NotMonitored as refusal:
            form.add_error(None, refusal.__doc__ or "")
        else:
            notices.success(request, "Seuil en vigueur dès maintenant.")
            return redirect("devices:person", person_id)
    return render(request, "devices/person.html", _person(request, person_id, at=at) | {"form": form})


@require_POST
@access.requires(Kind.DEVICE, Act.CREATE)
def lift(request: AuthenticatedRequest, person_id: UUID, threshold_id: int) -> HttpResponse:
    """End a threshold."""
    try:
        lift_threshold(person_id=person_id, threshold_id=threshold_id, by=request.viewer, at=timezone.now())
    except NotMonitored as refusal:
        notices.error(request, refusal.__doc__ or "")
    else:
        notices.success(request, "Seuil retiré. Il reste dans l’historique.")
    return redirect("devices:person", person_id)


@require_POST
@access.requires(Kind.DEVICE, Act.CREATE)
def void(request: AuthenticatedRequest, person_id: UUID, measure_id: UUID) -> HttpResponse:
    """Mark a measure as false."""
    void_measure(measure_id=measure_id, by=request.viewer, at=timezone.now())
    notices.success(
        request, "Mesure marquée fausse. Elle quitte les courbes et reste dans le dossier avec cette marque."
    )
    return redirect("devices:person", person_id)


@require_http_methods(["GET", "HEAD", "POST"])
@access.requires(Kind.DEVICE, Act.CREATE)
def begin(request: AuthenticatedRequest, person_id: UUID) -> HttpResponse:
    """Begin to follow a person."""
    at = timezone.now()
    finding.check_may_follow(request.viewer, person_id, at=at)
    form = BeginForm(request.POST or None, places=places(request.viewer))
    if form.is_valid():
        try:
            begin_monitoring(
                person_id=person_id, prescription=Prescription(**form.cleaned_data), by=request.viewer, at=at
            )
        except AlreadyMonitored as refusal:
            form.add_error(None, refusal.__doc__ or "")
        else:
            notices.success(
                request, "Cette personne est suivie à distance. Vérifiez ses seuils, remettez-lui un appareil."
            )
            return redirect("devices:person", person_id)
    context = {
        "form": form,
        "banner": banner(person_id, on=timezone.localdate(at)),
        "trail": [("Personnes suivies", reverse("devices:monitored"))],
    }
    return render(request, "devices/begin.html", context)


@require_POST
@access.requires(Kind.DEVICE, Act.CREATE)
def end(request: AuthenticatedRequest, person_id: UUID) -> HttpResponse:
    """Stop following a person."""
    why = request.POST.get("why", "").strip()[:300]
    try:
        if why:
            end_monitoring(person_id=person_id, why=why, by=request.viewer, at=timezone.now())
    except NotMonitored as refusal:
        notices.error(request, refusal.__doc__ or "")
        return redirect("devices:monitored")
    if not why:
        notices.error(request, "Dites pourquoi le suivi s’arrête.")
        return redirect("devices:person", person_id)
    notices.success(request, "Le suivi à distance est arrêté. Pensez à reprendre les appareils.")
    return redirect("devices:monitored")
