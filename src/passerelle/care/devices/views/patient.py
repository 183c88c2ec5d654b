"""The patient's own measures, phone first; and those that somebody close shows."""

from uuid import UUID

from django.contrib import messages as notices
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from passerelle.care.consent import api as consent
from passerelle.care.devices.forms.patient import CodeForm, MeasureForm, ShareForm
from passerelle.care.devices.rules.catalogue import catalogue
from passerelle.care.devices.rules.refusals import NotAMeasure
from passerelle.care.devices.selectors.curves import PERIODS, curves
from passerelle.care.devices.selectors.fleet import devices_of
from passerelle.care.devices.selectors.patient import shared_with, shares_of, todo
from passerelle.care.devices.services.entering import enter_measure, kind_named
from passerelle.care.devices.services.refusals import CodeUnknown, NotMonitored
from passerelle.care.devices.services.sharing import accept_share, end_share, open_share
from passerelle.care.devices.views.people import days_asked
from passerelle.core.access import api as access
from passerelle.core.access.api import Act, AuthenticatedRequest, Kind


def _trail() -> list[tuple[str, str]]:
    return [("Mes mesures", reverse("devices:mine"))]


@require_safe
@access.requires(Kind.OBSERVATION, Act.EXPORT)
def mine(request: AuthenticatedRequest) -> HttpResponse:
    """Show the last measures in words, what to measure, the devices, the team."""
    at = timezone.now()
    who = consent.acting(request, at=at)
    context = {
        "who": who,
        "curves": curves(request.viewer, who.person_id, at=at),
        "devices": devices_of(who.person_id, at=at),
        "todo": todo(request.viewer, who.person_id, at=at),
        "kinds": catalogue().kinds.values(),
        "can_enter": who.may_decide(),
        "shared_with": shared_with(request.viewer, at=at) if who.is_self else [],
    }
    return render(request, "devices/mine.html", context)


@require_safe
@access.requires(Kind.OBSERVATION, Act.EXPORT)
def mine_kind(request: AuthenticatedRequest, kind: str) -> HttpResponse:
    """Show the curve of one measure, its limits, each measure, and what to do if."""
    at = timezone.now()
    who = consent.acting(request, at=at)
    named, days = kind_named(kind), days_asked(request)
    found = curves(request.viewer, who.person_id, at=at, days=days)
    context = {
        "kind": named,
        "curve": found.of(kind),
        "team": found.team,
        "days": days,
        "periods": PERIODS,
        "can_enter": who.may_decide(),
        "trail": _trail(),
    }
    return render(request, "devices/mine_kind.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@access.requires(Kind.OBSERVATION, Act.EXPORT)
def enter(request: AuthenticatedRequest, kind: str) -> HttpResponse:
    """Write a measure down; what is rare is asked again. A relative whom the person chose reads only."""
    at = timezone.now()
    who = consent.deciding(request, at=at)
    named = kind_named(kind)
    form = MeasureForm(request.POST or None, kind=named, at=at)
    if form.is_valid():
        try:
            enter_measure(
                person_id=who.person_id,
                kind=named,
                values=form.values,
                measured_at=form.cleaned_data["measured_at"],
                by=request.viewer,
                at=at,
            )
        except NotMonitored:
            form.add_error(None, "Personne ne suit vos mesures en ce moment. Parlez-en à votre médecin.")
        except NotAMeasure as refusal:
            form.add_error(None, refusal.why)
        else:
            notices.success(request, "Votre mesure est notée. Votre équipe la voit, marquée comme saisie.")
            return redirect("devices:mine_kind", kind)
    return render(request, "devices/enter.html", {"kind": named, "form": form, "trail": _trail()})


@require_safe
@access.requires(Kind.OBSERVATION, Act.EXPORT)
def sheet(request: AuthenticatedRequest) -> HttpResponse:
    """Show the measures as a sheet to print, for a consultation."""
    at = timezone.now()
    who = consent.acting(request, at=at)
    found = curves(request.viewer, who.person_id, at=at, days=days_asked(request))
    context = {"curves": found, "name": consent.called(who.person_id), "at": at}
    return render(request, "devices/sheet.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@access.requires(Kind.OBSERVATION, Act.EXPORT)
def sharing(request: AuthenticatedRequest) -> HttpResponse:
    """Choose who sees one's measures: a code to give, shown this once."""
    at = timezone.now()
    who = consent.deciding_alone(request, at=at)
    form = ShareForm(request.POST or None)
    code = ""
    if form.is_valid():
        code = open_share(who=who, label=form.cleaned_data["label"], at=at)
        form = ShareForm()
    rows = shares_of(who.person_id, at=at)
    return render(request, "devices/sharing.html", {"form": form, "rows": rows, "code": code, "trail": _trail()})


@require_POST
@access.requires(Kind.OBSERVATION, Act.EXPORT)
def stop_sharing(request: AuthenticatedRequest, share_id: UUID) -> HttpResponse:
    """End a sharing, by the patient or by the carer."""
    at = timezone.now()
    who = consent.deciding_alone(request, at=at)
    end_share(share_id=share_id, person_id=who.person_id, at=at)
    notices.success(request, "C’est arrêté : plus rien n’est montré.".replace(" :", "\u00a0:"))
    return redirect("devices:close_ones" if "proche" in request.POST else "devices:sharing")


@require_http_methods(["GET", "HEAD", "POST"])
@access.requires(Kind.OBSERVATION, Act.EXPORT)
def close_ones(request: AuthenticatedRequest) -> HttpResponse:
    """List who shows me their measures; enter a code."""
    at = timezone.now()
    who = consent.deciding_alone(request, at=at)
    form = CodeForm(request.POST or None)
    if form.is_valid():
        try:
            share = accept_share(carer_id=who.person_id, code=form.cleaned_data["code"], at=at)
        except CodeUnknown as refusal:
            form.add_error("code", refusal.__doc__ or "")
        else:
            notices.success(request, f"{share.shown_name} vous montre ses mesures.")
            return redirect("devices:close_one", share.person_id)
    rows = shared_with(request.viewer, at=at)
    return render(request, "devices/close_ones.html", {"form": form, "rows": rows, "trail": _trail()})


@require_safe
@access.requires(Kind.OBSERVATION, Act.EXPORT)
def close_one(request: AuthenticatedRequest, person_id: UUID) -> HttpResponse:
    """Show the measures of somebody close."""
    at = timezone.now()
    consent.acting(request, at=at)
    days = days_asked(request)
    found = curves(request.viewer, person_id, at=at, days=days)
    context = {
        "curves": found,
        "name": consent.called(person_id),
        "periods": PERIODS,
        "days": days,
        "trail": [*_trail(), ("Mes proches", reverse("devices:close_ones"))],
    }
    return render(request, "devices/close_one.html", context)
