"""The admission desk opens the door of a patient space: a code in hand, by letter or by SMS, on sight of a document."""

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from passerelle.care.identity import api as identity
from passerelle.care.patientspace.forms.doors import DeskForm
from passerelle.care.patientspace.letters.invitation import Letter, invitation_pdf
from passerelle.care.patientspace.rules.vocabulary import Means
from passerelle.care.patientspace.selectors.doors import door_of
from passerelle.care.patientspace.services.invitations import Issued, NotInvited, cancel, invite
from passerelle.core.access import api as access
from passerelle.core.access.api import Act, AuthenticatedRequest, Kind
from passerelle.core.directory import api as directory
from passerelle.core.ui.api import french


@require_http_methods(["GET", "HEAD", "POST"])
@access.requires(Kind.IDENTITY, Act.UPDATE)
def desk(request: AuthenticatedRequest, person_id: UUID) -> HttpResponse:
    """Show whether a person has a space, and invite them."""
    at = timezone.now()
    door = door_of(request.viewer, person_id, at=at)
    form = DeskForm(request.POST or None)
    if form.is_valid():
        told = form.cleaned_data
        means = Means(told["means"])
        try:
            issued = invite(viewer=request.viewer, person_id=person_id, means=means, document=told["document"], at=at)
        except NotInvited as refusal:
            form.add_error(None, french.typography(str(refusal.__doc__)))
        else:
            return _given(request, person_id, issued)
    trail = [("Identité", reverse("identity:person", args=[person_id]))]
    return render(request, "patientspace/desk.html", {"door": door, "form": form, "trail": trail})


def _given(request: AuthenticatedRequest, person_id: UUID, issued: Issued) -> HttpResponse:
    if issued.means is Means.SMS:
        messages.success(request, "Le SMS part dans la minute. Il ne dit rien de la santé de la personne.")
        return redirect("patientspace:desk", person_id)
    answer = HttpResponse(_letter(request, person_id, issued), content_type="application/pdf")
    answer["Content-Disposition"] = 'inline; filename="invitation.pdf"'
    return answer


def _letter(request: HttpRequest, person_id: UUID, issued: Issued) -> bytes:
    traits = identity.traits(person_id)
    place = directory.establishment(issued.establishment)
    posted = [str(traits.address.get(part, "")) for part in ("line", "postal_code", "city")]
    street = [posted[0], f"{posted[1]} {posted[2]}".strip()] if issued.means is Means.LETTER else []
    letter = Letter(
        establishment=place.name if place else issued.establishment,
        lines=tuple(line for line in (traits.display_name, *street) if line),
        code=issued.code,
        address=request.build_absolute_uri(reverse("patientspace:invited")),
        until=timezone.localdate(issued.expires_at),
        day=timezone.localdate(issued.made_at),
        is_simulated=settings.DEMO,
    )
    return invitation_pdf(letter)


@require_POST
@access.requires(Kind.IDENTITY, Act.UPDATE)
def cancel_invitation(request: AuthenticatedRequest, person_id: UUID) -> HttpResponse:
    """Make the code given open nothing any more."""
    cancel(viewer=request.viewer, person_id=person_id, at=timezone.now())
    messages.success(request, "Le code n’ouvre plus rien.")
    return redirect("patientspace:desk", person_id)
