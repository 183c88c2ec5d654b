"""Numbers that tell one thing: a stay, an appointment, a document written by FHIR bear a number no other has here.

So that the messages which bear it go on with that very resource (`charts.lock_stays`, `documents.goes_by`).
"""

from collections.abc import Iterator
from typing import Final
from uuid import UUID

from passerelle.care.exchange.api import ask
from passerelle.care.record.rules.columns import token
from passerelle.care.record.rules.kinds import NOBODY
from passerelle.care.record.rules.writes import refused
from passerelle.care.record.selectors.sight import Sight
from passerelle.care.record.services.fhir.storing import Draft
from passerelle.protocols.fhir import api as fhir

_NUMBERED: Final = frozenset({"Encounter", "Appointment", "DocumentReference"})
_TAKEN: Final = (
    "SELECT 1 FROM record_resource held WHERE held.local_identity_id = ANY(%s) AND held.type = %s"
    " AND NOT held.deleted AND held.establishment = %s AND held.identifiers && %s AND held.id <> %s LIMIT 1"
)


def check_numbers(draft: Draft, sight: Sight) -> None:
    """Refuse a new resource that bears the number of another of its type, patient and establishment.

    Raises:
        WriteRefused: it does.
    """
    type_, id_ = draft.key
    if type_ not in _NUMBERED or draft.before is not None or draft.local_identity_id == NOBODY:
        return
    numbers = list(_numbers(draft.resource))
    own: tuple[UUID, ...] = sight.standing_at(draft.local_identity_id).identities
    if numbers and ask(_TAKEN, [list(own), type_, draft.establishment, numbers, id_]).fetchone():
        raise refused(409, "duplicate", "une ressource de ce patient porte déjà ce numéro", f"{type_}.identifier")


def _numbers(resource: fhir.Json) -> Iterator[str]:
    for one in (resource.get("masterIdentifier"), *resource.get("identifier", ())):
        if one and one.get("value"):
            yield token(one.get("system"), one["value"])
