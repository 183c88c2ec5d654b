"""Letters on the hospital's side: what awaits, writing, reading again, signing, following."""

from datetime import datetime
from uuid import UUID

from django.contrib import messages as notices
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from passerelle.care.liaison.forms.letters import LetterForm, OtherWayForm, SignForm
from passerelle.care.liaison.rules.ways import Addressee, Way
from passerelle.care.liaison.selectors.letters import LetterPage, is_written_here, letter_page, ways_of
from passerelle.care.liaison.selectors.worklist import (
    letters_to_write,
    mails_at,
    places_of,
    referrals_at,
    unanswered,
    units_awaiting,
)
from passerelle.care.liaison.services.letters import begin_correction, save_draft, sign_letter
from passerelle.care.liaison.services.refusals import AlreadySigned, ChangedMeanwhile, LetterIncomplete, NoMailbox
from passerelle.care.liaison.services.ways import mail_again, note_other_way
from passerelle.care.liaison.views.tabs import hospital_tabs
from passerelle.core.access import api as access
from passerelle.core.access.api import Act, AuthenticatedRequest, Kind


@require_safe
@access.requires(Kind.LIAISON, Act.SEARCH)
def worklist(request: AuthenticatedRequest) -> HttpResponse:
    """Show what awaits, late first."""
    at = timezone.now()
    places = places_of(request.viewer, at=at)
    unit = request.GET.get("unite", "")
    context = {
        "tabs": hospital_tabs("worklist"),
        "to_write": letters_to_write(places, at=at, unit=unit),
        "units": units_awaiting(places, at=at),
        "unit": unit,
        "unanswered": unanswered(places, at=at),
        "referrals": len(referrals_at(places)),
        "mails": len(mails_at(places)),
    }
    return render(request, "liaison/worklist.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@access.requires(Kind.LIAISON, Act.UPDATE)
def write(request: AuthenticatedRequest, stay_id: UUID) -> HttpResponse:
    """Write the letter of a stay; what it lacks is told, and keeps nobody from saving."""
    at = timezone.now()
    page = letter_page(request.viewer, stay_id, at=at)
    if page.signed and not page.is_draft:
        return redirect("liaison:letter", stay_id)
    form = LetterForm(request.POST or None, page.content, seen_at=_written(page.draft_at))
    if form.is_valid():
        try:
            save_draft(
                stay_id=stay_id,
                content=form.content,
                seen_at=parse_datetime(form.cleaned_data["seen_at"] or "") if form.cleaned_data["seen_at"] else None,
                by=request.viewer,
                at=at,
            )
        except (ChangedMeanwhile, AlreadySigned) as refusal:
            form.add_error(None, refusal.__doc__ or "")
        else:
            notices.success(request, "Brouillon enregistré.")
            return redirect("liaison:review" if "relire" in request.POST else "liaison:write", stay_id)
    return render(request, "liaison/write.html", {"page": page, "form": form, "trail": _trail()})


@require_http_methods(["GET", "HEAD", "POST"])
@access.requires(Kind.LIAISON, Act.UPDATE)
def review(request: AuthenticatedRequest, stay_id: UUID) -> HttpResponse:
    """Read the letter again as it will leave, and sign it."""
    at = timezone.now()
    page = letter_page(request.viewer, stay_id, at=at)
    if not page.is_draft:
        return redirect("liaison:letter" if page.signed else "liaison:write", stay_id)
    form = SignForm(request.POST or None, initial={"seen_at": _written(page.draft_at)})
    if form.is_valid():
        try:
            seen_at = parse_datetime(form.cleaned_data["seen_at"]) or at
            sign_letter(stay_id=stay_id, seen_at=seen_at, by=request.viewer, at=at)
        except (ChangedMeanwhile, AlreadySigned, LetterIncomplete) as refusal:
            form.add_error(None, refusal.__doc__ or "")
        else:
            notices.success(request, "Lettre signée. Elle est partie.")
            return redirect("liaison:letter", stay_id)
    return render(request, "liaison/review.html", {"page": page, "form": form, "trail": _trail()})


@require_safe
@access.requires(Kind.LIAISON, Act.UPDATE)
def letter(request: AuthenticatedRequest, stay_id: UUID) -> HttpResponse:
    """Show where a signed letter went, and offer another way."""
    return _letter(request, stay_id, OtherWayForm(), at=timezone.now())


@require_POST
@access.requires(Kind.LIAISON, Act.UPDATE)
def other_way(request: AuthenticatedRequest, stay_id: UUID) -> HttpResponse:
    """Note another way."""
    at = timezone.now()
    form = OtherWayForm(request.POST)
    signed = letter_page(request.viewer, stay_id, at=at).signed
    if signed is None or not form.is_valid():
        return _letter(request, stay_id, form, at=at)
    note_other_way(
        letter_id=signed.pk,
        way=Way(form.cleaned_data["way"]),
        addressee=Addressee(form.cleaned_data["addressee"]),
        note=form.cleaned_data["note"],
        by=request.viewer,
        at=at,
    )
    notices.success(request, "C’est noté.")
    return redirect("liaison:letter", stay_id)


@require_POST
@access.requires(Kind.LIAISON, Act.UPDATE)
def again(request: AuthenticatedRequest, stay_id: UUID) -> HttpResponse:
    """Send a letter by secure mail once more."""
    at = timezone.now()
    signed = letter_page(request.viewer, stay_id, at=at).signed
    if signed is not None:
        try:
            mail_again(letter_id=signed.pk, by=request.viewer, at=at)
        except NoMailbox as refusal:
            notices.error(request, refusal.__doc__ or "")
        else:
            notices.success(request, "La lettre repart par messagerie sécurisée.")
    return redirect("liaison:letter", stay_id)


@require_POST
@access.requires(Kind.LIAISON, Act.UPDATE)
def correct(request: AuthenticatedRequest, stay_id: UUID) -> HttpResponse:
    """Open a new version of a signed letter."""
    begin_correction(stay_id=stay_id, by=request.viewer, at=timezone.now())
    return redirect("liaison:write", stay_id)


def _letter(request: AuthenticatedRequest, stay_id: UUID, form: OtherWayForm, *, at: datetime) -> HttpResponse:
    page: LetterPage = letter_page(request.viewer, stay_id, at=at)
    if page.signed is None:
        return redirect("liaison:write", stay_id)
    document_id = page.signed.document_id
    context = {
        "page": page,
        "form": form,
        "ways": ways_of(document_id) if document_id else [],
        "can_correct": is_written_here(page.signed),
        "trail": _trail(),
    }
    return render(request, "liaison/letter.html", context)


def _written(at: datetime | None) -> str:
    return at.isoformat() if at else ""


def _trail() -> list[tuple[str, str]]:
    return [(tab.label, tab.url) for tab in hospital_tabs("worklist")[:1]]
