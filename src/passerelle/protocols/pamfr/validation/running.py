from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import lru_cache

from passerelle.protocols.hl7v2 import Message
from passerelle.protocols.pamfr.profile import loading
from passerelle.protocols.pamfr.validation.content import check_segment
from passerelle.protocols.pamfr.validation.document_rules import DOCUMENT_RULES, check_documents
from passerelle.protocols.pamfr.validation.findings import FORM_RULES, Finding, at
from passerelle.protocols.pamfr.validation.identity_rules import IDENTITY_RULES, check_identity
from passerelle.protocols.pamfr.validation.movement_rules import MOVEMENT_RULES, check_event
from passerelle.protocols.pamfr.validation.order import check_order

#: Every rule the validator knows, by its id, in the words of the reference page.
RULES: dict[str, str] = {**FORM_RULES, **IDENTITY_RULES, **MOVEMENT_RULES, **DOCUMENT_RULES}


def validate(message: Message) -> list[Finding]:
    """Return what a message has against IHE PAM France 2.11 or the volet of documents, in the order of its segments.

    Never raises on content. Tables are read at the first call. A message may be applied and still have findings: the
    channel says whether they are reported or reject it.
    """
    key = f"{message.code}^{message.trigger}"
    if key not in loading.structures():
        return [at("MSH-9", "MSG-1", f"le profil ne décrit pas {key[:20]}")]
    found = list(_order(key, tuple(segment.name for segment in message.segments)))
    ranks: Counter[str] = Counter()
    for segment in message.segments:
        ranks[segment.name] += 1
        found += check_segment(segment, ranks[segment.name])
    found += _meaning(message)
    return found


@lru_cache(maxsize=2048)
def _order(key: str, names: tuple[str, ...]) -> tuple[Finding, ...]:
    """Check the order of segments; remembered, for a sender repeats a few sequences."""
    return tuple(check_order(names, loading.structures()[key]))


def _meaning(message: Message) -> Iterator[Finding]:
    pid = message.segment("PID")
    if pid is not None:
        yield from check_identity(message, pid)
    if message.code == "ADT":
        yield from check_event(message)
    elif message.code in {"ORU", "MDM"}:
        yield from check_documents(message)
