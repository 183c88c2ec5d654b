"""Acts on one file: a proof of identity seen or withdrawn, an INS taken away, a label printed."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from passerelle.care.identity.forms import EvidenceForm, ReasonForm
from passerelle.care.identity.imaging import datamatrix_cells
from passerelle.care.identity.selectors.desk import DeskFile, file_to_change
from passerelle.care.identity.services.evidence import EvidenceRefused, Shown, record_evidence, withdraw_evidence
from passerelle.care.identity.services.settling import SettlingRefused, withdraw_ins
from passerelle.core.access import api as access
from passerelle.core.access.api import Act, AuthenticatedRequest, Kind
from passerelle.core.ui.api import french
from passerelle.protocols import ins


def trail_to(desk: DeskFile) -> list[tuple[str, str]]:
    """Return the way to the sheet of the person."""
    sheet = reverse("identity:person", args=[desk.person_id])
    return [("Identités", reverse("identity:search")), (desk.title, sheet)]


@require_http_methods(["GET", "HEAD", "POST"])
@access.requires(Kind.IDENTITY, Act.UPDATE)
def check_evidence(request: AuthenticatedRequest, local_identity_id: UUID) -> HttpResponse:
    """Compare the five traits with a proof of identity, and say which one."""
    now = timezone.now()
    desk = file_to_change(request.viewer, local_identity_id, at=now)
    form = EvidenceForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        shown = Shown(
            told["code"],
            ins.Situation(told["situation"]),
            ins.CollectionMode(told["mode"]),
            told["valid_until"],
        )
        try:
            evidence = record_evidence(local_identity_id=desk.id, shown=shown, by=request.viewer.actor(), at=now)
        except EvidenceRefused as refusal:
            form.add_error("code", french.typography(str(refusal.__doc__)))
        else:
            if evidence.is_high_trust:
                messages.success(
                    request, "Pièce contrôlée : l’identité est validée sur pièce.".replace(" :", "\u00a0:")
                )
            else:
                messages.warning(request, "Pièce notée. Elle ne suffit pas à valider l’identité dans cette situation.")
            return redirect("identity:person", person_id=desk.person_id)
    context = {"form": form, "desk": desk, "trail": trail_to(desk)}
    return render(request, "identity/evidence.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@access.requires(Kind.IDENTITY, Act.UPDATE)
def undo_evidence(request: AuthenticatedRequest, local_identity_id: UUID, evidence_id: int) -> HttpResponse:
    """Withdraw a check that should not have counted."""
    now = timezone.now()
    desk = file_to_change(request.viewer, local_identity_id, at=now)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        try:
            withdraw_evidence(
                evidence_id=evidence_id, local_identity_id=desk.id, reason=reason, by=request.viewer.actor(), at=now
            )
        except LookupError as fault:
            raise access.AccessRefused from fault
        except EvidenceRefused as refusal:
            messages.warning(request, french.typography(str(refusal.__doc__)))
        else:
            messages.success(request, "Contrôle retiré.")
        return redirect("identity:person", person_id=desk.person_id)
    context = {
        "form": form,
        "desk": desk,
        "trail": trail_to(desk),
        "title": "Retirer le contrôle d’une pièce",
        "text": "Le contrôle reste dans l’histoire du dossier, mais ne compte plus\u00a0: une identité qualifiée "
        "redevient récupérée, une identité validée redevient provisoire.",
        "action": "Retirer ce contrôle",
    }
    return render(request, "identity/reason.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@access.requires(Kind.IDENTITY, Act.UPDATE)
def take_ins_away(request: AuthenticatedRequest, local_identity_id: UUID) -> HttpResponse:
    """Take the INS away from a file."""
    now = timezone.now()
    desk = file_to_change(request.viewer, local_identity_id, at=now)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            withdraw_ins(
                local_identity_id=desk.id, reason=form.cleaned_data["reason"], by=request.viewer.actor(), at=now
            )
        except SettlingRefused as refusal:
            messages.warning(request, french.typography(str(refusal.__doc__)))
        else:
            messages.success(request, "INS retirée du dossier. Les applications abonnées sont prévenues.")
        return redirect("identity:person", person_id=desk.person_id)
    context = {
        "form": form,
        "desk": desk,
        "trail": trail_to(desk),
        "title": "Retirer l’INS",
        "text": "Le matricule devient un ancien numéro. Une identité qualifiée redevient validée, une identité "
        "récupérée redevient provisoire, et ceux qui avaient reçu l’INS sont prévenus.",
        "action": "Retirer l’INS de ce dossier",
    }
    return render(request, "identity/reason.html", context)


@require_safe
@access.requires(Kind.IDENTITY, Act.UPDATE)
def label(request: AuthenticatedRequest, local_identity_id: UUID) -> HttpResponse:
    """Print the identity sheet of a file, with the datamatrix when the INS may be shared."""
    now = timezone.now()
    desk = file_to_change(request.viewer, local_identity_id, at=now)
    shared = ins.shared_ins(desk.row)
    context = {"desk": desk, "now": now, "reason": ins.reason_not_to_share(desk.row), "side": 0, "cells": ""}
    if shared is not None and desk.row.birth_date is not None:
        content = ins.InsDatamatrix(
            shared.matricule,
            shared.oid,
            desk.given_names,
            desk.row.birth_name,
            desk.row.sex,
            f"{desk.row.birth_date:%d-%m-%Y}",
            desk.row.birth_place,
        )
        try:
            context["side"], context["cells"] = datamatrix_cells(ins.write_datamatrix(content))
        except ins.DatamatrixError as refusal:
            context["reason"] = f"le code ne peut pas être imprimé ({refusal})"
    return render(request, "identity/label.html", context)
