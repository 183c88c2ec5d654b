"""What a decision needs: a proof named, a reason where a rule warned, a second officer where the stakes are high."""

from collections.abc import Sequence
from dataclasses import dataclass

EVIDENCES = {
    "titre": "Titre d’identité à haut niveau de confiance",
    "insi": "Réponse du téléservice INSi",
    "patient": "Patient ou proche interrogé",
    "source": "Établissement d’origine interrogé",
    "dossier": "Dossiers comparés",
    "traits": "Traits et score seulement",
}
_TRUSTED = frozenset({"QUAL", "VALI"})


@dataclass(frozen=True, slots=True)
class Stakes:
    """What a union would touch: the trust of both sides, the documents that would be seen together, the warnings."""

    statuses: tuple[str, str]
    documents: int
    guards: Sequence[str]


def reasons_for_two(stakes: Stakes, *, most_documents: int) -> list[str]:
    """Return why a second officer must sign, in French; empty when one is enough.

    Source: a rule of the house (parameter `identity.four_eyes_documents`); RNIV 2 leaves the organisation to the cell.
    """
    found = []
    if set(stakes.statuses) <= _TRUSTED:
        found.append("les deux identités sont validées ou qualifiées")
    if stakes.documents > most_documents:
        found.append(f"{stakes.documents} documents seraient vus ensemble (plus de {most_documents})")
    return found


def needs_reason(stakes: Stakes, evidence: str) -> bool:
    """Tell whether a union gives its reason: both sides are trusted, or only traits were seen though a rule warned."""
    return set(stakes.statuses) <= _TRUSTED or (evidence == "traits" and bool(stakes.guards))


def known_evidence(code: str) -> str:
    """Return the name of a proof, "" for none."""
    return EVIDENCES.get(code, "")
