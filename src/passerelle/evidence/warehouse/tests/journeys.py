"""Fictitious stays put in the record by its own door, for the tests of this floor."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

from passerelle.care.identity import api as identity
from passerelle.care.record import api as record
from passerelle.core.directory import api as directory
from passerelle.core.parameters import api as parameters

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
OID = "1.2.250.1.213.1.4.99"


@dataclass(frozen=True)
class Patient:
    local_identity_id: UUID
    person_id: UUID
    establishment: str


def load_places() -> None:
    directory.load_directory(at=AT)
    parameters.load_parameters(at=AT)


def unit_of(site: str, kind: str = "chirurgie") -> str:
    return next(unit.code for unit in directory.units(site) if unit.kind == kind)


def patient(establishment: str = "aphm") -> Patient:
    return patients(establishment)[0]


def patients(*establishments: str) -> list[Patient]:
    """Load one person, known in these establishments."""
    person_id = uuid4()
    known = [Patient(uuid4(), person_id, establishment) for establishment in establishments]
    identity.bulk_load([_identity(each) for each in known], source="test")
    return known


def _identity(who: Patient) -> identity.BulkIdentity:
    return identity.BulkIdentity(
        id=who.local_identity_id,
        person_id=who.person_id,
        establishment=who.establishment,
        ipp=f"IPP{who.local_identity_id.hex[:10]}",
        authority_namespace="TEST",
        authority_oid=OID,
        birth_name="ZAFIMANIRY",
        given_names=("Célestine",),
        birth_date=date(1951, 7, 13),
        sex="F",
        since=AT,
        phone="0491000000",
    )


def encounter(
    who: Patient, unit: str, start: datetime, days: float | None, *, class_code: str = "IMP"
) -> record.BulkRow:
    """Describe a stay; `days` None while it lasts."""
    period = {"start": start.isoformat()}
    if days is not None:
        period["end"] = (start + timedelta(days=days)).isoformat()
    resource = {
        "resourceType": "Encounter",
        "id": str(uuid4()),
        "identifier": [{"system": f"urn:oid:{OID}", "value": f"NDA{uuid4().hex[:10]}"}],
        "status": "finished" if days is not None else "in-progress",
        "class": {"code": class_code},
        "subject": {"reference": f"Patient/{who.local_identity_id}", "display": "ZAFIMANIRY Célestine"},
        "period": period,
        "location": [{"location": {"identifier": {"value": unit}}, "period": period}],
        "reasonCode": [{"text": "Cholécystite de Madame Zafimaniry"}],
    }
    return record.BulkRow(resource, who.local_identity_id, who.establishment, AT)


def load(*rows: record.BulkRow) -> None:
    record.bulk_load("Encounter", rows, source="test")


def month_of_stays(who: Patient, unit: str, month: date, lengths: list[float]) -> list[record.BulkRow]:
    """Describe finished stays that end in a month, one per length in days (20 at most)."""
    end = datetime(month.year, month.month, 25, 10, tzinfo=UTC)
    return [encounter(who, unit, end - timedelta(days=days), days) for days in lengths]
