"""Pages of those who keep agendas: what leaves tomorrow, the rules, the letters, the trace of one appointment."""

from uuid import UUID

from django.contrib import messages as notices
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from passerelle.care.appointments import api as appointments
from passerelle.care.reminders import declared
from passerelle.care.reminders.selectors.foreseen import foresight
from passerelle.care.reminders.selectors.letters import batch_of, batch_pdf, batches, waiting_letters
from passerelle.care.reminders.selectors.scope import establishments_of, names_of
from passerelle.care.reminders.selectors.telling import rule_sheets
from passerelle.care.reminders.selectors.trace import trace_of
from passerelle.care.reminders.services import batching
from passerelle.core.access import api as access
from passerelle.core.access.api import Act, AuthenticatedRequest, Kind, Relation


@access.requires(Kind.APPOINTMENT, Act.UPDATE)
@require_safe
def tomorrow(request: AuthenticatedRequest) -> HttpResponse:
    """Show what would leave tomorrow: the planner itself, which writes nothing."""
    at, places = timezone.now(), _places(request)
    access.check(
        request.viewer,
        Kind.APPOINTMENT,
        Act.SEARCH,
        relation=Relation.ESTABLISHMENT,
        target="reminders:tomorrow",
        at=at,
    )
    with access.as_machine():
        found = foresight(places, at=at)
    return render(request, "reminders/tomorrow.html", {"foresight": found, "names": names_of(places)})


@access.requires(Kind.APPOINTMENT, Act.UPDATE)
@require_safe
def rules(request: AuthenticatedRequest) -> HttpResponse:
    _places(request)
    return render(request, "reminders/rules.html", {"rules": rule_sheets(declared.rules())})


@access.requires(Kind.APPOINTMENT, Act.UPDATE)
@require_safe
def letters(request: AuthenticatedRequest) -> HttpResponse:
    at, places = timezone.now(), _places(request)
    waiting = waiting_letters(places, at=at)
    names = dict(names_of(places))
    context = {
        "waiting": [(code, names.get(code, code), count) for code, count in waiting.items()],
        "batches": [(one, names.get(one.establishment, one.establishment)) for one in batches(places)],
    }
    return render(request, "reminders/letters.html", context)


@access.requires(Kind.APPOINTMENT, Act.UPDATE)
@require_POST
def make_batch(request: AuthenticatedRequest, establishment: str) -> HttpResponse:
    if establishment not in _places(request):
        raise Http404
    try:
        batch = batching.make_batch(establishment=establishment, by=request.viewer.actor(), at=timezone.now())
    except batching.NothingToPrint as refusal:
        notices.info(request, refusal.__doc__ or "")
    else:
        told = "Un courrier est prêt" if batch.count == 1 else f"{batch.count} courriers sont prêts"
        notices.success(request, f"{told}\u00a0: imprimez le lot, puis notez-le posté.")
    return redirect("reminders:letters")


@access.requires(Kind.APPOINTMENT, Act.UPDATE)
@require_safe
def batch(request: AuthenticatedRequest, batch_id: UUID) -> HttpResponse:
    """Give the letters of a batch, as PDF."""
    at = timezone.now()
    found = batch_of(batch_id, _places(request))
    if found is None:
        raise Http404
    access.check(
        request.viewer,
        Kind.APPOINTMENT,
        Act.EXPORT,
        relation=Relation.ESTABLISHMENT,
        target=f"letters:{batch_id}",
        at=at,
    )
    with access.as_machine():
        pdf = batch_pdf(found)
    answer = HttpResponse(pdf, content_type="application/pdf")
    answer["Content-Disposition"] = f'attachment; filename="rappels-{found.made_at:%Y-%m-%d}.pdf"'
    answer["Cache-Control"] = "no-store"
    return answer


@access.requires(Kind.APPOINTMENT, Act.UPDATE)
@require_POST
def posted(request: AuthenticatedRequest, batch_id: UUID) -> HttpResponse:
    if batch_of(batch_id, _places(request)) is None:
        raise Http404
    try:
        count = batching.note_posted(batch_id=batch_id, by=request.viewer.actor(), at=timezone.now())
    except batching.AlreadyPosted as refusal:
        notices.error(request, refusal.__doc__ or "")
    else:
        told = "Un courrier est noté posté." if count == 1 else f"{count} courriers sont notés postés."
        notices.success(request, told)
    return redirect("reminders:letters")


@access.requires(Kind.APPOINTMENT, Act.READ)
@require_safe
def trace(request: AuthenticatedRequest, appointment_id: UUID) -> HttpResponse:
    """Show what was sent for one appointment: to the desk that keeps it, as the appointment itself."""
    row = appointments.appointment(request.viewer, appointment_id, timezone.now())
    if row.establishment not in _places(request):
        raise Http404
    return render(request, "reminders/trace.html", {"row": row, "lines": trace_of(appointment_id)})


def _places(request: AuthenticatedRequest) -> frozenset[str]:
    places = establishments_of(request.viewer)
    if not places:
        raise Http404
    return places
