"""Facts for the warehouse: streamed, without a viewer, because a machine job de-identifies them at once."""

from collections.abc import Iterator
from itertools import islice

from passerelle.care.identity import api as identity
from passerelle.care.record.selectors.rows import EncounterFact
from passerelle.care.record.selectors.store import stream
from passerelle.protocols.fhir import api as fhir

_BATCH = 2_000


def stream_encounters() -> Iterator[EncounterFact]:
    """Yield every stay, with the person, birth date and sex of its patient: for the warehouse only."""
    rows = stream("Encounter", batch=_BATCH)
    while batch := list(islice(rows, _BATCH)):
        known = identity.demographics({row.local_identity_id for row in batch})
        for row in batch:
            patient = known[row.local_identity_id]
            yield EncounterFact(
                id=row.id,
                local_identity_id=row.local_identity_id,
                person_id=patient.person_id,
                establishment=row.establishment,
                birth_date=patient.birth_date,
                sex=patient.sex,
                resource=fhir.loads(row.body),
            )
