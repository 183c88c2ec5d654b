from datetime import datetime

from django.contrib import messages as notices
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from passerelle.care.channels.forms import CompareForm, RestoreForm, TrialForm
from passerelle.care.channels.selectors.pages import (
    KINDS,
    Comparison,
    Page,
    channel_groups,
    comparison,
    declaration_page,
    destination_lines,
)
from passerelle.care.channels.services.loading import DeclarationsRefused, NoSuchVersion, ReasonRequired, restore
from passerelle.care.channels.trials import Trial, TrialImpossible, TrialResult, run_trial, stored_message
from passerelle.core.access import api as access
from passerelle.core.access.api import Act, AuthenticatedRequest, Kind, Relation, Role


@access.requires(Kind.MESSAGE, Act.SEARCH)
@require_safe
def channel_list(request: AuthenticatedRequest) -> HttpResponse:
    context = {"groups": channel_groups(), "destinations": destination_lines()}
    return render(request, "channels/list.html", context)


@access.requires(Kind.MESSAGE, Act.SEARCH)
@require_safe
def declaration(request: AuthenticatedRequest, kind: str, code: str) -> HttpResponse:
    page = _page(kind, code)
    return render(request, "channels/declaration.html", {"page": page})


@access.requires(Kind.MESSAGE, Act.SEARCH)
@require_safe
def history(request: AuthenticatedRequest, kind: str, code: str) -> HttpResponse:
    page = _page(kind, code)
    form = CompareForm(request.GET or None)
    found: Comparison | None = None
    if form.is_valid():
        found = comparison(kind, code, form.cleaned_data["de"], form.cleaned_data["a"])
    elif len(page.versions) > 1:
        found = comparison(kind, code, page.versions[1].number, page.versions[0].number)
    context = {"page": page, "comparison": found, "may_restore": _may_restore(request, page)}
    return render(request, "channels/history.html", context)


@access.requires(Kind.MESSAGE, Act.REPLAY)
@require_http_methods(["GET", "HEAD", "POST"])
def restore_version(request: AuthenticatedRequest, kind: str, code: str, number: int) -> HttpResponse:
    """Show the difference once more, and go back to a version once a reason is given."""
    page = _page(kind, code)
    found = comparison(kind, code, page.current.number, number)
    if found is None or not _may_restore(request, page):
        raise Http404
    form = RestoreForm(request.POST or None)
    if form.is_valid():
        try:
            restore(
                kind=kind,
                code=code,
                number=number,
                by=request.viewer.actor(Role.INTEGRATOR),
                at=timezone.now(),
                reason=form.cleaned_data["reason"],
            )
        except (NoSuchVersion, ReasonRequired) as refusal:
            form.add_error(None, refusal.__doc__ or "")
        except DeclarationsRefused as refusal:
            for fault in refusal.faults:
                form.add_error(None, str(fault))
        else:
            notices.success(request, f"La version {number} est de nouveau en vigueur.")
            return redirect("channels:declaration", kind, code)
    return render(request, "channels/restore.html", {"page": page, "comparison": found, "form": form})


@access.requires(Kind.MESSAGE, Act.READ)
@require_http_methods(["GET", "HEAD", "POST"])
def trial(request: AuthenticatedRequest) -> HttpResponse:
    """Try a message: nothing is kept but the line of the journal that says who looked."""
    form = TrialForm(request.POST or None, initial={"adresse": request.GET.get("message", "")})
    result: TrialResult | None = None
    if form.is_valid():
        try:
            result = _tried(request, form, timezone.now())
        except TrialImpossible as refusal:
            form.add_error("texte", f"{refusal.where}\u00a0: {refusal.why}" if refusal.where else refusal.why)
    return render(request, "channels/trial.html", {"form": form, "result": result})


def _tried(request: AuthenticatedRequest, form: TrialForm, at: datetime) -> TrialResult:
    message_id, content = form.cleaned_data["adresse"], str(form.cleaned_data["texte"]).encode()
    if message_id is not None:
        found = stored_message(request.viewer, message_id)
        if found is None:
            raise TrialImpossible("adresse", "aucun message à cette adresse")  # noqa: EM101 - a place and a reason
        content = found[1]
    target = f"message:{message_id}" if message_id else "message:essai"

    def is_allowed(establishment: str) -> bool:
        relation = _relation(request, establishment)
        access.check(request.viewer, Kind.MESSAGE, Act.READ, relation=relation, target=target, at=at)
        return True

    return run_trial(Trial(content, form.cleaned_data["canal"], at, is_allowed))


def _page(kind: str, code: str) -> Page:
    page = declaration_page(kind, code) if kind in KINDS else None
    if page is None:
        raise Http404
    return page


def _may_restore(request: AuthenticatedRequest, page: Page) -> bool:
    relation = _relation(request, page.establishment)
    return access.allowed(request.viewer, Kind.MESSAGE, Act.REPLAY, relation=relation)


def _relation(request: AuthenticatedRequest, establishment: str) -> Relation:
    """Return what ties the viewer to the flows of an establishment; "" is the whole group, or a sender unknown."""
    viewer = request.viewer
    keeps = viewer.has(Role.INTEGRATOR, establishment) if establishment else viewer.has(Role.INTEGRATOR)
    return Relation.ESTABLISHMENT if keeps else Relation.TERRITORY
