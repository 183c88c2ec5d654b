"""What a patient summary is made of, as one viewer may read it: for `$summary` and for pages."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from passerelle.care.record.rules.ips.sections import SUMMARY_TYPES, Filled, filled
from passerelle.care.record.selectors.sight import Sight
from passerelle.care.record.selectors.whole_record import Wanted, named_in, record_page, referred
from passerelle.protocols.fhir import api as fhir

_MOST: Final = 5_000
_NEEDED: Final = frozenset({"Medication", "Device", "Practitioner", "Organization"})


@dataclass(frozen=True, slots=True)
class PatientSummary:
    """The sections of a summary, and what their resources name outside of the record."""

    sections: tuple[Filled, ...]
    others: tuple[fhir.Json, ...]


def patient_summary(sight: Sight, known: Sequence[UUID]) -> PatientSummary:
    """Return the summary of the person known by these local identities: one query, and one for what it names."""
    rows, _ = record_page(sight, known, Wanted(types=SUMMARY_TYPES), count=_MOST)
    sections = tuple(filled(fhir.loads(row.body) for row in rows))
    kept = {str(one.get("id")) for section in sections for one in section.resources}
    named = {pair for pair in named_in(row for row in rows if str(row.id) in kept) if pair[0] in _NEEDED}
    others = tuple(fhir.loads(row.body) for row in referred(sight, named))
    return PatientSummary(sections, others)
