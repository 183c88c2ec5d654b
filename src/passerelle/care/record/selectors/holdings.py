"""What the record keeps of local identities, for the desk of identity officers: counts and moments, no content."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from passerelle.care.exchange.api import ask
from passerelle.care.identitovigilance.api import Arrival, Held
from passerelle.core.access import api as access

LABELS: Final = {
    "Encounter": "séjours",
    "DocumentReference": "documents",
    "Observation": "résultats",
    "Appointment": "rendez-vous",
}
_COUNTS = (
    "SELECT local_identity_id, type, count(*), min(date_start), max(date_start) FROM record_resource"
    " WHERE local_identity_id = ANY(%s) AND type = ANY(%s) AND NOT deleted GROUP BY local_identity_id, type"
)
_ARRIVALS = (
    "SELECT type, id, local_identity_id, last_updated, source FROM record_resource"
    " WHERE local_identity_id = ANY(%s) AND type = ANY(%s) AND NOT deleted AND last_updated >= %s"
    " ORDER BY last_updated DESC, id LIMIT %s"
)


def counts(local_identity_ids: Sequence[UUID]) -> dict[UUID, list[Held]]:
    """Return how many stays, documents, results and appointments each local identity holds, and between which dates."""
    found: dict[UUID, list[Held]] = {}
    order = list(LABELS)
    with access.as_machine():  # the desk compares files of every establishment: counts and moments only
        rows = ask(_COUNTS, [list(local_identity_ids), order]).fetchall()
    for id_, type_, count, first_at, last_at in rows:
        found.setdefault(id_, []).append(Held(type_, LABELS[type_], count, first_at, last_at))
    return {id_: sorted(held, key=lambda one: order.index(one.kind)) for id_, held in found.items()}


def arrivals(local_identity_ids: Sequence[UUID], since: datetime, limit: int) -> list[Arrival]:
    """Return what was stored under these local identities since a moment, newest first."""
    with access.as_machine():
        rows = ask(_ARRIVALS, [list(local_identity_ids), list(LABELS), since, limit]).fetchall()
    return [Arrival(LABELS[type_], id_, local, stored_at, source) for type_, id_, local, stored_at, source in rows]
