"""The door of forms: questionnaires declared as data, answered page after page, kept in the record when finished."""

from passerelle.care.forms.library import NotRegistered, current, register, register_file, registered
from passerelle.care.forms.pages.asking import QuestionsForm
from passerelle.care.forms.pages.sentences import said
from passerelle.care.forms.rules.evaluating import Evaluation, Fault, Score, evaluate
from passerelle.care.forms.rules.loading import QuestionnaireError, load
from passerelle.care.forms.rules.questionnaire import (
    Amount,
    Answers,
    Attached,
    Choice,
    FreeText,
    Item,
    ItemType,
    Questionnaire,
    Value,
)
from passerelle.care.forms.selectors.fillings import FillingRow, OpenFilling, filling, fillings_of, last_answers
from passerelle.care.forms.selectors.opening import open_filling
from passerelle.care.forms.selectors.sheets import (
    Answered,
    PaperQuestion,
    ScoreLine,
    SheetPage,
    paper_of,
    score_lines,
    sheet_pages,
    watched_lines,
)
from passerelle.care.forms.services.answering import (
    About,
    ChangedMeanwhile,
    NoSuchFilling,
    NotComplete,
    begin,
    finish,
    on_finish,
    save,
)
from passerelle.care.forms.views.answering import Return, register_return

__all__ = [
    "About",
    "Amount",
    "Answered",
    "Answers",
    "Attached",
    "ChangedMeanwhile",
    "Choice",
    "Evaluation",
    "Fault",
    "FillingRow",
    "FreeText",
    "Item",
    "ItemType",
    "NoSuchFilling",
    "NotComplete",
    "NotRegistered",
    "OpenFilling",
    "PaperQuestion",
    "Questionnaire",
    "QuestionnaireError",
    "QuestionsForm",
    "Return",
    "Score",
    "ScoreLine",
    "SheetPage",
    "Value",
    "begin",
    "current",
    "evaluate",
    "filling",
    "fillings_of",
    "finish",
    "last_answers",
    "load",
    "on_finish",
    "open_filling",
    "paper_of",
    "register",
    "register_file",
    "register_return",
    "registered",
    "said",
    "save",
    "score_lines",
    "sheet_pages",
    "watched_lines",
]
