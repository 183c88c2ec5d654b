"""The answers of the steps in words: for the check, for the paper, for who receives."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django import forms as django_forms

from passerelle.care.forms import api as forms
from passerelle.care.preadmission.forms import FORMS, StepForm
from passerelle.care.preadmission.rules.vocabulary import OF_HEALTH, Step
from passerelle.care.preadmission.selectors.rows import PreadmissionRow, StepRow


@dataclass(frozen=True, slots=True)
class Part:
    """A step with its answers in words; `is_sealed` when they are not for this reader."""

    step: StepRow
    lines: tuple[tuple[str, str], ...]
    is_sealed: bool = False


@dataclass(frozen=True, slots=True)
class PaperField:
    """A field of the paper: where to tick or to write, or what was answered."""

    label: str
    help: str
    options: tuple[str, ...]
    answer: str


def summary_of(row: PreadmissionRow, *, hides_health: bool) -> list[Part]:
    """Return every step with its answers; those of health are left out for the desk."""
    return [_part(row, one, hides_health=hides_health) for one in row.steps]


def _part(row: PreadmissionRow, step: StepRow, *, hides_health: bool) -> Part:
    if step.step not in OF_HEALTH:
        shown = [(one.label, one.answer) for one in paper_fields(step.step, step.answers) if one.answer]
        pieces = [one for one in row.pieces if one.kind in FORMS[step.step].photographs.values()]
        return Part(step, tuple(shown + [(one.kind.label, "reçue") for one in pieces]))
    if hides_health or step.filling_id is None:
        return Part(step, (), is_sealed=hides_health)
    pages = forms.sheet_pages(forms.filling(step.filling_id))
    lines = [(line.text, ", ".join(line.answers)) for page in pages for line in page.lines if line.answers]
    return Part(step, tuple(lines))


def paper_fields(step: Step, answers: dict[str, Any]) -> list[PaperField]:
    """Return the fields of a step with what was answered, "" where nothing was."""
    return list(_fields(FORMS[step], answers))


def _fields(form: type[StepForm], answers: dict[str, Any]) -> Iterator[PaperField]:
    for name, field in form.base_fields.items():
        if name not in form.photographs:
            options = _options(field)
            yield PaperField(
                str(field.label), str(field.help_text), tuple(options.values()), _said(options, answers.get(name))
            )


def _options(field: django_forms.Field) -> dict[str, str]:
    if isinstance(field, django_forms.ChoiceField):
        return {str(value): str(label) for value, label in field.choices if value}  # type: ignore[union-attr, misc]
    return {"True": "Oui"} if isinstance(field, django_forms.BooleanField) else {}


def _said(options: dict[str, str], value: Any) -> str:
    if value in (None, "", False, []):
        return ""
    if isinstance(value, list):
        return ", ".join(options.get(str(one), str(one)) for one in value)
    return options.get(str(value), str(value))
