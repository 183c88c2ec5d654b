"""Answering a questionnaire, one group a page, for oneself or whom one represents; drafts at each page."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from passerelle.care.consent import api as consent
from passerelle.care.forms.pages.asking import QuestionsForm
from passerelle.care.forms.rules.evaluating import is_enabled
from passerelle.care.forms.rules.questionnaire import Item
from passerelle.care.forms.selectors.fillings import FillingRow, OpenFilling, filling
from passerelle.care.forms.selectors.sheets import sheet_page
from passerelle.care.forms.services.answering import ChangedMeanwhile, NotComplete, finish, save
from passerelle.care.identity import api as identity
from passerelle.core.access import api as access
from passerelle.core.access.api import Act, AuthenticatedRequest, Kind


@dataclass(frozen=True, slots=True)
class Return:
    """Where one goes back once finished: an address and the words of the link."""

    url: str
    label: str


_returns: dict[str, Callable[[FillingRow], Return]] = {}
_ELSEWHERE: Final = "Une autre personne a répondu pendant ce temps. Relisez cette page, puis continuez."


def register_return(kind: str, of: Callable[[FillingRow], Return]) -> None:
    """Tell where a finished filling of this kind of context leads."""
    _returns[kind] = of


def return_of(row: FillingRow) -> Return:
    """Return where this filling leads back to."""
    known = _returns.get(row.context_kind)
    return known(row) if known else Return(reverse("ui:home"), "Revenir à l’accueil")


def _mine(request: AuthenticatedRequest, filling_id: UUID, *, at: datetime) -> tuple[consent.Acting, OpenFilling]:
    """Return a filling of the person for whom one acts.

    Raises:
        AccessRefused: it is another's.
    """
    who = consent.deciding(request, at=at)
    try:
        opened = filling(filling_id)
    except LookupError as absent:
        raise access.AccessRefused from absent
    if identity.person_of(opened.row.local_identity_id) != who.person_id:
        raise access.AccessRefused
    access.check(
        request.viewer,
        Kind.FORM,
        Act.CREATE,
        relation=who.relation,
        target=f"QuestionnaireResponse/{filling_id}",
        person_id=who.person_id,
        at=at,
    )
    return who, opened


@require_http_methods(["GET", "HEAD", "POST"])
@access.requires(Kind.FORM, Act.CREATE)
def answer(request: AuthenticatedRequest, filling_id: UUID, page: int) -> HttpResponse:
    """Ask one page, keep it, go to the next that is asked; after the last, everything to read again."""
    at = timezone.now()
    who, opened = _mine(request, filling_id, at=at)
    pages = asked_pages(opened)
    if not 1 <= page <= len(pages):
        raise access.AccessRefused
    form = QuestionsForm(
        request.POST if request.method == "POST" else None,
        questionnaire=opened.questionnaire,
        items=pages[page - 1].items,
        answers=opened.answers,
    )
    if request.method == "POST":
        is_valid = form.is_valid()
        stale = _keep(request, opened, form, who, at)
        if stale:
            form.add_error(None, _ELSEWHERE)
        elif "plus-tard" in request.POST:
            return redirect(return_of(opened.row).url)
        elif is_valid:
            return _onward(filling_id, page)
    context = {
        "form": form,
        "opened": opened,
        "page": pages[page - 1],
        "number": page,
        "total": len(pages),
        "previous": page - 1,
        "progress_text": f"page {page} sur {len(pages)}",
        "back": return_of(opened.row),
    }
    return render(request, "forms/answer.html", context)


def asked_pages(opened: OpenFilling) -> list[Item]:
    """Return the pages that are asked, by the answers so far."""
    return [one for one in opened.questionnaire.pages if is_enabled(one, opened.evaluation.kept)]


def _keep(
    request: AuthenticatedRequest, opened: OpenFilling, form: QuestionsForm, who: consent.Acting, at: datetime
) -> bool:
    """Keep what was answered; tell whether somebody else wrote meanwhile."""
    try:
        version = int(request.POST.get("version", ""))
    except ValueError:
        version = opened.version
    try:
        save(filling_id=opened.row.id, answers=form.answered, expected_version=version, by=who.voice, at=at)
    except ChangedMeanwhile:
        return True
    return False


def _onward(filling_id: UUID, page: int) -> HttpResponse:
    if page < len(asked_pages(filling(filling_id))):
        return redirect("forms:answer", filling_id, page + 1)
    return redirect("forms:review", filling_id)


@require_http_methods(["GET", "HEAD", "POST"])
@access.requires(Kind.FORM, Act.CREATE)
def review(request: AuthenticatedRequest, filling_id: UUID) -> HttpResponse:
    """Show every answer to be checked; finish when one says so."""
    at = timezone.now()
    who, opened = _mine(request, filling_id, at=at)
    pages = asked_pages(opened)
    if request.method == "POST":
        try:
            finish(filling_id=filling_id, by=who.voice, at=at)
        except NotComplete as lacking:
            wanted = {*lacking.evaluation.missing, *(one.link_id for one in lacking.evaluation.faults)}
            return redirect("forms:answer", filling_id, _first_page(pages, wanted))
        return redirect(return_of(opened.row).url)
    context = {
        "opened": opened,
        "pages": [(number, sheet_page(opened, page)) for number, page in enumerate(pages, 1)],
        "back": return_of(opened.row),
    }
    return render(request, "forms/review.html", context)


def _first_page(pages: list[Item], wanted: set[str]) -> int:
    return next((n for n, page in enumerate(pages, 1) if wanted & {one.link_id for one in page.walk()}), 1)
