"""A relative in one’s space until a day: invited by a code, accepted with it, ended by either."""

from uuid import UUID

from allauth.core import ratelimit
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from passerelle.care.consent import api as consent
from passerelle.care.patientspace.forms.choices import RelativeCodeForm, RelativeForm
from passerelle.care.patientspace.views.asking import Confirmation, confirm, trail
from passerelle.core.access import api as access
from passerelle.core.access.api import Act, AuthenticatedRequest, Kind
from passerelle.core.ui.api import french

_TOO_MANY = "Trop d’essais depuis cet endroit. Attendez dix minutes."
_ENDED = Confirmation(
    "Fermer mon espace à cette personne",
    ("Elle ne verra plus rien de votre dossier, dès maintenant.", "Ce qu’elle a déjà lu reste connu d’elle."),
    "Fermer mon espace",
    "patientspace:relatives",
)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@access.requires(Kind.CONSENT, Act.CREATE)
def invite_relative(request: AuthenticatedRequest) -> HttpResponse:
    """Make a code for a relative, shown once."""
    at = timezone.now()
    who = consent.deciding_alone(request, at=at)
    form = RelativeForm(request.POST or None)
    if form.is_valid():
        name = form.cleaned_data["name"]
        try:
            code = consent.invite_relative(
                person_id=who.person_id, name=name, ends_at=form.ends_at, by=who.voice, at=at
            )
        except (consent.EndsBeforeItBegins, consent.NotForMinors, consent.TooLong) as refusal:
            form.add_error(None, french.typography(str(refusal.__doc__)))
        else:
            context = {"code": code, "name": name, "ends_at": form.ends_at, "trail": trail()}
            return render(request, "patientspace/relative_code.html", context)
    return render(request, "patientspace/invite_relative.html", {"form": form, "trail": trail()})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@access.requires(Kind.CONSENT, Act.READ)
def join_relative(request: AuthenticatedRequest) -> HttpResponse:
    """Take the code that a relative gave."""
    at = timezone.now()
    consent.acting(request, at=at)
    form = RelativeCodeForm(request.POST or None)
    if request.method == "POST" and not ratelimit.consume(request, action="invitation"):
        form.add_error(None, _TOO_MANY)
    elif form.is_valid():
        told = form.cleaned_data
        try:
            found = consent.offered(code=told["code"], birth_date=told["birth_date"], at=at)
        except consent.NoSuchInvitation as refusal:
            form.add_error(None, french.typography(str(refusal.__doc__)))
        else:
            return _accepted(request, found, form) or redirect("patientspace:relatives")
    return render(request, "patientspace/join_relative.html", {"form": form, "trail": trail()})


def _accepted(request: AuthenticatedRequest, found: consent.Offered, form: RelativeCodeForm) -> HttpResponse | None:
    at = timezone.now()
    own = request.viewer.person_id
    if own is None:
        raise access.AccessRefused
    by = consent.acting_as(request.viewer, "", at=at).voice
    try:
        consent.accept_invitation(invitation_id=found.id, relative_id=own, by=by, at=at)
    except (consent.AlreadyChosen, consent.NoSuchInvitation, consent.RepresentsOneself) as refusal:
        form.add_error(None, french.typography(str(refusal.__doc__)))
        return render(request, "patientspace/join_relative.html", {"form": form, "trail": trail()})
    messages.success(request, f"Vous pouvez entrer dans l’espace de {consent.called(found.person_id)}.")
    return None


@require_http_methods(["GET", "HEAD", "POST"])
@access.requires(Kind.CONSENT, Act.CREATE)
def end_relative(request: AuthenticatedRequest, choice_id: UUID) -> HttpResponse:
    """Close one’s space to a relative whom one chose."""
    at = timezone.now()
    who = consent.deciding_alone(request, at=at)
    held = next((one for one in consent.representatives(who.person_id, at=at) if one.id == choice_id), None)
    if held is None or held.nature is not consent.Nature.DELEGATE:
        raise access.AccessRefused

    def decide() -> UUID:
        consent.withdraw(person_id=who.person_id, choice_id=choice_id, kind="representation", by=who.voice, at=at)
        return choice_id

    return confirm(request, _ENDED, decide)


@require_POST
@access.requires(Kind.CONSENT, Act.READ)
def give_up(request: AuthenticatedRequest, person_id: UUID) -> HttpResponse:
    """Give back the access that a relative gave me."""
    at = timezone.now()
    own = request.viewer.person_id
    if own is None:
        raise access.AccessRefused
    by = consent.acting_as(request.viewer, "", at=at).voice
    try:
        consent.give_up(relative_id=own, person_id=person_id, by=by, at=at)
    except consent.NoSuchChoice as refusal:
        raise access.AccessRefused from refusal
    request.session.pop(consent.SPACE_KEY, None)
    messages.success(request, "C’est fait. Vous n’entrez plus dans cet espace.")
    return redirect("patientspace:relatives")


@require_POST
@access.requires(Kind.CONSENT, Act.CREATE)
def cancel_relative(request: AuthenticatedRequest, invitation_id: UUID) -> HttpResponse:
    """Make a code given to a relative open nothing any more."""
    at = timezone.now()
    who = consent.deciding_alone(request, at=at)
    consent.cancel_invitation(person_id=who.person_id, invitation_id=invitation_id, at=at)
    messages.success(request, "Ce code n’ouvre plus rien.")
    return redirect("patientspace:relatives")
