"""A filling as a sheet: its questions and answers in words, what staff must look at, and the paper of both."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from passerelle.care.forms.pages.sentences import asked_when, said
from passerelle.care.forms.rules.evaluating import Evaluation, Score
from passerelle.care.forms.rules.questionnaire import (
    CHOICES,
    NUMBERS,
    Amount,
    Choice,
    Item,
    ItemType,
    Questionnaire,
    Value,
)
from passerelle.care.forms.selectors.fillings import OpenFilling
from passerelle.core.ui.api import french


@dataclass(frozen=True, slots=True)
class Answered:
    """A question with its answers in words; `is_watched` asks staff to look."""

    text: str
    answers: tuple[str, ...]
    is_watched: bool


@dataclass(frozen=True, slots=True)
class SheetPage:
    """A page of answers."""

    title: str
    lines: tuple[Answered, ...]


@dataclass(frozen=True, slots=True)
class ScoreLine:
    """A score in words; `level` is a status of the screens."""

    title: str
    value: str
    meaning: str
    level: str
    source: str
    lacks: int


@dataclass(frozen=True, slots=True)
class PaperQuestion:
    """A question of the blank paper: where to tick or to write."""

    text: str
    help: str
    condition: str
    options: tuple[str, ...]
    lines: int
    unit: str
    is_heading: bool


def sheet_pages(opened: OpenFilling) -> list[SheetPage]:
    """Return the answers, page by page; a question that was not asked is not there."""
    pages = (sheet_page(opened, page) for page in opened.questionnaire.pages)
    return [page for page in pages if page.lines]


def sheet_page(opened: OpenFilling, page: Item) -> SheetPage:
    """Return the answers of one page."""
    return SheetPage(page.text, tuple(_lines(page, opened.evaluation)))


def _lines(page: Item, evaluation: Evaluation) -> Iterator[Answered]:
    for item in page.walk():
        if item.is_question and item.link_id in evaluation.asked and not item.is_hidden:
            given = evaluation.kept.get(item.link_id, ())
            yield Answered(
                item.text, tuple(said(item, one) for one in given), any(is_watched(item, one) for one in given)
            )


def watched_lines(opened: OpenFilling) -> list[Answered]:
    """Return only the answers that staff must look at."""
    return [line for page in sheet_pages(opened) for line in page.lines if line.is_watched]


def is_watched(item: Item, given: Value) -> bool:
    """Tell whether an answer is one that the questionnaire asks staff to look at."""
    if item.type is ItemType.BOOLEAN:
        return item.watched is not None and given is item.watched
    if isinstance(given, Choice) and item.type in CHOICES:
        option = item.option(given.code)
        return option is not None and option.is_watched
    number = given.value if isinstance(given, Amount) else given
    if item.type not in NUMBERS or not isinstance(number, int | Decimal):
        return False
    is_low = item.watch_low is not None and number < item.watch_low
    return is_low or (item.watch_high is not None and number > item.watch_high)


def score_lines(scores: tuple[Score, ...]) -> list[ScoreLine]:
    """Return scores in words."""
    return [
        ScoreLine(
            one.rule.title,
            _figure(one),
            one.band.text if one.band else "",
            one.band.level if one.band else "neutral",
            one.rule.source,
            len(one.lacks),
        )
        for one in scores
    ]


def _figure(one: Score) -> str:
    if one.value is None:
        return ""
    return f"{french.number(float(one.value))} sur {french.number(float(one.most))}"


def paper_of(questionnaire: Questionnaire) -> list[tuple[str, list[PaperQuestion]]]:
    """Return the blank paper: for each page its title and its questions, conditions said in words."""
    return [(page.text, list(_paper(questionnaire, page))) for page in questionnaire.pages]


def _paper(questionnaire: Questionnaire, page: Item) -> Iterator[PaperQuestion]:
    for item in list(page.walk())[1:]:
        if item.is_hidden:
            continue
        is_heading = not item.is_question
        yield PaperQuestion(
            text=item.text,
            help=item.help,
            condition=asked_when(questionnaire, item.conditions, needs_all=item.needs_all),
            options=_boxes(item),
            lines=0 if is_heading or _boxes(item) else 4 if item.type is ItemType.TEXT or item.repeats else 1,
            unit=item.unit_label,
            is_heading=is_heading,
        )


def _boxes(item: Item) -> tuple[str, ...]:
    if item.type is ItemType.BOOLEAN:
        return ("Oui", "Non")
    boxes = tuple(one.display for one in item.options)
    return (*boxes, "Autre : ……………………") if item.type is ItemType.OPEN_CHOICE else boxes
