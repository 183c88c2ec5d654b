"""Devices of the establishment, one by one; messages that wait for a person."""

from uuid import UUID

from django.contrib import messages as notices
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from passerelle.care.devices.forms.staff import LendForm, NoteForm, PlaceForm, RegisterForm, SettleForm
from passerelle.care.devices.rules.refusals import LABELS, NotAMeasure
from passerelle.care.devices.rules.words import Handling
from passerelle.care.devices.selectors import finding
from passerelle.care.devices.selectors.fleet import device_page, fleet, held_page
from passerelle.care.devices.selectors.worklist import held_rows
from passerelle.care.devices.services import fleet as acts
from passerelle.care.devices.services.refusals import DevicesRefusal, SerialKnown
from passerelle.care.devices.services.settling import accept, discard
from passerelle.care.devices.views.tabs import places, team_tabs
from passerelle.core.access import api as access
from passerelle.core.access.api import Act, AuthenticatedRequest, Kind
from passerelle.core.ui.api import french

_SAID = {
    "returned": "Appareil rendu. Il est à nettoyer avant de servir à quelqu’un d’autre.",
    "lost": "Appareil déclaré perdu. Ce qu’il enverrait encore attendra une personne.",
    "cleaned": "Appareil prêt à être remis.",
    "found": "Appareil retrouvé. Il est à nettoyer.",
    "retired": "Appareil réformé. Son secret de connexion ne sert plus.",
}


@require_safe
@access.requires(Kind.DEVICE, Act.CREATE)
def devices(request: AuthenticatedRequest) -> HttpResponse:
    """List the devices, those that ask for something first."""
    rows = fleet(request.viewer, at=timezone.now())
    context = {
        "tabs": team_tabs("fleet"),
        "rows": rows,
        "silent": sum(one.is_silent for one in rows),
        "overdue": sum(one.is_overdue for one in rows),
        "ready": sum(one.state.value == "available" for one in rows),
        "lent": sum(one.state.value == "paired" for one in rows),
    }
    return render(request, "devices/fleet.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@access.requires(Kind.DEVICE, Act.CREATE)
def register(request: AuthenticatedRequest) -> HttpResponse:
    """Take a device in; its secret is shown on the answer, this once."""
    form = RegisterForm(request.POST or None, places=places(request.viewer))
    context = {"form": form, "trail": [("Appareils", reverse("devices:fleet"))]}
    if form.is_valid():
        try:
            device, secret = acts.register_device(**form.cleaned_data, by=request.viewer, at=timezone.now())
        except SerialKnown as refusal:
            form.add_error("serial", refusal.__doc__ or "")
        else:
            return render(request, "devices/secret.html", context | {"device_id": device.pk, "secret": secret})
    return render(request, "devices/register.html", context)


@require_safe
@access.requires(Kind.DEVICE, Act.CREATE)
def device(request: AuthenticatedRequest, device_id: UUID) -> HttpResponse:
    """Show a device and what happened to it."""
    page = device_page(request.viewer, device_id, at=timezone.now())
    context = {
        "page": page,
        "note": NoteForm(),
        "place": PlaceForm(initial={"place": page.device.place}),
        "trail": [("Appareils", reverse("devices:fleet"))],
    }
    return render(request, "devices/device.html", context)


@require_POST
@access.requires(Kind.DEVICE, Act.CREATE)
def act(request: AuthenticatedRequest, device_id: UUID, what: str) -> HttpResponse:
    """Note what was done with a device."""
    if what not in _SAID:
        raise Http404
    at, form = timezone.now(), NoteForm(request.POST)
    note = form.cleaned_data["note"] if form.is_valid() else ""
    try:
        if what in {"returned", "lost"}:
            acts.give_back(device_id=device_id, is_lost=what == "lost", note=note, by=request.viewer, at=at)
        else:
            acts.handle(device_id=device_id, what=Handling(what), note=note, by=request.viewer, at=at)
    except DevicesRefusal as refusal:
        notices.error(request, refusal.__doc__ or "")
    else:
        notices.success(request, _SAID[what])
    return redirect("devices:device", device_id)


@require_POST
@access.requires(Kind.DEVICE, Act.CREATE)
def put_away(request: AuthenticatedRequest, device_id: UUID) -> HttpResponse:
    """Note where a device is kept."""
    form = PlaceForm(request.POST)
    if form.is_valid():
        acts.place_device(device_id=device_id, place=form.cleaned_data["place"], by=request.viewer, at=timezone.now())
        notices.success(request, "C’est noté.")
    return redirect("devices:device", device_id)


@require_POST
@access.requires(Kind.DEVICE, Act.CREATE)
def renew(request: AuthenticatedRequest, device_id: UUID) -> HttpResponse:
    """Give a device a new secret, shown on the answer, this once."""
    secret = acts.renew_credential(device_id=device_id, by=request.viewer, at=timezone.now())
    context = {"device_id": device_id, "secret": secret, "trail": [("Appareils", reverse("devices:fleet"))]}
    return render(request, "devices/secret.html", context)


@require_POST
@access.requires(Kind.DEVICE, Act.CREATE)
def lend(request: AuthenticatedRequest) -> HttpResponse:
    """Lend a device to a person."""
    form = LendForm(request.POST, devices=finding.ready_devices(request.viewer))
    if not form.is_valid():
        notices.error(request, "Choisissez un appareil prêt à remettre.")
        back = request.POST.get("person_id", "")
        return redirect("devices:person", back) if len(back) == 36 else redirect("devices:fleet")
    told = form.cleaned_data
    try:
        acts.pair(
            device_id=UUID(told["device_id"]),
            person_id=told["person_id"],
            due_on=told["due_on"],
            by=request.viewer,
            at=timezone.now(),
        )
    except DevicesRefusal as refusal:
        notices.error(request, refusal.__doc__ or "")
    else:
        notices.success(request, "Appareil remis. Ses mesures sont à cette personne à partir de maintenant.")
    return redirect("devices:person", told["person_id"])


@require_safe
@access.requires(Kind.DEVICE, Act.CREATE)
def held(request: AuthenticatedRequest) -> HttpResponse:
    """List the messages that wait for a person."""
    return render(request, "devices/held.html", {"tabs": team_tabs("held"), "rows": held_rows(request.viewer)})


@require_http_methods(["GET", "HEAD", "POST"])
@access.requires(Kind.DEVICE, Act.CREATE)
def held_one(request: AuthenticatedRequest, held_id: UUID) -> HttpResponse:
    """Show a message that waits; set it aside, or accept it for somebody."""
    at = timezone.now()
    row, turns = held_page(request.viewer, held_id)
    named = [(str(one.id), f"{one.name}, {_span(one.since, one.until)}") for one in turns]
    form = SettleForm(request.POST or None, turns=named)
    if form.is_valid():
        told = form.cleaned_data
        try:
            if told["decision"] == "discarded":
                discard(held_id=held_id, note=told["note"], by=request.viewer, at=at)
            else:
                accept(
                    held_id=held_id,
                    pairing_id=told["pairing"],
                    measured_at=told["measured_at"],
                    note=told["note"],
                    by=request.viewer,
                    at=at,
                )
        except NotAMeasure as refusal:
            form.add_error(None, f"{refusal.where}\u00a0: {refusal.why}")
        except DevicesRefusal as refusal:
            form.add_error(None, refusal.__doc__ or "")
        else:
            notices.success(request, "Réglé. Votre décision et sa raison sont gardées.")
            return redirect("devices:held")
    context = {
        "row": row,
        "label": LABELS.get(row.code, row.code),
        "raw": bytes(row.raw)[:2000].decode(errors="replace"),
        "form": form,
        "trail": [("À vérifier", reverse("devices:held"))],
    }
    return render(request, "devices/held_one.html", context)


def _span(since: object, until: object) -> str:
    from_, to = (french.short_moment(one) if one else "" for one in (since, until))  # type: ignore[arg-type]  # moments
    return f"du {from_} au {to}" if to else f"depuis le {from_}"
