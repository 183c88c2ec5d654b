"""The cast of the pages: Alice treats, Bob is of another hospital, Charlie has no right on records. All invented."""

import io
from datetime import date, datetime, timedelta
from itertools import count
from time import time
from uuid import UUID, uuid4

import pikepdf
from django.test import Client
from django.utils import timezone

from passerelle.care.identity import api as identity
from passerelle.care.identity.tests.cast import make_establishments
from passerelle.care.record import api as record
from passerelle.core.access import api as access
from passerelle.core.access.api import Role
from passerelle.core.parameters.api import load_parameters
from passerelle.protocols import cda, fhir

ACT_CODE = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
_numbers = count(1)


def one_page_pdf(**catalog: pikepdf.Object) -> bytes:
    """Return a PDF of one empty page, with these entries in its catalogue."""
    content = io.BytesIO()
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        for name, value in catalog.items():
            pdf.Root[f"/{name}"] = value
        pdf.save(content)
    return content.getvalue()


PDF = one_page_pdf()


def lay_the_ground():
    """Load places and parameters."""
    at = timezone.now()
    make_establishments("aphm", "arles", "salon")
    load_parameters(at=at)


def a_person(*establishments: str, birth_name="D’ALLÈGRE", given=("Zoé", "Anne"), born=date(1979, 3, 28)):
    """Load a person known of these establishments (aphm when none is told); return it and its first local identity."""
    person_id = uuid4()
    rows = [
        identity.BulkIdentity(
            id=uuid4(),
            person_id=person_id,
            establishment=establishment,
            ipp=f"8000{next(_numbers):04d}",
            authority_namespace=establishment.upper(),
            authority_oid="",
            birth_name=birth_name,
            given_names=given,
            birth_date=born,
            sex="F",
            since=timezone.now() - timedelta(days=900),
            birth_place="13055",
        )
        for establishment in establishments or ("aphm",)
    ]
    identity.bulk_load(rows, source="essai")
    return person_id, rows[0].id


def local_of(person_id: UUID, establishment: str = "aphm") -> UUID:
    """Return the local identity of a person at an establishment."""
    known = identity.local_identities(person_id)
    return next(row.id for row in known if row.establishment == establishment)


def a_stay(local_identity_id: UUID, *, days: int = 10, lasting: int | None = 3, documents: int = 1, results: int = 2):
    """Store a stay with its documents and results; return its id."""
    start = timezone.now() - timedelta(days=days)
    subject = fhir.reference(f"Patient/{local_identity_id}")
    stay = fhir.encounter(
        str(uuid4()),
        status="in-progress" if lasting is None else "finished",
        encounter_class=fhir.coding(ACT_CODE, "IMP", "Hospitalisation complète"),
        subject=subject,
        period=fhir.period(start, None if lasting is None else start + timedelta(days=lasting)),
        identifier=[fhir.identifier(f"N{next(_numbers)}", system="urn:oid:1.2.3", type_code="VN")],
    )
    record.put(stay, local_identity_id=local_identity_id, at=start, source="essai")
    for rank in range(documents):
        a_document(local_identity_id, stay=stay["id"], at=start + timedelta(hours=rank + 1))
    for rank in range(results):
        a_result(local_identity_id, stay=stay["id"], at=start + timedelta(hours=rank + 1), value=5.0 + rank)
    return UUID(stay["id"])


def a_letter(text="Suites simples.") -> bytes:
    return cda.write(
        cda.DocumentKind.DISCHARGE_LETTER,
        patient=cda.PatientHeader(birth_name="D’ALLÈGRE", given_names=("Zoé",), sex="F"),
        author=cda.Author(None, "ESSAI", "Claire"),
        organisation=cda.Organisation(None, "AP-HM"),
        at=timezone.now(),
        sections=[("Conclusion", [text])],
        unique_id=f"1.2.250.99^{uuid4()}",
    )


def a_document(
    local_identity_id: UUID,
    *,
    stay: str | None = None,
    at: datetime | None = None,
    title="Lettre de liaison",
    mime="text/xml",
    content: bytes | None = None,
):
    """Store a document and its bytes; return its id."""
    at = at or timezone.now() - timedelta(days=5)
    binary = record.put_content(content or a_letter(), mime=mime, local_identity_id=local_identity_id, at=at)
    resource = fhir.document_reference(
        str(uuid4()),
        subject=fhir.reference(f"Patient/{local_identity_id}"),
        content=[fhir.attachment(mime, url=f"Binary/{binary}", title=title)],
        document_type=fhir.codeable_concept(fhir.coding(fhir.LOINC, "11490-0", "Lettre de sortie")),
        date=fhir.moment(at),
        context=fhir.pruned({"encounter": [fhir.reference(f"Encounter/{stay}")] if stay else None}) or None,
    )
    return record.put(resource, local_identity_id=local_identity_id, at=at, source="essai").id


def a_result(
    local_identity_id: UUID, *, stay: str | None = None, at: datetime | None = None, value=5.4, label="Glucose"
):
    """Store a coded result; return its id."""
    at = at or timezone.now() - timedelta(days=5)
    resource = fhir.observation(
        str(uuid4()),
        code=fhir.codeable_concept(fhir.coding(fhir.LOINC, "2345-7", label), text=label),
        subject=fhir.reference(f"Patient/{local_identity_id}"),
        value={"valueQuantity": fhir.quantity(value, "mmol/L", code="mmol/L")},
        effectiveDateTime=fhir.moment(at),
        encounter=fhir.reference(f"Encounter/{stay}") if stay else None,
    )
    return record.put(resource, local_identity_id=local_identity_id, at=at, source="essai").id


def client_of(name: str, *roles: Role, establishment: str | None = None, person_id: UUID | None = None) -> Client:
    """Return the browser of an account that signed in with two factors."""
    at = timezone.now()
    account = access.open_account(
        email=f"{name.lower()}.{next(_numbers)}@exemple.invalid", display_name=name, by=None, at=at, person_id=person_id
    )
    for role in roles:
        access.grant_role(
            account=account, role=role, establishment=establishment, starts_on=date(2020, 1, 1), by=None, at=at
        )
    client = Client()
    client.force_login(account)
    session = client.session
    session["passerelle_second_factor"] = str(account.pk)
    session["passerelle_proved_at"] = time()
    session.save()
    return client


def alice() -> Client:
    return client_of("Alice", Role.CLINICIAN, establishment="aphm")


def bob() -> Client:
    return client_of("Bob", Role.CLINICIAN, establishment="salon")


def charlie() -> Client:
    return client_of("Charlie", Role.PILOT, establishment="aphm")


def the_patient(person_id: UUID) -> Client:
    return client_of("Zoé", Role.PATIENT, person_id=person_id)
