"""A page of questions as a Django form: drawn by `forms/questions.html`, it says what was answered and what lacks."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from django import forms
from django.forms import BoundField

from passerelle.care.forms.pages.fields import fields_of, initial_of, name_of, other_name_of, typed
from passerelle.care.forms.pages.sentences import asked_when, said
from passerelle.care.forms.rules.evaluating import Evaluation, evaluate, is_enabled
from passerelle.care.forms.rules.questionnaire import (
    Answers,
    Attached,
    Choice,
    Condition,
    Item,
    ItemType,
    Questionnaire,
    Value,
)

#: Keeps an uploaded file for a question, or raises `ValidationError`.
Keeping = Callable[[Item, Any], Attached]
_MISSING: Final = "Répondez à cette question."


@dataclass(frozen=True, slots=True)
class Block:
    """A heading, a text, or a question of a page; `condition` says when it is for one, `rule` tells the script."""

    kind: str
    text: str
    level: int = 2
    bound: BoundField | None = None
    other: BoundField | None = None
    kept: str = ""
    condition: str = ""
    rule: str = ""
    blocks: list["Block"] = field(default_factory=list)


class QuestionsForm(forms.Form):
    """The questions of some items, prefilled by `answers`; `answered` is what to save, even from a page with errors.

    `keeping` keeps a file that is handed in; without it questions of files are not shown.
    """

    use_required_attribute = False

    def __init__(
        self,
        *args: Any,
        questionnaire: Questionnaire,
        items: Sequence[Item],
        answers: Answers,
        keeping: Keeping | None = None,
        **kwargs: Any,
    ) -> None:
        self.questionnaire, self.items, self.answers, self.keeping = questionnaire, items, answers, keeping
        self.questions = [one for one in _walk(items) if one.is_question and self._is_shown(one)]
        shown: dict[str, Any] = {}
        for one in self.questions:
            shown |= initial_of(one, answers.get(one.link_id, ()))
        kwargs |= {"initial": shown, "label_suffix": ""}
        super().__init__(*args, **kwargs)
        for one in self.questions:
            self.fields.update(fields_of(one))
        self.answered: dict[str, tuple[Value, ...]] = {}

    def _is_shown(self, item: Item) -> bool:
        return not item.is_hidden and (item.type is not ItemType.ATTACHMENT or self.keeping is not None)

    def clean(self) -> dict[str, Any]:
        """Judge the page with all the answers: what is not asked is dropped, what lacks is said at its place."""
        cleaned = super().clean() or {}
        self.answered = {one.link_id: self._typed(one, cleaned) for one in self.questions}
        evaluation = evaluate(self.questionnaire, {**self.answers, **self.answered})
        faults = {one.link_id: one.why for one in evaluation.faults}
        for one in self.questions:
            self._judge(one, evaluation, faults)
        self._keep_files(cleaned)
        return cleaned

    def _typed(self, item: Item, cleaned: Mapping[str, Any]) -> tuple[Value, ...]:
        if item.type is ItemType.ATTACHMENT:
            return self.answers.get(item.link_id, ())
        other = str(cleaned.get(other_name_of(item.link_id)) or "").strip()
        return typed(item, cleaned.get(name_of(item.link_id)), other)

    def _judge(self, item: Item, evaluation: Evaluation, faults: Mapping[str, str]) -> None:
        name = name_of(item.link_id)
        if item.link_id not in evaluation.asked:
            self.answered[item.link_id] = ()
            for one in (name, other_name_of(item.link_id)):
                self.errors.pop(one, None)
        elif item.link_id in faults:
            why = faults[item.link_id]
            self.answered[item.link_id] = ()
            self.add_error(name, why[:1].upper() + why[1:] + ".")
        elif item.link_id in evaluation.missing:
            is_typed_badly = any(error.code != "required" for error in self.errors.as_data().get(name, ()))
            has_file = item.type is ItemType.ATTACHMENT and name in self.files
            if not is_typed_badly:
                self.errors.pop(name, None)
                if not has_file:
                    self.add_error(name, _MISSING)
        else:
            self._forgive(item, name)

    def _forgive(self, item: Item, name: str) -> None:
        """A required question whose answer stands elsewhere (a file kept before, words of one's own) lacks nothing."""
        given = self.answered.get(item.link_id)
        if given and any(error.code == "required" for error in self.errors.as_data().get(name, ())):
            self.errors.pop(name, None)

    def _keep_files(self, cleaned: Mapping[str, Any]) -> None:
        """Keep what was handed in for questions that are asked."""
        for one in self.questions:
            upload = cleaned.get(name_of(one.link_id)) if one.type is ItemType.ATTACHMENT else None
            if upload and self.keeping is not None and name_of(one.link_id) not in self.errors:
                try:
                    self.answered[one.link_id] = (self.keeping(one, upload),)
                except forms.ValidationError as refusal:
                    self.add_error(name_of(one.link_id), refusal)

    @property
    def blocks(self) -> list[Block]:
        """Return what to draw, groups holding what is in them."""
        return list(self._blocks(self.items, level=2))

    def _blocks(self, items: Sequence[Item], *, level: int) -> Iterator[Block]:
        for one in items:
            if one.is_hidden or not self._may_be_asked(one):
                continue
            conditions = self._conditions_here(one)
            said_when = asked_when(self.questionnaire, conditions, needs_all=one.needs_all)
            block = Block(
                "text", one.text, level, condition=said_when, rule=_for_script(conditions, needs_all=one.needs_all)
            )
            if one.type is ItemType.GROUP:
                yield replace(block, kind="group", blocks=list(self._blocks(one.items, level=level + 1)))
            elif one.type is ItemType.DISPLAY:
                yield block
            elif name_of(one.link_id) in self.fields:
                yield self._question(one, block)

    def _question(self, item: Item, block: Block) -> Block:
        name, other = name_of(item.link_id), other_name_of(item.link_id)
        beneath = [one for one in item.items if one.is_question]
        given = self.answers.get(item.link_id, ())
        return replace(
            block,
            kind="question",
            bound=self[name],
            other=self[other] if other in self.fields else None,
            kept=said(item, given[0]) if given and item.type is ItemType.ATTACHMENT else "",
            blocks=list(self._blocks(beneath, level=block.level)),
        )

    def _conditions_here(self, item: Item) -> tuple[Condition, ...]:
        """Return the conditions that look at a question of this very page."""
        here = {one.link_id for one in self.questions}
        return tuple(one for one in item.conditions if one.question in here)

    def _may_be_asked(self, item: Item) -> bool:
        """Tell, by the answers of the other pages, whether this may still be asked."""
        here = self._conditions_here(item)
        elsewhere = tuple(one for one in item.conditions if one not in here)
        if not elsewhere or (here and not item.needs_all):
            return True
        bare = Item(item.link_id, item.type, item.text, conditions=elsewhere, needs_all=item.needs_all)
        return is_enabled(bare, evaluate(self.questionnaire, self.answers).kept)


def _walk(items: Sequence[Item]) -> Iterator[Item]:
    for one in items:
        yield from one.walk()


def _for_script(conditions: Sequence[Condition], *, needs_all: bool) -> str:
    """Return the conditions as the small script reads them; "" when it can do nothing with them."""
    if not conditions:
        return ""
    told = [[name_of(one.question), one.operator.value, _for_field(one.answer)] for one in conditions]
    return json.dumps({"all": needs_all, "when": told}, ensure_ascii=False)


def _for_field(value: Value) -> Any:
    match value:
        case bool():
            return "oui" if value else "non"
        case Choice(code=code):
            return code
        case _:
            return str(getattr(value, "value", value))
