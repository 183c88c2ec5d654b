"""The messages of a patient: read, write, close, print."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from passerelle.care.consent import api as consent
from passerelle.care.messaging.forms import WriteForm
from passerelle.care.messaging.selectors import threads as selectors
from passerelle.care.messaging.selectors.teams import teams_for
from passerelle.care.messaging.services import writing
from passerelle.care.messaging.services.refusals import NotSent
from passerelle.core.access import api as access
from passerelle.core.access.api import Act, AuthenticatedRequest, Kind
from passerelle.core.files import api as files
from passerelle.core.ui.api import french

_MINE = "messaging:mine"
_ALLOWED = files.Allowed(most_bytes=10 * files.MEGABYTE)


@require_safe
@access.requires(Kind.REQUEST, Act.READ)
def mine(request: AuthenticatedRequest) -> HttpResponse:
    """List the threads, unread first."""
    at = timezone.now()
    who = consent.acting(request, at=at)
    rows = selectors.threads(request.viewer, who.person_id, at=at)
    return render(request, "messaging/mine.html", {"rows": rows, "who": who})


@require_safe
@access.requires(Kind.REQUEST, Act.CREATE)
def choose_team(request: AuthenticatedRequest) -> HttpResponse:
    """Say first what is urgent and whom to call, then let choose among the teams that know the patient."""
    at = timezone.now()
    who = consent.acting(request, at=at)
    return render(request, "messaging/choose_team.html", {"teams": teams_for(who, at=at), "trail": _trail()})


@require_http_methods(["GET", "HEAD", "POST"])
@access.requires(Kind.REQUEST, Act.CREATE)
def write_to(request: AuthenticatedRequest, team_id: UUID) -> HttpResponse:
    """Write to a team for the first time."""
    at = timezone.now()
    who = consent.acting(request, at=at)
    team = next((one for one in teams_for(who, at=at) if one.id == team_id), None)
    if team is None:
        raise Http404
    place = f"team:{team_id}"
    is_young = who.is_self and consent.is_young(who.person_id, at=at)
    form = _form(request, who, place, is_new=True, is_young=is_young)
    if "draft" in request.POST:
        return _drafted(request, who, place, at, back=reverse("messaging:write_to", args=[team_id]))
    if form.is_valid():
        letter = _letter(form)
        if letter is not None:
            is_secret = form.cleaned_data.get("is_secret", False)
            try:
                thread_id = writing.open_thread(who=who, team_id=team_id, letter=letter, is_secret=is_secret, at=at)
            except NotSent as refusal:
                form.add_error(None, french.typography(str(refusal.__doc__)))
            else:
                messages.success(request, f"Votre message est parti. L’équipe répond sous {team.delay}.")
                return redirect("messaging:thread", thread_id)
    return render(request, "messaging/write.html", {"form": form, "team": team, "trail": _trail()})


@require_http_methods(["GET", "HEAD", "POST"])
@access.requires(Kind.REQUEST, Act.READ)
def thread(request: AuthenticatedRequest, thread_id: UUID) -> HttpResponse:
    """Show a thread, and take what the patient adds to it."""
    at = timezone.now()
    who = consent.acting(request, at=at)
    row, posts = selectors.opened(who, thread_id, at=at)
    place = f"thread:{thread_id}"
    form = _form(request, who, place, is_new=False)
    if "draft" in request.POST:
        return _drafted(request, who, place, at, back=reverse("messaging:thread", args=[thread_id]))
    if form.is_valid():
        letter = _letter(form)
        if letter is not None:
            try:
                writing.write(who=who, thread_id=thread_id, letter=letter, at=at)
            except NotSent as refusal:
                form.add_error(None, french.typography(str(refusal.__doc__)))
            else:
                messages.success(request, f"Votre message est parti. L’équipe répond sous {row.delay}.")
                return redirect("messaging:thread", thread_id)
    context = {"row": row, "posts": posts, "form": form, "trail": _trail(), "who": who}
    return render(request, "messaging/thread.html", context)


@require_POST
@access.requires(Kind.REQUEST, Act.UPDATE)
def seen(request: AuthenticatedRequest, thread_id: UUID) -> HttpResponse:
    """Count a thread as read."""
    at = timezone.now()
    who = consent.acting(request, at=at)
    selectors.opened(who, thread_id, at=at)
    writing.note_seen(who=who, thread_id=thread_id, at=at)
    return redirect(_MINE)


@require_POST
@access.requires(Kind.REQUEST, Act.UPDATE)
def close(request: AuthenticatedRequest, thread_id: UUID) -> HttpResponse:
    """Close a thread, or open it again."""
    at = timezone.now()
    is_closed = "reopen" not in request.POST
    writing.close_own(who=consent.acting(request, at=at), thread_id=thread_id, is_closed=is_closed, at=at)
    messages.success(request, "L’échange est clos." if is_closed else "L’échange est rouvert. Vous pouvez écrire.")
    return redirect("messaging:thread", thread_id)


@require_safe
@access.requires(Kind.REQUEST, Act.READ)
def piece(request: AuthenticatedRequest, thread_id: UUID, file_id: UUID) -> HttpResponse:
    """Give back a file sent in a thread."""
    selectors.opened(consent.acting(request, at=timezone.now()), thread_id, at=timezone.now())
    return piece_of(thread_id, file_id)


def piece_of(thread_id: UUID, file_id: UUID) -> HttpResponse:
    """Return a file of a thread whose reading has been decided."""
    post_id = selectors.post_of_piece(thread_id, file_id)
    if post_id is None:
        raise Http404
    return files.answer(files.read(file_id, files.Owner(writing.OWNER, post_id)))


def _form(
    request: AuthenticatedRequest, who: consent.Acting, place: str, *, is_new: bool, is_young: bool = False
) -> WriteForm:
    if request.method == "POST":
        return WriteForm(request.POST, request.FILES, is_new=is_new, is_young=is_young)
    subject, text = writing.draft_of(who, place)
    return WriteForm(initial={"subject": subject, "text": text}, is_new=is_new, is_young=is_young)


def _drafted(
    request: AuthenticatedRequest, who: consent.Acting, place: str, at: datetime, *, back: str
) -> HttpResponse:
    told = request.POST
    writing.keep_draft(who=who, place=place, subject=told.get("subject", ""), text=told.get("text", ""), at=at)
    messages.info(request, "Votre brouillon est gardé ici. Vous seul le voyez.")
    return redirect(back)


def _letter(form: WriteForm) -> writing.Letter | None:
    """Return what is sent; None when the file is refused, with an error that says how to succeed."""
    told = form.cleaned_data
    pieces: Sequence[tuple[str, bytes, files.Safe]] = ()
    upload = told.get("piece")
    if upload is not None:
        try:
            content = upload.read()
            pieces = [(upload.name, content, files.examine(content, _ALLOWED))]
        except files.FileRefused as refusal:
            form.add_error("piece", french.typography(str(refusal)))
            return None
    return writing.Letter(text=told["text"], subject=told.get("subject", ""), pieces=pieces)


def _trail() -> list[tuple[str, str]]:
    return [("Mes messages", reverse(_MINE))]
