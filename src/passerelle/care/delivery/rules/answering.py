"""Read the acknowledgement of what was sent by MLLP. Source: HL7 v2.5, 2.9 and table 0008."""

from dataclasses import dataclass
from typing import Final

from passerelle.care.delivery.rules.outcomes import Verdict
from passerelle.protocols import hl7v2
from passerelle.protocols.hl7v2 import Hl7Error

_VERDICTS: Final = {
    "AA": Verdict.ACCEPTED,
    "CA": Verdict.ACCEPTED,
    "AE": Verdict.REFUSED,
    "CE": Verdict.REFUSED,
    "AR": Verdict.LATER,
    "CR": Verdict.LATER,
}


class ForeignAnswer(Exception):
    """La réponse reçue n’est pas celle de ce message."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a destination said of one item; `raw` are its very bytes."""

    verdict: Verdict
    code: str = ""
    text: str = ""
    raw: bytes = b""


def read_acknowledgement(raw: bytes, control_id: str) -> Answer:
    """Read an acknowledgement of the message `control_id`.

    Raises:
        ForeignAnswer: it is not one, or MSA-2 is not the MSH-10 that was sent: it may be the late answer to another
            message, so it says nothing about this one.
    """
    try:
        message = hl7v2.parse(raw)
    except Hl7Error as error:
        reason = f"la réponse ne se lit pas ({error.why})"
        raise ForeignAnswer(reason) from error
    code, about = message.get("MSA-1"), message.get("MSA-2")
    if about != control_id or not control_id:
        reason = f"la réponse porte sur « {about} », le message envoyé est « {control_id} »"
        raise ForeignAnswer(reason)
    verdict = _VERDICTS.get(code)
    if verdict is None:
        reason = f"le code de réponse « {code} » n’existe pas dans la table 0008"
        raise ForeignAnswer(reason)
    return Answer(verdict, code, _told(message), raw)


def _told(message: hl7v2.Message) -> str:
    """Return what the answer explains: each ERR with its place, else the old MSA-3."""
    lines = []
    for error in message.all("ERR"):
        place = "-".join(part for part in (error.get("2.1"), error.get("2.3")) if part)
        text = error.get("8") or error.get("5.2") or error.get("3.2") or error.get("3.1")
        lines.append(" : ".join(part for part in (place, text) if part))
    return " ; ".join(line for line in lines if line) or message.get("MSA-3")
