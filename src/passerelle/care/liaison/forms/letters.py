"""The letter as it is typed: one field for each item of the law, and lines of treatment."""

from collections.abc import Mapping
from typing import Any

from django import forms

from passerelle.care.liaison.rules.content import ITEMS, TREATMENTS, Answer, Change, Content, Item, Treatment
from passerelle.care.liaison.rules.ways import ADDRESSEES, WAYS, Way

_BY_PEOPLE = {Way.HAND.value, Way.PAPER.value, Way.PHONE.value}
_SPARE_LINES = 3
_MOST_LINES = 40
_YES_NO = ((Answer.YES.value, Answer.YES.label), (Answer.NO.value, Answer.NO.label))
_COLUMNS = ("name", "change", "dosage", "duration", "reason")
_LABELS = {
    "name": "Traitement",
    "change": "Ce qui change",
    "dosage": "Posologie",
    "duration": "Durée",
    "reason": "Motif",
}


class LetterForm(forms.Form):
    """Nothing is required here: an unfinished letter is kept, and what it lacks is told beside it."""

    seen_at = forms.CharField(required=False, widget=forms.HiddenInput)
    referrer = forms.CharField(
        label="Praticien qui a adressé le patient", required=False, max_length=200, help_text="S’il y en a un (1°)."
    )
    no_treatment = forms.BooleanField(label="Aucun traitement, ni à la sortie ni arrêté", required=False)

    def __init__(self, data: Mapping[str, Any] | None, content: Content, *, seen_at: str = "") -> None:
        initial = _initial(content) | {"seen_at": seen_at}
        super().__init__(data, initial=initial)
        for item in ITEMS:
            if item.is_question:
                self.fields[f"{item.code}_answer"] = forms.ChoiceField(
                    label=f"{item.label} ({item.paragraph})", choices=_YES_NO, required=False, widget=forms.RadioSelect
                )
            self.fields[item.code] = _text(item)
        asked = _asked_lines(data) if data is not None else len(content.treatments) + _SPARE_LINES
        self._lines = min(asked, _MOST_LINES)
        for rank in range(self._lines):
            for column in _COLUMNS:
                self.fields[f"t{rank}_{column}"] = _cell(rank, column)

    @property
    def groups(self) -> list[tuple[Item, Any, Any]]:
        """Return each item with its question, None when it has none, and its text."""
        return [(item, self[f"{item.code}_answer"] if item.is_question else None, self[item.code]) for item in ITEMS]

    @property
    def lines(self) -> list[list[Any]]:
        """Return the cells of each line of treatment."""
        return [[self[f"t{rank}_{column}"] for column in _COLUMNS] for rank in range(self._lines)]

    @property
    def treatments_item(self) -> Item:
        return TREATMENTS

    @property
    def content(self) -> Content:
        """Return what was typed; blank lines of treatment are left out."""
        told = self.cleaned_data
        lines = [{column: told.get(f"t{rank}_{column}", "") for column in _COLUMNS} for rank in range(self._lines)]
        return Content(
            texts={item.code: told[item.code].strip() for item in ITEMS if told[item.code].strip()},
            answers={
                item.code: Answer(told[f"{item.code}_answer"])
                for item in ITEMS
                if item.is_question and told[f"{item.code}_answer"]
            },
            treatments=tuple(_treatment(line) for line in lines if line["name"].strip()),
            no_treatment=told["no_treatment"],
            referrer=told["referrer"].strip(),
        )


def _initial(content: Content) -> dict[str, Any]:
    initial: dict[str, Any] = dict(content.texts)
    initial |= {f"{code}_answer": answer.value for code, answer in content.answers.items()}
    for rank, one in enumerate(content.treatments):
        initial |= {
            f"t{rank}_name": one.name,
            f"t{rank}_change": one.change.value,
            f"t{rank}_dosage": one.dosage,
            f"t{rank}_duration": one.duration,
            f"t{rank}_reason": one.reason,
        }
    return initial | {"no_treatment": content.no_treatment, "referrer": content.referrer}


def _asked_lines(data: Mapping[str, Any]) -> int:
    ranks = [
        int(name[1:-5]) for name in data if name.startswith("t") and name.endswith("_name") and name[1:-5].isdigit()
    ]
    return max(ranks, default=-1) + 1


def _text(item: Item) -> forms.CharField:
    about = f"{item.label[:1].lower()}{item.label[1:]}"
    label = f"Précisions, {about}" if item.is_question else f"{item.label} ({item.paragraph})"
    rows = 2 if item.is_question or item.paragraph == "1°" else 4
    return forms.CharField(
        label=label,
        required=False,
        max_length=8_000,
        help_text=item.hint,
        widget=forms.Textarea(attrs={"rows": rows}),
    )


def _cell(rank: int, column: str) -> forms.Field:
    label = f"{_LABELS[column]}, ligne {rank + 1}"
    if column == "change":
        choices = [(one.value, one.label) for one in Change]
        return forms.ChoiceField(label=label, choices=choices, required=False)
    return forms.CharField(label=label, required=False, max_length=300)


def _treatment(line: Mapping[str, str]) -> Treatment:
    return Treatment(
        name=line["name"].strip(),
        change=Change(line["change"] or Change.CONTINUED.value),
        dosage=line["dosage"].strip(),
        duration=line["duration"].strip(),
        reason=line["reason"].strip(),
    )


class SignForm(forms.Form):
    """The act of a person: she has read, she signs."""

    seen_at = forms.CharField(widget=forms.HiddenInput)
    confirmed = forms.BooleanField(
        label="J’ai relu cette lettre, je la signe et je l’envoie",
        error_messages={"required": "Cochez cette case\u00a0: une lettre est signée par une personne."},
    )


class OtherWayForm(forms.Form):
    """How else a letter reached somebody."""

    addressee = forms.ChoiceField(label="À qui", choices=ADDRESSEES, widget=forms.RadioSelect)
    way = forms.ChoiceField(
        label="Comment",
        choices=[choice for choice in WAYS if choice[0] in _BY_PEOPLE],
        widget=forms.RadioSelect,
    )
    note = forms.CharField(
        label="Précision", required=False, max_length=300, help_text="Par exemple\u00a0: lue au secrétariat du cabinet."
    )


class ReasonForm(forms.Form):
    """Words that will be read with a decision."""

    note = forms.CharField(
        label="Motif",
        min_length=4,
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "Donnez le motif\u00a0: il sera lu avec la décision."},
    )
