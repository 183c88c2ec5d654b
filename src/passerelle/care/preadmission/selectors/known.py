"""What is known already, shown to be confirmed: nothing is asked twice."""

from datetime import datetime, timedelta
from typing import Any, Final

from passerelle.care.consent import api as consent
from passerelle.care.forms import api as forms
from passerelle.care.identity import api as identity
from passerelle.care.preadmission.models import StepEntry
from passerelle.care.preadmission.rules.vocabulary import Step
from passerelle.care.preadmission.selectors.rows import PreadmissionRow

#: Answers of health older than this are asked again; others are shown as long as they are the last.
_FRESH: Final = timedelta(days=365)
#: What is of one coming only, never carried to the next.
_OF_ONE_COMING: Final = frozenset(
    {"promises_proof", "companion_name", "companion_phone", "arrives_at", "agrees_information"}
)


def initial_of(row: PreadmissionRow, step: Step, *, at: datetime) -> dict[str, Any]:
    """Return what a step shows at first: what it holds, else the last coming, else identity and choices."""
    held = row.step(step)
    if held.is_begun:
        return held.answers
    found = _of_identity(row) | _of_choices(row, at=at) if step is Step.CONTACTS else {}
    return found | _of_last_coming(row, step)


def is_prefilled(row: PreadmissionRow, step: Step, initial: dict[str, Any]) -> bool:
    """Tell whether a step shows what was known before."""
    return not row.step(step).is_begun and any(initial.values())


def _of_identity(row: PreadmissionRow) -> dict[str, Any]:
    traits = identity.traits(row.person_id)
    lines = (traits.address.get(part, "") for part in ("street", "postal_code", "city"))
    return {
        "phone": traits.phone,
        "email": traits.email,
        "address": " ".join(one for one in lines if one),
    }


def _of_choices(row: PreadmissionRow, *, at: datetime) -> dict[str, Any]:
    for one in consent.trusted_persons(row.person_id, at=at):
        return {
            "trusted_name": one.name,
            "trusted_tie": one.tie,
            "trusted_phone": one.phone,
            "trusted_email": one.email,
        }
    return {}


def _of_last_coming(row: PreadmissionRow, step: Step) -> dict[str, Any]:
    files = [one.id for one in identity.local_identities(row.person_id)]
    last = (
        StepEntry.objects.filter(preadmission__local_identity_id__in=files, step=step.value, is_done=True)
        .exclude(preadmission_id=row.id)
        .order_by("-at", "-id")
        .first()
    )
    told: dict[str, Any] = last.answers if last else {}
    return {name: value for name, value in told.items() if name not in _OF_ONE_COMING and value}


def known_answers(row: PreadmissionRow, step: Step, *, at: datetime) -> dict[str, tuple[forms.Value, ...]]:
    """Return the answers of the last finished questionnaire of a step, of less than a year."""
    files = [one.id for one in identity.local_identities(row.person_id)]
    return forms.last_answers(row.plan.questionnaire_of(step), files, finished_after=at - _FRESH)
