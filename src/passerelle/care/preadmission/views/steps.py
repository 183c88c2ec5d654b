"""The steps, one screen each; then everything to check, and the receipt. The same pages for the desk."""

from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from passerelle.care.consent import api as consent
from passerelle.care.forms import api as forms
from passerelle.care.identity import api as identity
from passerelle.care.preadmission.forms import FORMS, StepForm
from passerelle.care.preadmission.rules.vocabulary import OF_HEALTH, PieceKind, State, Step
from passerelle.care.preadmission.selectors.finding import by_id, of_person
from passerelle.care.preadmission.selectors.known import initial_of, is_prefilled, known_answers
from passerelle.care.preadmission.selectors.said import summary_of
from passerelle.care.preadmission.services.pieces import hand_in, piece_file
from passerelle.care.preadmission.services.steps import NotDone, Pen, TooLate, keep_answers, keep_step, send
from passerelle.care.preadmission.views.whose import Hand, hand
from passerelle.core.access import api as access
from passerelle.core.access.api import Act, AuthenticatedRequest, Kind
from passerelle.core.files import api as files

AnyForm = StepForm | forms.QuestionsForm


@require_safe
@access.requires(Kind.PREADMISSION, Act.CREATE)
def mine(request: AuthenticatedRequest) -> HttpResponse:
    """Show the comings to prepare, of the person for whom one acts."""
    at = timezone.now()
    who = consent.acting(request, at=at)
    secret = consent.secret_items(who.person_id, at=at) if not who.is_self else frozenset()
    rows = [one for one in of_person(who.person_id, at=at) if one.coming_id not in secret]
    context = {"rows": rows, "who": who, "name": consent.called(who.person_id)}
    return render(request, "preadmission/mine.html", context)


@require_safe
@access.requires(Kind.PREADMISSION, Act.READ)
def overview(request: AuthenticatedRequest, preadmission_id: UUID) -> HttpResponse:
    """Show the steps, what is done, what is missing."""
    found = hand(request, preadmission_id, Act.READ, at=timezone.now())
    return render(request, "preadmission/overview.html", {"hand": found, "row": found.row})


@require_http_methods(["GET", "HEAD", "POST"])
@access.requires(Kind.PREADMISSION, Act.UPDATE)
def step(request: AuthenticatedRequest, preadmission_id: UUID, name: str) -> HttpResponse:
    """Ask one step; keep it whole, or as far as it goes."""
    at = timezone.now()
    found = hand(request, preadmission_id, Act.UPDATE, at=at)
    asked = _step_of(found, name)
    form = _form(request, found, asked, at=at)
    if request.method == "POST":
        answer = _kept(request, found, asked, form, at=at)
        if answer is not None:
            return answer
        found = replace(found, row=by_id(preadmission_id))
    return render(request, "preadmission/step.html", _context(request, found, asked, form, at=at))


def _step_of(found: Hand, name: str) -> Step:
    try:
        return found.row.step(Step(name)).step
    except (ValueError, LookupError) as absent:
        raise access.AccessRefused from absent


def _form(request: AuthenticatedRequest, found: Hand, asked: Step, *, at: datetime) -> AnyForm:
    told = request.POST if request.method == "POST" else None
    if asked in OF_HEALTH:
        questionnaire, answers = _answers(found, asked, at=at)
        return forms.QuestionsForm(told, questionnaire=questionnaire, items=questionnaire.items, answers=answers)
    held = frozenset(one.kind for one in found.row.pieces if one.file)
    return FORMS[asked](
        told,
        request.FILES or None,
        initial=initial_of(found.row, asked, at=at),
        is_minor=found.is_minor,
        is_own=found.is_own,
        held=held,
    )


def _answers(found: Hand, asked: Step, *, at: datetime) -> tuple[forms.Questionnaire, forms.Answers]:
    """Return the questions with the answers to show: none to the desk, which does not read them again."""
    held = found.row.step(asked)
    if held.filling_id is not None:
        opened = forms.filling(held.filling_id)
        return opened.questionnaire, opened.answers if found.may_read_answers(asked) else {}
    questionnaire = forms.current(found.row.plan.questionnaire_of(asked))
    return questionnaire, known_answers(found.row, asked, at=at) if found.may_read_answers(asked) else {}


def _kept(
    request: AuthenticatedRequest, found: Hand, asked: Step, form: AnyForm, *, at: datetime
) -> HttpResponse | None:
    """Keep what was understood; return where to go, None to show the page again with its errors."""
    is_valid = form.is_valid()
    pen = Pen(found.voice, is_from_paper=found.is_desk and "papier" in request.POST)
    advice = _keep_photographs(found, asked, form, pen, at=at) if isinstance(form, StepForm) else False
    is_done = is_valid and not form.errors and "plus-tard" not in request.POST
    try:
        _write(found, asked, form, pen, is_done=is_done, at=at)
    except TooLate as refusal:
        form.add_error(None, str(refusal.__doc__))
        return None
    if "plus-tard" in request.POST:
        messages.success(request, "C’est gardé. Vous pouvez finir plus tard.")
        return redirect("preadmission:overview", found.row.id)
    if not is_done:
        return None
    if advice:
        return redirect(f"{reverse('preadmission:step', args=[found.row.id, asked.value])}?conseils=1")
    return _onward(found, asked)


def _write(found: Hand, asked: Step, form: AnyForm, pen: Pen, *, is_done: bool, at: datetime) -> None:
    told: dict[str, Any] = {"preadmission_id": found.row.id, "step": asked, "is_done": is_done, "pen": pen, "at": at}
    if isinstance(form, forms.QuestionsForm):
        keep_answers(answers=form.answered, **told)
    else:
        keep_step(answers=form.answers, **told)


def _keep_photographs(found: Hand, asked: Step, form: StepForm, pen: Pen, *, at: datetime) -> bool:
    """Keep the photographs of a step; tell whether one of them could be better."""
    advice = False
    for name, kind in form.photographs.items():
        upload = form.cleaned_data.get(name)
        if not upload:
            continue
        proof = str(form.cleaned_data.get("proof", "")) if asked is Step.IDENTITY else ""
        try:
            kept = hand_in(preadmission_id=found.row.id, kind=kind, upload=upload, proof=proof, pen=pen, at=at)
        except files.FileRefused as refusal:
            form.add_error(name, str(refusal))
        else:
            advice = advice or bool(kept.hints)
    return advice


def _onward(found: Hand, asked: Step) -> HttpResponse:
    """Go to the next step that is not done, from this one on; then to the check."""
    steps = found.row.steps
    rank = found.row.step(asked).rank
    after = [one for one in steps if one.rank > rank and not one.is_done]
    before = [one for one in steps if one.rank < rank and not one.is_done]
    following = next(iter(after or before), None)
    if following is None:
        return redirect("preadmission:check", found.row.id)
    return redirect("preadmission:step", found.row.id, following.step.value)


def _context(request: AuthenticatedRequest, found: Hand, asked: Step, form: AnyForm, *, at: datetime) -> dict[str, Any]:
    row = found.row.step(asked)
    initial = {} if asked in OF_HEALTH else initial_of(found.row, asked, at=at)
    return {
        "hand": found,
        "row": found.row,
        "step": row,
        "form": form,
        "is_health": asked in OF_HEALTH,
        "is_sealed": found.is_desk and asked in OF_HEALTH and row.is_done,
        "is_prefilled": is_prefilled(found.row, asked, initial),
        "traits": identity.traits(found.row.person_id) if asked is Step.IDENTITY else None,
        "pieces": _pieces(found, form),
        "shows_advice": "conseils" in request.GET,
        "next_url": _onward(found, asked).url if "conseils" in request.GET else "",  # type: ignore[attr-defined]
    }


def _pieces(found: Hand, form: AnyForm) -> list[Any]:
    kinds: set[PieceKind] = set(form.photographs.values()) if isinstance(form, StepForm) else set()
    return [one for one in found.row.pieces if one.kind in kinds and one.file]


@require_http_methods(["GET", "HEAD", "POST"])
@access.requires(Kind.PREADMISSION, Act.UPDATE)
def check(request: AuthenticatedRequest, preadmission_id: UUID) -> HttpResponse:
    """Show every answer to be checked, and send."""
    at = timezone.now()
    found = hand(request, preadmission_id, Act.UPDATE, at=at)
    if request.method == "POST":
        try:
            send(preadmission_id=preadmission_id, pen=Pen(found.voice), at=at)
        except NotDone as lacking:
            return redirect("preadmission:step", preadmission_id, lacking.step.value)
        except TooLate as refusal:
            messages.error(request, str(refusal.__doc__))
            return redirect("preadmission:overview", preadmission_id)
        return redirect("preadmission:receipt", preadmission_id)
    context = {"hand": found, "row": found.row, "parts": summary_of(found.row, hides_health=found.is_desk)}
    return render(request, "preadmission/check.html", context)


@require_safe
@access.requires(Kind.PREADMISSION, Act.READ)
def receipt(request: AuthenticatedRequest, preadmission_id: UUID) -> HttpResponse:
    """Say what was sent, and what is left to bring."""
    found = hand(request, preadmission_id, Act.READ, at=timezone.now())
    if found.row.state is not State.SENT:
        return redirect("preadmission:overview", preadmission_id)
    return render(request, "preadmission/receipt.html", {"hand": found, "row": found.row})


@require_safe
@access.requires(Kind.PREADMISSION, Act.READ)
def piece(request: AuthenticatedRequest, preadmission_id: UUID, piece_id: UUID) -> HttpResponse:
    """Give a photograph back to whom handed it in; the staff see it on the page of those who compare."""
    found = hand(request, preadmission_id, Act.READ, at=timezone.now())
    if found.is_desk:
        raise access.AccessRefused
    try:
        return files.answer(piece_file(preadmission_id, piece_id))
    except LookupError as absent:
        raise access.AccessRefused from absent
