"""The paper of each step: blank to fill by hand, or with what was answered."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from passerelle.care.forms import api as forms
from passerelle.care.identity import api as identity
from passerelle.care.preadmission.rules.vocabulary import OF_HEALTH, Step
from passerelle.care.preadmission.selectors.said import paper_fields
from passerelle.care.preadmission.views.whose import Hand, hand
from passerelle.core.access import api as access
from passerelle.core.access.api import Act, AuthenticatedRequest, Kind


@require_safe
@access.requires(Kind.PREADMISSION, Act.READ)
def paper(request: AuthenticatedRequest, preadmission_id: UUID, name: str = "") -> HttpResponse:
    """Show one step, or all of them, for paper; `vierge` leaves every answer to be written."""
    found = hand(request, preadmission_id, Act.READ, at=timezone.now())
    is_blank = "vierge" in request.GET
    steps = [one for one in found.row.steps if name in {"", one.step.value}]
    if not steps:
        raise access.AccessRefused
    context = {
        "row": found.row,
        "traits": identity.traits(found.row.person_id),
        "parts": [_part(found, one.step, is_blank=is_blank) for one in steps],
        "is_blank": is_blank,
        "is_minor": found.is_minor,
    }
    return render(request, "preadmission/paper.html", context)


def _part(found: Hand, step: Step, *, is_blank: bool) -> dict[str, Any]:
    held = found.row.step(step)
    if step not in OF_HEALTH:
        return {"step": held, "fields": paper_fields(step, {} if is_blank else held.answers)}
    if not is_blank and held.filling_id is not None and found.may_read_answers(step):
        return {"step": held, "pages": forms.sheet_pages(forms.filling(held.filling_id))}
    questionnaire = forms.current(found.row.plan.questionnaire_of(step))
    return {"step": held, "blank_pages": forms.paper_of(questionnaire), "questionnaire": questionnaire}
