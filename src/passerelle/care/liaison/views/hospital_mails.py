"""Mails that wait for a person."""

from uuid import UUID

from django.contrib import messages as notices
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from passerelle.care.liaison.forms.letters import ReasonForm
from passerelle.care.liaison.rules.uploads import UnfitFile
from passerelle.care.liaison.selectors.mails import mail_page
from passerelle.care.liaison.selectors.worklist import mails_at, places_of
from passerelle.care.liaison.services.mails import file_mail, set_aside
from passerelle.care.liaison.services.refusals import AlreadySettled
from passerelle.care.liaison.views.tabs import hospital_tabs
from passerelle.core.access import api as access
from passerelle.core.access.api import Act, AuthenticatedRequest, Kind


@require_safe
@access.requires(Kind.LIAISON, Act.SEARCH)
def mails(request: AuthenticatedRequest) -> HttpResponse:
    """List the mails that wait, then those settled."""
    places = places_of(request.viewer, at=timezone.now())
    context = {
        "tabs": hospital_tabs("mails"),
        "waiting": mails_at(places),
        "settled": mails_at(places, is_waiting=False)[:20],
    }
    return render(request, "liaison/mails.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@access.requires(Kind.LIAISON, Act.UPDATE)
def mail(request: AuthenticatedRequest, mail_id: UUID) -> HttpResponse:
    """Show a mail and what it carries; file it for a patient, or set it aside, with the reason."""
    at = timezone.now()
    page = mail_page(request.viewer, mail_id, words=request.GET.get("patient", ""), at=at)
    form = ReasonForm(request.POST or None)
    if form.is_valid():
        note = form.cleaned_data["note"]
        try:
            if "person" in request.POST:
                person_id = next(one.person_id for one in page.people if str(one.person_id) == request.POST["person"])
                file_mail(mail_id=mail_id, person_id=person_id, note=note, by=request.viewer, at=at)
                notices.success(request, "Classé au dossier.")
            else:
                set_aside(mail_id=mail_id, note=note, by=request.viewer, at=at)
                notices.success(request, "Écarté. Le courriel reste gardé.")
        except (AlreadySettled, UnfitFile) as refusal:
            form.add_error(None, getattr(refusal, "why", "") or refusal.__doc__ or "")
        except StopIteration:
            form.add_error(None, "Choisissez un patient de la liste.")
        else:
            return redirect("liaison:mails")
    trail = [(tab.label, tab.url) for tab in hospital_tabs("mails")[2:3]]
    return render(
        request,
        "liaison/mail.html",
        {"page": page, "form": form, "aside": ReasonForm(auto_id="ecarter_%s"), "trail": trail},
    )
