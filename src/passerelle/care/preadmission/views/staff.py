"""Who is ready: the list of the staff, its spreadsheet; proofs of identity compared with the traits."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from passerelle.care.identity import api as identity
from passerelle.care.preadmission.export import workbook
from passerelle.care.preadmission.forms import JudgeForm, ReadyFilter
from passerelle.care.preadmission.rules.vocabulary import OF_IDENTITY, Judgement
from passerelle.care.preadmission.selectors.finding import by_id
from passerelle.care.preadmission.selectors.places import places_of
from passerelle.care.preadmission.selectors.ready import ReadyRow, pieces_to_compare, ready_list
from passerelle.care.preadmission.selectors.rows import PreadmissionRow
from passerelle.care.preadmission.services.pieces import Verdict, judge, piece_file
from passerelle.core.access import api as access
from passerelle.core.access.api import Act, AuthenticatedRequest, Kind, Relation
from passerelle.core.audit import api as audit
from passerelle.core.directory import api as directory
from passerelle.core.files import api as files
from passerelle.core.ui.api import french

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_TOLD = (
    "Prêt : toutes les étapes sont envoyées et rien ne manque. À relancer : venue dans moins de sept jours, et il"
    " manque quelque chose. Les réponses de santé n’y sont pas."
)


@dataclass(frozen=True, slots=True)
class Asked:
    """What the list shows."""

    establishment: str
    day: date
    days: int
    service: str
    which: str


@require_safe
@access.requires(Kind.PREADMISSION, Act.SEARCH)
def ready(request: AuthenticatedRequest) -> HttpResponse:
    """List who comes, who is ready, what is missing to whom."""
    at = timezone.now()
    form, asked = _asked(request, Act.SEARCH, at)
    rows = _rows(request, asked, at)
    context = {
        "form": form,
        "asked": asked,
        "rows": rows,
        "ready_count": sum(one.row.is_ready for one in rows),
        "remind_count": sum(one.is_to_remind for one in rows),
        "may_compare": request.viewer.may(Kind.IDENTITY, Act.VERIFY),
        "query": request.GET.urlencode(),
    }
    return render(request, "preadmission/ready.html", context)


@require_safe
@access.requires(Kind.PREADMISSION, Act.EXPORT)
def export(request: AuthenticatedRequest) -> HttpResponse:
    """Give the same list as a spreadsheet, and leave the event."""
    at = timezone.now()
    _, asked = _asked(request, Act.EXPORT, at)
    rows = _rows(request, asked, at)
    audit.record(
        audit.Action.RECORD_EXPORTED,
        by=request.viewer.actor(),
        at=at,
        target=f"preadmission:{asked.establishment}",
        detail={"day": asked.day.isoformat(), "days": asked.days, "rows": len(rows)},
    )
    title = f"Pré-admissions du {french.day(asked.day)}, {asked.days} jour(s), {asked.establishment}"
    answer = HttpResponse(workbook(rows, title=title, told=french.typography(_TOLD)), content_type=_XLSX)
    answer["Content-Disposition"] = f'attachment; filename="preadmissions-{asked.day.isoformat()}.xlsx"'
    answer["Cache-Control"] = "no-store"
    return answer


def _asked(request: AuthenticatedRequest, act: Act, at: datetime) -> tuple[ReadyFilter, Asked]:
    names = {one.code: one.name for one in directory.establishments()}
    places = sorted((code, names.get(code, code)) for code in places_of(request.viewer, act))
    if not places:
        raise access.AccessRefused
    first = {"jour": timezone.localdate(at), "jours": "7", "etablissement": places[0][0]}
    form = ReadyFilter(request.GET or None, places=places, initial=first)
    told: dict[str, Any] = form.cleaned_data if form.is_valid() else {}
    return form, Asked(
        establishment=told.get("etablissement") or places[0][0],
        day=told.get("jour") or timezone.localdate(at),
        days=int(told.get("jours") or "7"),
        service=told.get("service") or "",
        which=told.get("manque") or "",
    )


def _rows(request: AuthenticatedRequest, asked: Asked, at: datetime) -> list[ReadyRow]:
    rows = ready_list(request.viewer, asked.establishment, asked.day, days=asked.days, service=asked.service, at=at)
    if asked.which == "prets":
        return [one for one in rows if one.row.is_ready]
    return [one for one in rows if not one.row.is_ready] if asked.which == "oui" else rows


@require_safe
@access.requires(Kind.IDENTITY, Act.VERIFY)
def pieces(request: AuthenticatedRequest) -> HttpResponse:
    """List the proofs of identity that wait to be compared."""
    return render(request, "preadmission/pieces.html", {"rows": pieces_to_compare(request.viewer, at=timezone.now())})


@require_http_methods(["GET", "HEAD", "POST"])
@access.requires(Kind.IDENTITY, Act.VERIFY)
def compare(request: AuthenticatedRequest, preadmission_id: UUID) -> HttpResponse:
    """Show the photographs beside the traits, and take what the officer says."""
    at = timezone.now()
    row = _compared(request, preadmission_id, at=at)
    shown = [one for one in row.pieces if one.kind in OF_IDENTITY]
    form = JudgeForm(request.POST or None, initial={"proof": shown[0].proof if shown else ""})
    if request.method == "POST" and shown and form.is_valid() and _judged(request, form, shown[0].id, at):
        messages.success(request, "C’est noté.")
        return redirect("preadmission:pieces")
    context = {
        "row": row,
        "pieces": shown,
        "form": form,
        "traits": identity.local_traits(row.local_identity_id),
        "name": identity.traits(row.person_id).display_name,
    }
    return render(request, "preadmission/compare.html", context)


def _judged(request: AuthenticatedRequest, form: JudgeForm, piece_id: UUID, at: datetime) -> bool:
    told = form.cleaned_data
    verdict = Verdict(Judgement(told["judgement"]), told["note"], told["proof"], told["valid_until"])
    try:
        judge(piece_id=piece_id, verdict=verdict, by=request.viewer.actor(access.Role.IDENTITY_OFFICER), at=at)
    except identity.EvidenceRefused as refusal:
        form.add_error("proof", french.typography(str(refusal.__doc__)))
        return False
    return True


def _compared(request: AuthenticatedRequest, preadmission_id: UUID, *, at: datetime) -> PreadmissionRow:
    """Return a pre-admission whose proofs this officer may see, and leave the event.

    Raises:
        AccessRefused: there is none, or it is of another establishment.
    """
    try:
        row = by_id(preadmission_id)
    except LookupError as absent:
        raise access.AccessRefused from absent
    here = row.establishment in request.viewer.establishments_as(access.Role.IDENTITY_OFFICER)
    access.check(
        request.viewer,
        Kind.IDENTITY,
        Act.VERIFY,
        relation=Relation.ESTABLISHMENT if here else Relation.NONE,
        target=f"preadmission:{row.id}",
        person_id=row.person_id,
        at=at,
    )
    return row


@require_safe
@access.requires(Kind.IDENTITY, Act.VERIFY)
def compared_piece(request: AuthenticatedRequest, preadmission_id: UUID, piece_id: UUID) -> HttpResponse:
    """Give a photograph of a proof of identity to the officer who compares."""
    row = _compared(request, preadmission_id, at=timezone.now())
    if all(one.id != piece_id or one.kind not in OF_IDENTITY for one in row.pieces):
        raise access.AccessRefused
    try:
        return files.answer(piece_file(preadmission_id, piece_id))
    except LookupError as absent:
        raise access.AccessRefused from absent
