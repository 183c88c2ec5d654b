"""Rows of a record for the tests of shapes: all invented."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from passerelle.care.record import api as record
from passerelle.core.access.api import Relation

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
PERSON = UUID("00000000-0000-4000-8000-0000000000aa")


def a_result(number=5.4, *, days=0, label="Glucose", unit="mmol/L", low=3.9, high=6.1, interpretation=""):
    return record.ObservationRow(
        id=uuid4(),
        code=label.lower(),
        label=label,
        value=str(number).replace(".", ","),
        number=number,
        unit=unit,
        low=low,
        high=high,
        interpretation=interpretation,
        observed_at=NOW - timedelta(days=days),
        establishment="aphm",
        establishment_name="AP-HM",
        stay_id=None,
        status="final",
    )


def a_stay(*, days=10, lasting=3, establishment="aphm", **more):
    parts = {
        "id": uuid4(),
        "number": "N1",
        "establishment": establishment,
        "establishment_name": establishment.upper(),
        "status": "finished",
        "status_label": "Terminé",
        "class_code": "IMP",
        "class_label": "Hospitalisation complète",
        "start": NOW - timedelta(days=days),
        "end": None if lasting is None else NOW - timedelta(days=days - lasting),
        "site_name": "",
        "unit_label": "",
        "attending": "",
        "discharge_label": "",
    }
    return record.StayRow(**(parts | more))


def a_document(title="Lettre", *, days=5, **more):
    parts = {
        "id": uuid4(),
        "title": title,
        "type_code": "11490-0",
        "type_label": "Lettre de sortie",
        "created_at": NOW - timedelta(days=days),
        "author": "Dr Essai",
        "establishment": "aphm",
        "establishment_name": "AP-HM",
        "stay_id": None,
        "mime": "text/xml",
        "status": "current",
    }
    return record.DocumentRow(**(parts | more))


def a_timeline(*stays, documents=(), observations=()):
    codes = sorted({stay.establishment for stay in stays})
    return record.Timeline(
        person_id=PERSON,
        relation=Relation.TREATING,
        stays=stays,
        documents=tuple(documents),
        observations=tuple(observations),
        establishments=tuple((code, code.upper()) for code in codes),
    )
