"""The journal in plain words: one sentence per act, the same act of a day told once."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

_PHRASES = {
    "record_read": "a consulté votre dossier",
    "record_searched": "a cherché dans votre dossier",
    "record_written": "a complété votre dossier",
    "history_read": "a relu d’anciennes versions de votre dossier",
    "document_opened": "a ouvert un document",
    "record_exported": "a copié votre dossier",
    "emergency_access": "a ouvert votre dossier en urgence",
    "emergency_ended": "a refermé votre dossier ouvert en urgence",
    "emergency_reviewed": "a vérifié un accès d’urgence à votre dossier",
    "doctor_chosen": "a été choisi comme médecin traitant",
    "choice_made": "a enregistré un choix pour vous",
    "choice_withdrawn": "a retiré un choix pour vous",
    "access_questioned": "a posé une question sur les accès à votre dossier",
    "question_answered": "a répondu à votre question",
    "identity_read": "a vérifié votre identité",
    "identity_changed": "a corrigé votre identité",
    "identity_merged": "a réuni deux fiches à votre nom",
    "message_read": "a lu un message technique qui vous concerne",
    "message_replayed": "a relancé un message technique qui vous concerne",
    "space_invited": "vous a invité à ouvrir votre espace",
    "space_opened": "a ouvert votre espace",
    "audit_read": "a regardé la liste des consultations de votre dossier",
}
_MINE = {
    "record_read": "vous avez consulté votre dossier",
    "document_opened": "vous avez ouvert un document",
    "record_searched": "vous avez parcouru la liste de vos documents",
    "record_exported": "vous avez copié votre dossier",
    "audit_read": "vous avez regardé qui a consulté votre dossier",
    "choice_made": "vous avez enregistré un choix",
    "choice_withdrawn": "vous avez retiré un choix",
    "access_questioned": "vous avez posé une question sur les accès à votre dossier",
    "space_opened": "vous avez ouvert votre espace",
}
_WHY = {
    "treating": "fait partie d’une équipe qui vous soigne ou vous a soigné",
    "author": "son équipe a écrit ce document",
    "chosen": "vous l’avez choisi comme médecin traitant",
    "emergency": "pendant un accès d’urgence",
    "representative": "vous représente légalement",
}
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


@dataclass(frozen=True, slots=True)
class Fact:
    """One act as the journal keeps it; `document` is the title of the document it was on, "" when none."""

    at: datetime
    day: date
    who: str
    profession: str
    where: str
    action: str
    document: str
    why: str
    is_mine: bool = False
    is_emergency: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """One line to read: the latest of `times` same acts of a day."""

    fact: Fact
    what: str
    times: int


def document_of(target: str, titles: Mapping[str, str]) -> str:
    """Return the title of the document an event was on, "" when it was on something else."""
    found = _UUID.search(target)
    return titles.get(found[0], "") if found else ""


def sentence(action: str, label: str, *, document: str, is_mine: bool) -> str:
    """Say what was done, in the words of the patient; an act without a phrase keeps its label."""
    told = _MINE.get(action) if is_mine else _PHRASES.get(action)
    told = told or label[:1].lower() + label[1:]
    if not document:
        return told
    quoted = f"le document «\u00a0{document}\u00a0»"
    return told.replace("un document", quoted) if "un document" in told else f"{told}, sur {quoted}"


def why(relation: str) -> str:
    """Return the reason that the tie itself gives, "" when it gives none."""
    return _WHY.get(relation, "")


def lines(facts: Iterable[tuple[Fact, str]]) -> list[Line]:
    """Return the acts, newest first as given; the same act of the same person on the same day is one line."""
    latest: dict[tuple[object, ...], Line] = {}
    for fact, label in facts:
        key = (fact.day, fact.who, fact.where, fact.action, fact.document, fact.why)
        known = latest.get(key)
        if known:
            latest[key] = Line(known.fact, known.what, known.times + 1)
        else:
            what = sentence(fact.action, label, document=fact.document, is_mine=fact.is_mine)
            latest[key] = Line(fact, what, 1)
    return list(latest.values())
