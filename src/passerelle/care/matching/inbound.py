"""What messages say of a birth beside the traits. Source: HL7 v2.5, PID-21, PID-24 and PID-25."""

from passerelle.care.exchange.api import Inbound, write
from passerelle.care.identity import api as identity
from passerelle.protocols import pamfr
from passerelle.protocols.hl7v2 import Message

_LONGEST = 200
_PLACES = (21, 24, 25)
# A newer note that says something else, and a file to look at again: one statement, as it is on the way of messages.
_KEEP = """
    WITH kept AS (
        INSERT INTO matching_birthnote AS held
            (local_identity_id, mother, is_multiple_birth, birth_order, told_at) VALUES (%s, %s, %s, %s, %s)
        ON CONFLICT (local_identity_id) DO UPDATE SET
            (mother, is_multiple_birth, birth_order, told_at) =
            (excluded.mother, excluded.is_multiple_birth, excluded.birth_order, excluded.told_at)
        WHERE held.told_at <= excluded.told_at
            AND (held.mother, held.is_multiple_birth, held.birth_order)
                IS DISTINCT FROM (excluded.mother, excluded.is_multiple_birth, excluded.birth_order)
        RETURNING local_identity_id
    )
    INSERT INTO matching_waiting (local_identity_id) SELECT local_identity_id FROM kept
"""


def handle(inbound: Inbound) -> None:
    """Keep the mother's file and the birth rank of a patient, when a message tells them."""
    if not isinstance(inbound.event, pamfr.AdtEvent):
        return
    pid = inbound.message.segment("PID")
    if pid is None or not any(pid.field(place) for place in _PLACES):
        return
    told = _told(inbound.message)
    if not any(told.values()):
        return
    patient = inbound.findings.get(identity.ResolvedPatient)
    if patient is None:
        return
    write(_KEEP, [patient.reference.id, *told.values(), inbound.event.recorded_at])


def _told(message: Message) -> dict[str, object]:
    number = message.get("PID-21.1")
    authority = message.get("PID-21.4.2") or message.get("PID-21.4.1")
    return {
        "mother": f"{authority}|{number}"[:_LONGEST] if number not in {"", '""'} else "",
        "is_multiple_birth": message.get("PID-24") == "Y",
        "birth_order": message.get("PID-25")[:5] if message.get("PID-25") != '""' else "",
    }
