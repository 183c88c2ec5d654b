"""The messages of patients as their team works on them."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from passerelle.care.messaging.forms import AnswerForm, PromiseForm, SeenForm, TemplateForm
from passerelle.care.messaging.selectors import worklist as selectors
from passerelle.care.messaging.services import answering
from passerelle.care.messaging.services.refusals import NotSent
from passerelle.care.messaging.views.mine import piece_of
from passerelle.core.access import api as access
from passerelle.core.access.api import Act, AuthenticatedRequest, Kind
from passerelle.core.ui.api import french

_LIST = "messaging:worklist"
#: What a team may do of a request and a patient may not: it tells their pages apart.
ANSWERS = (Kind.REQUEST, Act.DELETE)


@require_safe
@access.requires(*ANSWERS)
def worklist(request: AuthenticatedRequest) -> HttpResponse:
    """List what waits for the viewer's teams, the most pressing first."""
    at = timezone.now()
    return render(request, "messaging/worklist.html", {"list": selectors.worklist(request.viewer, at=at), "at": at})


@require_http_methods(["GET", "HEAD", "POST"])
@access.requires(*ANSWERS)
def thread(request: AuthenticatedRequest, thread_id: UUID) -> HttpResponse:
    """Show a thread to its team, and take the answer."""
    at = timezone.now()
    row, posts, templates = selectors.opened_by_team(request.viewer, thread_id, at=at)
    chosen = next((one.text for one in templates if str(one.id) == request.GET.get("modele")), "")
    form = AnswerForm(request.POST or None, initial={"text": chosen})
    if form.is_valid():
        told = form.cleaned_data
        try:
            answering.answer(
                viewer=request.viewer,
                thread_id=thread_id,
                text=told["text"],
                is_last=told["is_last"],
                seen=told["seen"],
                at=at,
            )
        except NotSent as refusal:
            form.add_error(None, french.typography(str(refusal.__doc__)))
        else:
            messages.success(request, "Votre réponse est dans l’espace du patient.")
            return redirect(_LIST)
    context = {"row": row, "posts": posts, "templates": templates, "form": form, "trail": _trail()}
    return render(request, "messaging/team_thread.html", context | {"seen": posts[-1].id})


@require_POST
@access.requires(*ANSWERS)
def take(request: AuthenticatedRequest, thread_id: UUID) -> HttpResponse:
    """Take a thread in one's name."""
    try:
        answering.take(viewer=request.viewer, thread_id=thread_id, is_forced="force" in request.POST, at=timezone.now())
    except NotSent as refusal:
        messages.warning(request, french.typography(str(refusal.__doc__)))
    return redirect("messaging:team_thread", thread_id)


@require_POST
@access.requires(*ANSWERS)
def close(request: AuthenticatedRequest, thread_id: UUID) -> HttpResponse:
    """Close a thread, or open it again."""
    is_closed = "reopen" not in request.POST
    form = SeenForm(request.POST)
    seen = form.cleaned_data["seen"] if form.is_valid() else None
    try:
        answering.close(viewer=request.viewer, thread_id=thread_id, is_closed=is_closed, seen=seen, at=timezone.now())
    except NotSent as refusal:
        messages.warning(request, french.typography(str(refusal.__doc__)))
        return redirect("messaging:team_thread", thread_id)
    messages.success(request, "Échange clos." if is_closed else "Échange rouvert.")
    return redirect(_LIST if is_closed else reverse("messaging:team_thread", args=[thread_id]))


@require_safe
@access.requires(*ANSWERS)
def piece(request: AuthenticatedRequest, thread_id: UUID, file_id: UUID) -> HttpResponse:
    """Give the team a file that the patient sent."""
    selectors.opened_by_team(request.viewer, thread_id, at=timezone.now())
    return piece_of(thread_id, file_id)


@require_http_methods(["GET", "HEAD", "POST"])
@access.requires(*ANSWERS)
def templates(request: AuthenticatedRequest) -> HttpResponse:
    """Show the answers that the viewer's teams give often, and take one more."""
    teams = selectors.my_teams(request.viewer)
    form = TemplateForm(request.POST or None)
    chosen = next((team for team in teams if str(team.pk) == request.POST.get("team")), teams[0] if teams else None)
    if form.is_valid() and chosen is not None:
        told = form.cleaned_data
        answering.keep_template(viewer=request.viewer, team_id=chosen.pk, title=told["title"], text=told["text"])
        messages.success(request, "Le modèle est gardé.")
        return redirect("messaging:templates")
    context = {"teams": selectors.templates_of(teams), "form": form, "trail": _trail()}
    return render(request, "messaging/templates.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@access.requires(*ANSWERS)
def promises(request: AuthenticatedRequest) -> HttpResponse:
    """Show within how long the viewer's teams promise to answer, and take a change."""
    sent = PromiseForm(request.POST or None)
    if sent.is_valid():
        told = sent.cleaned_data
        answering.promise(viewer=request.viewer, team_id=told["team"], hours=told["hours"])
        messages.success(request, "Le nouveau délai est annoncé aux patients.")
        return redirect("messaging:promises")
    teams = [
        (team, PromiseForm.of(team.pk, team.answers_within_hours, prefix_of_ids=team.code))
        for team in selectors.my_teams(request.viewer)
    ]
    return render(request, "messaging/promises.html", {"teams": teams, "sent": sent, "trail": _trail()})


def _trail() -> list[tuple[str, str]]:
    return [("Messages des patients", reverse(_LIST))]
