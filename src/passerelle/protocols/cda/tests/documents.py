"""Documents of the tests: all that they say is fictitious."""

from datetime import UTC, date, datetime

from passerelle.protocols import cda

AT = datetime(2026, 3, 1, 13, 30, tzinfo=UTC)
PATIENT = cda.PatientHeader(
    identifiers=(cda.InstanceId(cda.INS_NIR_TEST, "279035121518989"),),
    birth_name="D’ALLÈGRE",
    used_name="LE GOËFF",
    given_names=("Zoé", "Anne"),
    birth_date=date(1979, 3, 28),
    sex="F",
    birth_place="13055",
)
AUTHOR = cda.Author(cda.InstanceId(cda.PERSONS, "910000000001"), "ESSAI", "Paul", "Médecin")
HOSPITAL = cda.Organisation(cda.InstanceId(cda.STRUCTURES, "1990000001"), "Hôpital d’essai")
PARAGRAPHS = (("Motif", ["Douleur < 24 h & fièvre"]), ("Suite", ["Revoir le médecin traitant."]))


def a_letter(sections=PARAGRAPHS, kind=cda.DocumentKind.DISCHARGE_LETTER, **more) -> bytes:
    return cda.write(
        kind,
        patient=more.pop("patient", PATIENT),
        author=AUTHOR,
        organisation=HOSPITAL,
        at=AT,
        sections=sections,
        unique_id="1.2.250.99^L1",
        **more,
    )


def around(inside: bytes) -> bytes:
    return b'<ClinicalDocument xmlns="urn:hl7-org:v3"><id root="1.2"/>' + inside + b"</ClinicalDocument>"


def with_body(body: bytes) -> bytes:
    return around(b"<component>" + body + b"</component>")


def with_narrative(narrative: str) -> bytes:
    section = f"<section><title>Essai</title><text>{narrative}</text></section>"
    return with_body(f"<structuredBody><component>{section}</component></structuredBody>".encode())


def shown(content: bytes) -> str:
    return cda.to_html(cda.read(content))
