"""Pages of the team: protocols, who follows them, what is to be done for a patient."""

from collections.abc import Callable
from datetime import datetime
from itertools import pairwise
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from passerelle.care.carepaths.forms import BeginForm, DoneForm, MoveForm, ReasonForm
from passerelle.care.carepaths.library import of_version, versions
from passerelle.care.carepaths.rules.fhir_plans import plan_definition
from passerelle.care.carepaths.rules.protocol import differences
from passerelle.care.carepaths.selectors.following import Followed, lines
from passerelle.care.carepaths.selectors.opening import (
    may_write,
    open_following,
    plans_of,
    worklist,
)
from passerelle.care.carepaths.selectors.protocols import protocol_rows
from passerelle.care.carepaths.services import following as services
from passerelle.care.identity import api as identity
from passerelle.core.access import api as access
from passerelle.core.access.api import Act, AuthenticatedRequest, Kind, Relation
from passerelle.core.directory import api as directory
from passerelle.core.ui.api import french

_REFUSALS = (
    services.NotActive,
    services.NoSuchTask,
    services.TooEarly,
    services.ReasonRequired,
    services.FollowedAlready,
)


@require_safe
@access.requires(Kind.CARE_PLAN, Act.SEARCH)
def home(request: AuthenticatedRequest) -> HttpResponse:
    at = timezone.now()
    context = {"protocols": protocol_rows(), "rows": worklist(request.viewer, at=at)}
    return render(request, "carepaths/home.html", context)


@require_safe
@access.signed_in
def protocol(request: AuthenticatedRequest, code: str) -> HttpResponse:
    """Show what a protocol asks, day by day, and what its last version changed. It holds nobody's health."""
    rows = versions(code)
    if not rows:
        raise Http404
    last = of_version(rows[0])
    changes = [(after, differences(of_version(before), of_version(after))) for after, before in pairwise(rows)]
    context = {"protocol": last, "published": rows[0], "changes": changes, "first": rows[-1]}
    return render(request, "carepaths/protocol.html", context)


@require_safe
@access.signed_in
def plan(request: AuthenticatedRequest, code: str) -> HttpResponse:
    """Give a protocol as a FHIR PlanDefinition."""
    del request
    rows = versions(code)
    if not rows:
        raise Http404
    return JsonResponse(plan_definition(of_version(rows[0])), content_type="application/fhir+json")


@require_http_methods(["GET", "HEAD", "POST"])
@access.requires(Kind.CARE_PLAN, Act.READ)
def patient(request: AuthenticatedRequest, person_id: UUID) -> HttpResponse:
    """Show what a patient follows; begin a protocol."""
    at = timezone.now()
    found, relation = plans_of(request.viewer, person_id, at=at)
    files = _files(request, person_id, relation)
    form = None
    if files:
        form = BeginForm(
            request.POST or None,
            protocols=[(row.code, row.title) for row in protocol_rows()],
            files=files,
            initial={"anchor": timezone.localdate(at)},
        )
        if request.method == "POST" and form.is_valid():
            refused = _begin(request, form, person_id, at=at)
            if refused is None:
                return redirect("carepaths:patient", person_id)
            form.add_error("protocol", refused)
    context = {"plans": found, "form": form, "person_id": person_id, "name": identity.traits(person_id).display_name}
    return render(request, "carepaths/patient.html", context, status=422 if form and form.errors else 200)


def _files(request: AuthenticatedRequest, person_id: UUID, relation: Relation) -> list[tuple[str, str]]:
    """Return the files of a person in which this viewer may write: the id of each and its establishment's name."""
    names = {row.code: row.short_name for row in directory.establishments(with_test=True)}
    return [
        (str(ref.id), names.get(ref.establishment, ref.establishment))
        for ref in identity.local_identities(person_id)
        if ref.superseded_by is None and may_write(request.viewer, relation, ref.establishment)
    ]


def _begin(request: AuthenticatedRequest, form: BeginForm, person_id: UUID, *, at: datetime) -> str | None:
    told = form.cleaned_data
    ref = next(one for one in identity.local_identities(person_id) if str(one.id) == told["file"])
    place = services.Place(ref.id, ref.establishment)
    try:
        services.begin(code=told["protocol"], place=place, anchor=told["anchor"], by=request.viewer.actor(), at=at)
    except services.FollowedAlready as refusal:
        return str(refusal.__doc__)
    messages.success(request, "Protocole commencé. Le patient voit ses tâches dans son espace.")
    return None


@require_safe
@access.requires(Kind.CARE_PLAN, Act.READ)
def following(request: AuthenticatedRequest, following_id: UUID) -> HttpResponse:
    """Show one following, day by day, with what may be written in it."""
    at = timezone.now()
    found, person_id, is_writer = open_following(request.viewer, following_id, at=at)
    context = _page(found, person_id) | {"rows": lines(found), "may_write": is_writer and found.is_active}
    return render(request, "carepaths/following.html", context)


def _page(found: Followed, person_id: UUID) -> dict[str, object]:
    return {"found": found, "person_id": person_id, "name": identity.traits(person_id).display_name}


@require_http_methods(["GET", "HEAD", "POST"])
@access.requires(Kind.CARE_PLAN, Act.UPDATE)
def done(request: AuthenticatedRequest, following_id: UUID, task: str, number: int) -> HttpResponse:
    """Say that a task was done, and when."""
    at = timezone.now()
    form = DoneForm(request.POST or None, today=timezone.localdate(at), initial={"on": timezone.localdate(at)})

    def say(found: Followed) -> None:
        key = (task, number)
        services.say_done(following_id=found.id, key=key, on=form.cleaned_data["on"], by=request.viewer.actor(), at=at)

    return _write(request, following_id, form, say, task=task, action="Enregistrer")


@require_http_methods(["GET", "HEAD", "POST"])
@access.requires(Kind.CARE_PLAN, Act.UPDATE)
def aside(request: AuthenticatedRequest, following_id: UUID, task: str, number: int) -> HttpResponse:
    """Set a task aside, with its reason."""
    at = timezone.now()
    form = ReasonForm(request.POST or None)

    def say(found: Followed) -> None:
        services.set_aside(
            following_id=found.id,
            key=(task, number),
            reason=form.cleaned_data["reason"],
            by=request.viewer.actor(),
            at=at,
        )

    return _write(request, following_id, form, say, task=task, action="Écarter cette tâche")


@require_POST
@access.requires(Kind.CARE_PLAN, Act.UPDATE)
def take_back(request: AuthenticatedRequest, following_id: UUID, task: str, number: int) -> HttpResponse:
    """Take back what was said of a task."""
    at = timezone.now()
    found, _, is_writer = open_following(request.viewer, following_id, at=at)
    if not is_writer:
        raise access.AccessRefused
    services.take_back(following_id=found.id, key=(task, number), by=request.viewer.actor(), at=at)
    messages.success(request, "Repris\u00a0: la tâche est de nouveau sans réponse.")
    return redirect("carepaths:following", following_id)


@require_http_methods(["GET", "HEAD", "POST"])
@access.requires(Kind.CARE_PLAN, Act.UPDATE)
def move(request: AuthenticatedRequest, following_id: UUID) -> HttpResponse:
    """Move the anchor date."""
    at = timezone.now()
    form = MoveForm(request.POST or None)

    def say(found: Followed) -> None:
        services.move(following_id=found.id, anchor=form.cleaned_data["anchor"], by=request.viewer.actor(), at=at)

    return _write(request, following_id, form, say, action="Déplacer le calendrier")


@require_http_methods(["GET", "HEAD", "POST"])
@access.requires(Kind.CARE_PLAN, Act.UPDATE)
def stop(request: AuthenticatedRequest, following_id: UUID) -> HttpResponse:
    """Stop a following, with its reason."""
    at = timezone.now()
    form = ReasonForm(request.POST or None)

    def say(found: Followed) -> None:
        services.stop(following_id=found.id, reason=form.cleaned_data["reason"], by=request.viewer.actor(), at=at)

    return _write(request, following_id, form, say, action="Arrêter ce protocole")


def _write(
    request: AuthenticatedRequest,
    following_id: UUID,
    form: forms.Form,
    say: Callable[[Followed], None],
    *,
    action: str,
    task: str = "",
) -> HttpResponse:
    """Ask, then write, on a page of its own; a refusal is told on the form."""
    found, person_id, is_writer = open_following(request.viewer, following_id, at=timezone.now())
    if not is_writer:
        raise access.AccessRefused
    asked = found.protocol.task(task)
    if task and asked is None:
        raise Http404
    if request.method == "POST" and form.is_valid():
        try:
            say(found)
        except _REFUSALS as refusal:
            form.add_error(None, french.typography(str(refusal.__doc__)))
        else:
            messages.success(request, "C’est noté.")
            return redirect("carepaths:following", following_id)
    context = _page(found, person_id) | {"form": form, "task": asked, "action": action}
    return render(request, "carepaths/write.html", context, status=422 if form.errors else 200)
