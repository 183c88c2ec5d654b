"""Proofs of identity: which ones make a check of coherence, for whom, since when. Data, dated."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

_COMMON = date(2020, 12, 17)  # first edition of the national identitovigilance rules
_EXCEPTIONS = date(2024, 1, 1)
_ADULT_AGE = 18
_RNIV = "RNIV 1, principes communs, 3.3.3"


class Situation(StrEnum):
    """The special cases in which a weaker proof is enough."""

    NONE = ""
    MINOR = "minor"
    NURSING_HOME = "nursing_home"
    CHILD_WELFARE = "child_welfare"

    @property
    def label(self) -> str:
        """Return the French words for the screen."""
        return _SITUATION_LABELS[self]


_SITUATION_LABELS = {
    Situation.NONE: "Situation ordinaire",
    Situation.MINOR: "Mineur accompagné d’un parent ou tuteur, dont la pièce à haut niveau de confiance a été vue",
    Situation.NURSING_HOME: "Admission directe en EHPAD, carte Vitale avec photographie vue",
    Situation.CHILD_WELFARE: "Mineur confié à l’aide sociale à l’enfance, décision de placement vue",
}


class CollectionMode(StrEnum):
    """How the identity was obtained: ZFD-5 (IHE PAM France 2.11), FR Core method-collection."""

    MANUAL = "SM"
    VITALE_CARD = "CV"
    INSI = "INSI"
    BARCODE = "CB"
    RFID = "RFID"
    VITALE_APPLICATION = "AV"

    @property
    def label(self) -> str:
        """Return the French words for the screen."""
        return _MODE_LABELS[self]


_MODE_LABELS = {
    CollectionMode.MANUAL: "Saisie manuelle",
    CollectionMode.VITALE_CARD: "Carte Vitale",
    CollectionMode.INSI: "Téléservice INSi",
    CollectionMode.BARCODE: "Code à barres ou datamatrix",
    CollectionMode.RFID: "Puce RFID",
    CollectionMode.VITALE_APPLICATION: "Application carte Vitale",
}


@dataclass(frozen=True, slots=True)
class EvidenceRule:
    """A proof of identity over `[since, until)`: in which situations it is of high trust."""

    code: str
    label: str
    high_trust_in: frozenset[Situation]
    since: date = _COMMON
    until: date | None = None
    source: str = _RNIV


_ANYWHERE = frozenset(Situation)
_NEVER = frozenset[Situation]()
_MINORS = frozenset({Situation.MINOR, Situation.CHILD_WELFARE})

#: Codes of ZFD-7 and of FR Core (mode-validation-identity 2.2.0). What qualifies: RNIV 1, and its exceptions of 2024.
EVIDENCE_RULES: tuple[EvidenceRule, ...] = (
    EvidenceRule("CN", "Carte nationale d’identité", _ANYWHERE),
    EvidenceRule("PA", "Passeport", _ANYWHERE),
    EvidenceRule("CS", "Titre de séjour", _ANYWHERE),
    EvidenceRule("CE", "Carte d’identité d’un État européen", _ANYWHERE),
    EvidenceRule("IE", "Identification électronique eIDAS", _ANYWHERE),
    EvidenceRule("AN", "Extrait d’acte de naissance", frozenset({Situation.MINOR}), until=_EXCEPTIONS),
    EvidenceRule("AN", "Extrait d’acte de naissance", _MINORS, since=_EXCEPTIONS),
    EvidenceRule("LE", "Livret de famille", frozenset({Situation.MINOR}), until=_EXCEPTIONS),
    EvidenceRule("LE", "Livret de famille", _MINORS | {Situation.NURSING_HOME}, since=_EXCEPTIONS),
    EvidenceRule("AC", "Acte de naissance et carte Vitale avec photographie", _NEVER, until=_EXCEPTIONS),
    EvidenceRule(
        "AC",
        "Acte de naissance et carte Vitale avec photographie",
        frozenset({Situation.NURSING_HOME}),
        since=_EXCEPTIONS,
    ),
    EvidenceRule("DC", "Document de circulation pour étranger mineur", _NEVER, until=_EXCEPTIONS),
    EvidenceRule("DC", "Document de circulation pour étranger mineur", _MINORS, since=_EXCEPTIONS),
    EvidenceRule("CC", "Carnet de circulation", _NEVER),
    EvidenceRule("CM", "Carte militaire", _NEVER),
    EvidenceRule("PC", "Permis de conduire", _NEVER),
    EvidenceRule("TC", "Tiers de confiance", _NEVER),
)
_FOR_MINORS = frozenset({Situation.MINOR, Situation.CHILD_WELFARE})


def evidence_rule(code: str, *, on: date) -> EvidenceRule | None:
    """Return the rule of a proof in force on a day, None for an unknown code."""
    for rule in EVIDENCE_RULES:
        if rule.code == code and rule.since <= on and (rule.until is None or on < rule.until):
            return rule
    return None


def is_high_trust(code: str, *, situation: Situation, on: date, birth_date: date | None) -> bool:
    """Tell whether a proof, seen on a day in a situation, makes the check of coherence of the national rules.

    The situations of minors hold for someone under 18 on that day; an unknown birth date makes nobody a minor. A proof
    that is enough in an ordinary case is enough in any.
    """
    rule = evidence_rule(code, on=on)
    if rule is None or situation not in rule.high_trust_in:
        return False
    if Situation.NONE in rule.high_trust_in:
        return True
    return situation not in _FOR_MINORS or _is_minor(birth_date, on)


def _is_minor(birth_date: date | None, on: date) -> bool:
    if birth_date is None or birth_date > on:
        return False
    years = on.year - birth_date.year - ((on.month, on.day) < (birth_date.month, birth_date.day))
    return years < _ADULT_AGE
