"""What a *lettre de liaison* must say, item by item, and what is missing in one.

Source of every item: Code de la santé publique, article R. 1112-1-2, II (décret n° 2016-995 du 20 juillet 2016). The
number of each is that of its paragraph. The results of examinations are asked as part of the summary of 3°.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Final

from passerelle.core.ui.api import Labelled

ARTICLE: Final = "CSP, art. R. 1112-1-2, II"


class Answer(Labelled):
    """A question of the article that must be answered, be it by no."""

    UNTOLD = "", "Non répondu"
    NO = "no", "Non"
    YES = "yes", "Oui"


class Change(Labelled):
    """What became of a treatment during the stay."""

    CONTINUED = "continued", "Poursuivi"
    STARTED = "started", "Commencé"
    CHANGED = "changed", "Modifié"
    STOPPED = "stopped", "Arrêté"


@dataclass(frozen=True, slots=True)
class Item:
    """One thing the letter must say: its paragraph of the article, its label, and whether it is a yes or no first."""

    code: str
    paragraph: str
    label: str
    hint: str
    is_question: bool = False


ITEMS: Final = (
    Item(
        "admission_mode", "1°", "Modalité d’entrée", "Par exemple\u00a0: programmée, par les urgences, par transfert."
    ),
    Item("discharge_mode", "1°", "Modalité de sortie", "Par exemple\u00a0: domicile, transfert en rééducation."),
    Item("reason", "2°", "Motif d’hospitalisation", "Ce qui a conduit le patient à l’hôpital."),
    Item("summary", "3°", "Synthèse médicale du séjour", "Le diagnostic, ce qui a été fait, l’état à la sortie."),
    Item(
        "results",
        "3°",
        "Résultats utiles à la suite",
        "Examens qui comptent pour la suite\u00a0; « aucun » s’il n’y en a pas.",
    ),
    Item(
        "adverse_events",
        "3°",
        "Événements indésirables pendant le séjour",
        "Lesquels, et ce qui a été fait.",
        is_question=True,
    ),
    Item(
        "resistant_germs",
        "3°",
        "Micro-organisme multirésistant ou émergent",
        "Lequel, porteur ou infecté, et les précautions.",
        is_question=True,
    ),
    Item(
        "blood_products",
        "3°",
        "Produits sanguins ou dérivés du sang administrés",
        "Lesquels, quand, et la surveillance demandée.",
        is_question=True,
    ),
    Item("implants", "3°", "Dispositif médical implanté", "Lequel, où, et sa référence.", is_question=True),
    Item(
        "pending",
        "5°",
        "Résultats ou informations encore attendus",
        "Lesquels, de qui, et quand ils viendront.",
        is_question=True,
    ),
    Item("follow_up", "6°", "Suites à donner", "Actes prévus et à programmer, surveillance, aide à domicile."),
)
TREATMENTS: Final = Item(
    "treatments", "4°", "Traitements", "À la sortie, et ceux arrêtés, changés ou commencés pendant le séjour."
)
BY_CODE: Final = {item.code: item for item in (*ITEMS, TREATMENTS)}


@dataclass(frozen=True, slots=True)
class Treatment:
    """A line of treatment; `reason` says why it was stopped or changed."""

    name: str
    change: Change
    dosage: str = ""
    duration: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Content:
    """The letter as written: texts and answers by code of item, and the treatments.

    `no_treatment` says that there is none at all, which is not the same as having forgotten them.
    """

    texts: Mapping[str, str] = field(default_factory=dict)
    answers: Mapping[str, Answer] = field(default_factory=dict)
    treatments: tuple[Treatment, ...] = ()
    no_treatment: bool = False
    referrer: str = ""

    def text(self, code: str) -> str:
        """Return what is written under an item, "" when nothing is."""
        return self.texts.get(code, "").strip()

    def answer(self, code: str) -> Answer:
        """Return yes, no or untold."""
        return self.answers.get(code, Answer.UNTOLD)


@dataclass(frozen=True, slots=True)
class Missing:
    """What the article asks and the letter does not say."""

    code: str
    paragraph: str
    label: str
    why: str

    @property
    def source(self) -> str:
        """The paragraph that asks for it."""
        return f"{ARTICLE}, {self.paragraph}"


def missing(content: Content) -> tuple[Missing, ...]:
    """Return what the letter still has to say, in the order of the article; nothing when it may be signed."""
    found = [_lack(item, content) for item in ITEMS]
    lacks = [one for one in found if one is not None]
    lacks += _lacks_of_treatments(content)
    return tuple(sorted(lacks, key=lambda one: one.paragraph))


def _lack(item: Item, content: Content) -> Missing | None:
    text = content.text(item.code)
    if not item.is_question:
        return None if text else Missing(item.code, item.paragraph, item.label, "à écrire")
    answer = content.answer(item.code)
    if answer is Answer.UNTOLD:
        return Missing(item.code, item.paragraph, item.label, "répondre par oui ou par non")
    if answer is Answer.YES and not text:
        return Missing(item.code, item.paragraph, item.label, "préciser la réponse")
    return None


def _lacks_of_treatments(content: Content) -> list[Missing]:
    item = TREATMENTS
    if not content.treatments:
        if content.no_treatment:
            return []
        return [Missing(item.code, item.paragraph, item.label, "les écrire, ou dire qu’il n’y en a aucun")]
    if content.no_treatment:
        return [Missing(item.code, item.paragraph, item.label, "« aucun traitement » est coché, et il y en a d’écrits")]
    return [
        Missing(item.code, item.paragraph, f"{item.label}\u00a0: {one.name}", why)
        for one in content.treatments
        if (why := _lack_of(one))
    ]


def _lack_of(one: Treatment) -> str:
    if one.change in {Change.STOPPED, Change.CHANGED} and not one.reason.strip():
        return "dire pourquoi il a été arrêté ou changé"
    if one.change is not Change.STOPPED and not one.dosage.strip():
        return "donner la posologie"
    if one.change is not Change.STOPPED and not one.duration.strip():
        return "donner la durée"
    return ""


def to_json(content: Content) -> dict[str, Any]:
    """Return the content as it is kept."""
    kept = asdict(content)
    kept["answers"] = {code: answer.value for code, answer in content.answers.items()}
    kept["treatments"] = [{**asdict(one), "change": one.change.value} for one in content.treatments]
    kept["texts"] = dict(content.texts)
    return kept


def from_json(kept: Mapping[str, Any]) -> Content:
    """Return the content that was kept; an unknown code is left out."""
    return Content(
        texts={code: str(text) for code, text in kept.get("texts", {}).items() if code in BY_CODE},
        answers={code: Answer(value) for code, value in kept.get("answers", {}).items() if code in BY_CODE},
        treatments=tuple(_treatment(one) for one in kept.get("treatments", [])),
        no_treatment=bool(kept.get("no_treatment", False)),
        referrer=str(kept.get("referrer", "")),
    )


def _treatment(kept: Mapping[str, str]) -> Treatment:
    return Treatment(
        name=kept.get("name", ""),
        change=Change(kept.get("change", Change.CONTINUED.value)),
        dosage=kept.get("dosage", ""),
        duration=kept.get("duration", ""),
        reason=kept.get("reason", ""),
    )


def lines_of(content: Content) -> Sequence[tuple[Item, tuple[str, ...]]]:
    """Return what the letter says, item by item, as paragraphs: a question gives its answer, then its words."""
    told = []
    for item in ITEMS:
        words = tuple(line.strip() for line in content.text(item.code).splitlines() if line.strip())
        if item.is_question:
            words = (content.answer(item.code).label, *words)
        told.append((item, words))
    return told
