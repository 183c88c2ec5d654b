"""What is particular to a document: whom its restrictions keep away."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from passerelle.care.record.rules.documents import RESTRICTIONS
from passerelle.core.access.api import State

RESTRICTED_STATES: Final = {
    "MASQUE_PS": State.OPPOSED,
    "INVISIBLE_PATIENT": State.UNANNOUNCED,
    "INVISIBLE_REP_LEGAUX": State.MINOR_SECRET,
    "CONNEXION_SECRETE": State.MINOR_SECRET,
}


def restrictions_of(resource: Mapping[str, Any]) -> frozenset[str]:
    """Return the restrictions a sender put on a document, or on the document a result came in."""
    coded = [coding for label in resource.get("securityLabel", []) for coding in label.get("coding", [])]
    coded += resource.get("meta", {}).get("security", [])
    return frozenset(str(coding["code"]) for coding in coded if coding.get("system") == RESTRICTIONS)


def states_of(restrictions: Iterable[str]) -> tuple[State, ...]:
    """Return the states of a document: all of them must be allowed. An unknown restriction hides as an opposition."""
    found = {RESTRICTED_STATES.get(one, State.OPPOSED) for one in restrictions}
    return tuple(sorted(found, key=str)) or (State.NORMAL,)
