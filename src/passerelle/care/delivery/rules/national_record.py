"""Whether documents may go to the national record (DMP), and the words for their sender when they do not.

Source: CI-SIS, volet de transmission de documents CDA en HL7 v2, version 2.1: a document published in the DMP has a
qualified INS; what the routing table does not hold is an error; ZAM^Z01 answers whoever asked for it.
"""

from typing import Final

from passerelle.protocols import pamfr
from passerelle.protocols.pamfr import mssante

NO_GATEWAY: Final = "non transmis\u00a0: aucune passerelle DMP n’est raccordée"


def asks_for_national_record(event: pamfr.Event) -> bool:
    """Tell whether a message carries documents to be published in the DMP."""
    return (
        isinstance(event, pamfr.DocumentEvent)
        and bool(event.documents)
        and event.routing is not None
        and event.routing.to_dmp
    )


def national_record_refusal(event: pamfr.Event, *, has_gateway: bool) -> str | None:
    """Return why documents that ask for the DMP do not go there; None when nothing is asked, or a gateway gets them."""
    if not isinstance(event, pamfr.DocumentEvent) or event.routing is None or not asks_for_national_record(event):
        return None
    restrictions = frozenset(name for one in event.documents for name in one.restrictions)
    try:
        found = mssante.route(mssante.flags_of(event.routing, restrictions))
    except mssante.RoutingRefused as refusal:
        return f"non transmis\u00a0: {refusal.why}"
    forbidden = mssante.identity_refusal(found, event.patient)
    if forbidden is not None:
        return f"non transmis\u00a0: {forbidden}"
    return None if has_gateway else NO_GATEWAY
