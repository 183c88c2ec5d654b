"""What the profile says of a message: each finding with its place and its rule."""

from dataclasses import dataclass

from passerelle.care.exchange.rules.reading import place_of
from passerelle.protocols import hl7v2, pamfr
from passerelle.protocols.hl7v2 import Hl7Error

_MOST = 100


@dataclass(frozen=True, slots=True)
class FindingLine:
    """A departure from the profile, as people read it."""

    place: str
    text: str
    rule: str
    status_kind: str
    status_label: str


def validation_of(raw: bytes) -> list[FindingLine]:
    """Return what a message has against IHE PAM France, up to a hundred; none when it cannot be read."""
    try:
        message = hl7v2.parse(raw)
    except Hl7Error:
        return []
    return [
        FindingLine(
            place=place_of(finding.where) or finding.where,
            text=finding.text,
            rule=finding.rule,
            status_kind="danger" if finding.severity == "error" else "attention",
            status_label="erreur" if finding.severity == "error" else "à vérifier",
        )
        for finding in pamfr.validate(message)[:_MOST]
    ]
