"""The desk: who represents a person, and whether their identity is protected."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from passerelle.care.consent.forms import ProtectionForm, RepresentationForm
from passerelle.care.consent.rules.vocabulary import Nature, ProtectionReason
from passerelle.care.consent.selectors.choices import protections
from passerelle.care.consent.selectors.circle import representatives
from passerelle.care.consent.services.desk import NoPaperSeen, declare_representative, end_at_desk, protect_identity
from passerelle.care.consent.services.facts import AlreadyChosen, EndsBeforeItBegins, NoSuchChoice
from passerelle.care.consent.services.people import BirthDateNeeded, Mandate, OfAge, RepresentsOneself
from passerelle.care.identity import api as identity
from passerelle.core.access import api as access
from passerelle.core.access.api import Act, AuthenticatedRequest, Kind
from passerelle.core.ui.api import french

_REFUSALS = (
    AlreadyChosen,
    BirthDateNeeded,
    EndsBeforeItBegins,
    NoPaperSeen,
    NoSuchChoice,
    OfAge,
    RepresentsOneself,
)


@require_http_methods(["GET", "HEAD", "POST"])
@access.requires(Kind.IDENTITY, Act.UPDATE)
def desk(request: AuthenticatedRequest, person_id: UUID) -> HttpResponse:
    """Show who represents a person and whether they are protected; take one more of either."""
    at = timezone.now()
    traits = _traits(person_id)
    is_protection = "protect" in request.POST
    mandate = RepresentationForm(request.POST if request.method == "POST" and not is_protection else None)
    protection = ProtectionForm(request.POST if is_protection else None)
    done = _declared(request, person_id, mandate) or _protected(request, person_id, protection)
    if done:
        return redirect("consent:desk", person_id)
    context = {
        "name": traits.display_name,
        "person_id": person_id,
        "mandate": mandate,
        "protection": protection,
        "representatives": [
            (one, _traits(one.representative_id).display_name) for one in representatives(person_id, at=at)
        ],
        "protections": protections(person_id, at=at),
    }
    return render(request, "consent/desk.html", context)


@require_POST
@access.requires(Kind.IDENTITY, Act.UPDATE)
def end_desk(request: AuthenticatedRequest, person_id: UUID, kind: str, choice_id: UUID) -> HttpResponse:
    """End a representation or a protection."""
    at = timezone.now()
    _done(
        request,
        lambda: end_at_desk(viewer=request.viewer, person_id=person_id, kind=kind, choice_id=choice_id, at=at),
        "C’est terminé, dès maintenant.",
    )
    return redirect("consent:desk", person_id)


def _declared(request: AuthenticatedRequest, person_id: UUID, form: RepresentationForm) -> bool:
    if not form.is_valid():
        return False
    told = form.cleaned_data
    mandate = Mandate(told["representative"], Nature(told["nature"]), told["evidence"])
    return _done(
        request,
        lambda: declare_representative(viewer=request.viewer, person_id=person_id, mandate=mandate, at=timezone.now()),
        "Représentation enregistrée.",
    )


def _protected(request: AuthenticatedRequest, person_id: UUID, form: ProtectionForm) -> bool:
    if not form.is_valid():
        return False
    reason = ProtectionReason(form.cleaned_data["reason"])
    return _done(
        request,
        lambda: protect_identity(viewer=request.viewer, person_id=person_id, reason=reason, at=timezone.now()),
        "Identité protégée, dès maintenant.",
    )


def _done(request: AuthenticatedRequest, act: Callable[[], object], told: str) -> bool:
    try:
        act()
    except _REFUSALS as refusal:
        messages.warning(request, french.typography(str(refusal.__doc__)))
        return False
    messages.success(request, told)
    return True


def _traits(person_id: UUID) -> identity.PersonTraits:
    try:
        return identity.traits(person_id)
    except LookupError as unknown:
        raise access.AccessRefused from unknown
