"""The trusted person; whom I represent, and entering their space."""

from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from passerelle.care.consent import api as consent
from passerelle.care.patientspace.forms.choices import TrustedForm
from passerelle.care.patientspace.selectors import choices as selectors
from passerelle.care.patientspace.views.asking import decided, trail
from passerelle.core.access import api as access
from passerelle.core.access.api import Act, AuthenticatedRequest, Kind


@require_http_methods(["GET", "HEAD", "POST"])
@access.requires(Kind.CONSENT, Act.CREATE)
def trusted(request: AuthenticatedRequest) -> HttpResponse:
    """Name the trusted person."""
    at = timezone.now()
    who = consent.deciding_alone(request, at=at)
    form = TrustedForm(request.POST or None)
    if form.is_valid():
        answer = decided(request, lambda: _trust(who, form, at))
        if answer is not None:
            return answer
    return render(request, "patientspace/trusted.html", {"form": form, "trail": trail()})


def _trust(who: consent.Acting, form: TrustedForm, at: datetime) -> UUID:
    told = form.cleaned_data
    acceptance = consent.Acceptance.ACCEPTED if told["is_signed"] else consent.Acceptance.ASKED
    named = consent.Trusted(told["name"], told["tie"], told["phone"], told["email"], acceptance)
    return consent.trust(person_id=who.person_id, trusted=named, by=who.voice, at=at)


@require_safe
@access.requires(Kind.CONSENT, Act.READ)
def relatives(request: AuthenticatedRequest) -> HttpResponse:
    """Show whom one represents, and who represents one."""
    at = timezone.now()
    who = consent.acting(request, at=at)
    own = request.viewer.person_id
    context = {
        "who": who,
        "represented": selectors.represented(own, at=at) if own else [],
        "representatives": selectors.representatives(who.person_id, at=at),
        "pending": consent.pending_relatives(who.person_id, at=at) if who.is_self else [],
        "may_invite": who.is_self and not consent.is_young(who.person_id, at=at),
        "name": consent.called(who.person_id),
        "trail": trail(),
    }
    return render(request, "patientspace/relatives.html", context)


@require_POST
@access.requires(Kind.CONSENT, Act.READ)
def enter_space(request: AuthenticatedRequest, person_id: UUID) -> HttpResponse:
    """Enter the space of someone one represents."""
    request.session[consent.SPACE_KEY] = str(person_id)
    if consent.acting(request, at=timezone.now()).person_id != person_id:
        del request.session[consent.SPACE_KEY]
        raise access.AccessRefused
    return redirect("patientspace:home")


@require_POST
@access.requires(Kind.CONSENT, Act.READ)
def leave_space(request: AuthenticatedRequest) -> HttpResponse:
    """Come back to one's own space."""
    request.session.pop(consent.SPACE_KEY, None)
    messages.info(request, "Vous êtes de nouveau dans votre espace.")
    return redirect("patientspace:home")
