"""One decision, one page: what it changes, a button, then a receipt."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from passerelle.care.consent import api as consent
from passerelle.core.access.api import AuthenticatedRequest
from passerelle.core.ui.api import french

CHOICES_TRAIL = [("Mes choix", "patientspace:choices")]
REFUSALS = (
    consent.AlreadyChosen,
    consent.EndsBeforeItBegins,
    consent.NoSuchChoice,
    consent.NotAMinor,
    consent.NotByRepresentative,
    consent.NotForParents,
)


@dataclass(frozen=True, slots=True)
class Confirmation:
    """What a page asks to confirm: the consequence in plain words, and where to go back."""

    title: str
    consequences: tuple[str, ...]
    button: str
    back: str
    subject: str = ""
    is_grave: bool = False


def confirm(request: AuthenticatedRequest, asked: Confirmation, decide: Callable[[], UUID | None]) -> HttpResponse:
    """Show what is about to be decided; on POST decide it, and give its receipt."""
    if request.method == "POST":
        return decided(request, decide) or redirect(asked.back)
    return render(request, "patientspace/confirm.html", {"asked": asked, "trail": trail()})


def decided(request: AuthenticatedRequest, decide: Callable[[], UUID | None]) -> HttpResponse | None:
    """Decide, and lead to the receipt; None when the decision was refused, with a message that says why."""
    try:
        choice_id = decide()
    except REFUSALS as refusal:
        messages.warning(request, french.typography(str(refusal.__doc__)))
        return None
    return redirect("patientspace:receipt", choice_id) if choice_id else redirect("patientspace:choices")


def trail() -> list[tuple[str, str]]:
    """Return the way back to the choices."""
    return [(label, reverse(name)) for label, name in CHOICES_TRAIL]
