"""Letting someone in, keeping someone out: found in the directory, then decided on one page."""

from datetime import datetime
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from passerelle.care.consent import api as consent
from passerelle.care.patientspace.forms.choices import FindForm, TeamForm
from passerelle.care.patientspace.selectors import finding
from passerelle.care.patientspace.views.asking import Confirmation, confirm, decided, trail
from passerelle.core.access import api as access
from passerelle.core.access.api import Act, AuthenticatedRequest, Kind

_BACK = "patientspace:choices"


@require_safe
@access.requires(Kind.CONSENT, Act.CREATE)
def find_member(request: AuthenticatedRequest) -> HttpResponse:
    """Look for whom to let in."""
    return _find(request, "patientspace:add_member", "Ajouter à mon équipe")


@require_safe
@access.requires(Kind.CONSENT, Act.CREATE)
def find_refused(request: AuthenticatedRequest) -> HttpResponse:
    """Look for whom to keep out."""
    return _find(request, "patientspace:oppose", "M’opposer à un professionnel ou à un hôpital")


def _find(request: AuthenticatedRequest, next_page: str, title: str) -> HttpResponse:
    consent.deciding(request, at=timezone.now())
    form = FindForm(request.GET or None)
    text = form.cleaned_data["q"] if form.is_valid() else ""
    context = {"form": form, "text": text, "found": finding.find(text), "next_page": next_page, "title": title}
    return render(request, "patientspace/find.html", context | {"trail": trail()})


@require_http_methods(["GET", "HEAD", "POST"])
@access.requires(Kind.CONSENT, Act.CREATE)
def add_member(request: AuthenticatedRequest, ref: str) -> HttpResponse:
    """Choose how much a member sees, and until when."""
    at = timezone.now()
    who = consent.deciding(request, at=at)
    member = _candidate(ref)
    form = TeamForm(request.POST or None, today=timezone.localdate(at), is_doctor=member.is_doctor)
    if form.is_valid():
        answer = decided(request, lambda: _choose(who, member, form, at))
        if answer is not None:
            return answer
    return render(request, "patientspace/add_member.html", {"form": form, "member": member, "trail": trail()})


def _choose(who: consent.Acting, member: finding.Candidate, form: TeamForm, at: datetime) -> UUID:
    invitation = consent.Invitation(
        whom=member.whom,
        label=member.name,
        level=consent.Level(form.cleaned_data["level"]),
        ends_at=form.ends_at,
        is_main_doctor=form.cleaned_data.get("is_main_doctor", False),
    )
    return consent.choose(person_id=who.person_id, invitation=invitation, by=who.voice, at=at)


@require_http_methods(["GET", "HEAD", "POST"])
@access.requires(Kind.CONSENT, Act.CREATE)
def oppose(request: AuthenticatedRequest, ref: str) -> HttpResponse:
    """Keep out one establishment or one professional."""
    at = timezone.now()
    who = consent.deciding(request, at=at)
    refused = _candidate(ref)
    scope = consent.Scope.ESTABLISHMENT if refused.is_place else consent.Scope.PROFESSIONAL
    asked = Confirmation(
        "M’opposer à cet accès",
        (
            "À partir de maintenant, les informations venues d’ailleurs ne lui sont plus montrées.",
            "Ce qui a été écrit dans son propre hôpital y reste, la loi l’exige.",
            "Vos soins peuvent en être gênés\u00a0: parlez-en avec un professionnel en qui vous avez confiance.",
            "Vous pourrez changer d’avis à tout moment.",
        ),
        "Je m’oppose",
        _BACK,
        refused.name,
        is_grave=True,
    )
    return confirm(
        request,
        asked,
        lambda: consent.oppose(
            person_id=who.person_id, scope=scope, whom=refused.whom, label=refused.name, by=who.voice, at=at
        ),
    )


_WIDE = {
    "partage": (
        consent.Scope.SHARING,
        Confirmation(
            "M’opposer au partage entre les hôpitaux",
            (
                "Chaque hôpital ne verra plus que ce qu’il a lui-même écrit sur vous.",
                "Les professionnels que vous avez choisis continuent de voir votre dossier.",
                "Un examen déjà fait ailleurs pourra être refait, faute d’être connu.",
                "Vous pourrez changer d’avis à tout moment.",
            ),
            "Je m’oppose au partage",
            _BACK,
            is_grave=True,
        ),
    ),
    "urgence": (
        consent.Scope.EMERGENCY,
        Confirmation(
            "M’opposer à l’accès d’urgence",
            (
                "Si vous arrivez inconscient dans un hôpital qui ne vous connaît pas, votre dossier y restera fermé.",
                "Vos allergies et vos traitements n’y seront pas connus\u00a0: cela peut mettre votre vie en danger.",
                "Un accès d’urgence est toujours motivé, limité à quatre heures, revu, et vous en êtes averti.",
                "Vous pourrez changer d’avis à tout moment.",
            ),
            "Je m’oppose à l’accès d’urgence",
            _BACK,
            is_grave=True,
        ),
    ),
}


@require_http_methods(["GET", "HEAD", "POST"])
@access.requires(Kind.CONSENT, Act.CREATE)
def oppose_widely(request: AuthenticatedRequest, scope: str) -> HttpResponse:
    """Refuse sharing as a whole, or the emergency access."""
    at = timezone.now()
    who = consent.deciding(request, at=at)
    if scope not in _WIDE:
        raise Http404
    refused, asked = _WIDE[scope]
    return confirm(request, asked, lambda: consent.oppose(person_id=who.person_id, scope=refused, by=who.voice, at=at))


def _candidate(ref: str) -> finding.Candidate:
    found = finding.candidate(ref)
    if found is None:
        raise Http404
    return found
