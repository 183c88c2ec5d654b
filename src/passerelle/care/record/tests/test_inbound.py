"""What messages do to the record. Source: IHE PAM France 2.11; CI-SIS, transmission of a CDA in HL7 v2."""

from datetime import timedelta
from decimal import Decimal
from itertools import permutations
from uuid import uuid4

import pytest
from django.utils import timezone
from msgspec.structs import replace

from passerelle.care.exchange.api import Rejected
from passerelle.care.identity import api as identity
from passerelle.care.identity.inbound import handle as identify
from passerelle.care.identity.tests.cast import NOON, adt, at, inbound, ipp, make_establishments, patient, qualified
from passerelle.care.record import api as record
from passerelle.care.record.inbound import handle as apply
from passerelle.care.record.tests import pages
from passerelle.protocols import cda, fhir, pamfr

pytestmark = pytest.mark.django_db
NDA = pamfr.Identifier("N1", "AN", "APHM", "1.2.0")


@pytest.fixture(autouse=True)
def ground(db):
    make_establishments()


def arrive(event, *, received=0.0, code="aphm"):
    message = inbound(event, code, received=at(received))
    identify(message)
    apply(message)
    return identity.locate(event.patient, establishment=code)


def movement(number, hours, unit, **more):
    identifiers = (pamfr.Identifier(number),)
    return pamfr.Movement(identifiers, at(hours), care_unit=pamfr.Unit(unit, f"Unité {unit}"), **more)


def stay_event(trigger, hours, *, who=None, number="", unit="1001", **more):
    event = adt(trigger, replace(who or patient("1"), account=NDA), when=at(hours))
    return replace(
        event,
        visit=pamfr.Visit(patient_class="I"),
        movement=movement(number, hours, unit, **more) if number else None,
    )


def the_stay(reference):
    rows = record.search("Encounter", {}, local_identity_ids=[reference.id]).rows
    assert len(rows) == 1
    return fhir.loads(rows[0].body)


def without_meta(resource):
    return {name: part for name, part in resource.items() if name != "meta"}


def test_an_admission_opens_a_stay_and_a_patient():
    reference = arrive(stay_event("A01", 0, number="M1"))
    stay = the_stay(reference)
    assert (stay["status"], stay["class"]["code"]) == ("in-progress", "IMP")
    assert stay["period"] == {"start": "2026-03-02T12:00:00Z"}
    assert stay["location"][0]["location"]["identifier"]["value"] == "1001"
    assert stay["identifier"][0]["value"] == "N1"
    told = fhir.loads(record.read("Patient", reference.id).body)
    assert told["name"][0] == {"use": "official", "family": "ÉTOILE-DUPONT", "given": ["Zoé", "Anne"]}
    assert told["identifier"][0]["value"] == "1"
    assert told["managingOrganization"]["display"] == "Hôpital aphm"


COURSE = {
    "A05": stay_event("A05", -20),
    "A01": stay_event("A01", 0, number="M1"),
    "A02": stay_event("A02", 10, number="M2", unit="2002"),
    "A12": stay_event("A12", 11, number="M2", unit="2002"),
    "A03": stay_event("A03", 50, number="M3"),
}


def test_a_stay_is_the_same_whatever_the_order_of_its_messages():
    outcomes = []
    first, *others = COURSE
    for rank, order in enumerate([*permutations(others[:3]), tuple(reversed(COURSE))]):
        order = order if len(order) == len(COURSE) else (*order, others[3], first)
        who = patient(f"P{rank}")
        number = replace(NDA, value=f"N{rank}")
        for step, trigger in enumerate(order):
            event = COURSE[trigger]
            reference = arrive(replace(event, patient=replace(who, account=number)), received=step)
        stay = without_meta(the_stay(reference))
        outcomes.append({name: part for name, part in stay.items() if name not in {"id", "subject", "identifier"}})
    assert all(outcome == outcomes[0] for outcome in outcomes)
    assert outcomes[0]["status"] == "finished"


def test_the_same_message_again_changes_nothing():
    message = inbound(stay_event("A01", 0, number="M1"))
    for _ in range(2):
        identify(message)
        apply(message)
    reference = identity.locate(patient("1"), establishment="aphm")
    assert len(record.history("Encounter", record.search("Encounter", {}).rows[0].id)) == 1
    assert the_stay(reference)["status"] == "in-progress"


def test_a_stay_loaded_in_bulk_is_closed_by_its_discharge():
    reference = arrive(adt("A28", patient("1")))
    loaded = fhir.encounter(
        "11111111-1111-4111-8111-111111111111",
        status="in-progress",
        encounter_class=fhir.coding("http://terminology.hl7.org/CodeSystem/v3-ActCode", "IMP"),
        subject=fhir.reference(f"Patient/{reference.id}"),
        period=fhir.period(NOON),
        identifier=[fhir.identifier("N1", system="urn:finess:1", type_code="AN")],
    )
    record.bulk_load("Encounter", [record.BulkRow(loaded, reference.id, "aphm", NOON)], source="essai")
    arrive(stay_event("A03", 50, number="M3"))
    stay = the_stay(reference)
    assert (stay["id"], stay["status"]) == (loaded["id"], "finished")
    assert stay["period"] == {"start": "2026-03-02T12:00:00Z", "end": "2026-03-04T14:00:00Z"}


def test_a_stay_without_a_number_waits_for_a_human():
    with pytest.raises(Rejected, match="PID-18"):
        arrive(adt("A01", patient("1")))


def test_after_a_merge_the_stays_of_both_are_those_of_one_person():
    first = arrive(stay_event("A01", 0, number="M1"))
    second = arrive(stay_event("A01", 1, who=patient("2"), number="M9"), received=1)
    arrive(adt("A40", patient("1"), when=at(2), prior=(ipp("2"),)), received=2)
    known = [one.id for one in identity.local_identities(first.person_id)]
    assert set(known) == {first.id, second.id}
    absorbed = fhir.loads(record.read("Patient", second.id).body)
    assert absorbed["active"] is False
    assert absorbed["link"] == [{"other": {"reference": f"Patient/{first.id}"}, "type": "replaced-by"}]
    kept = fhir.loads(record.read("Patient", first.id).body)
    assert kept["link"] == [{"other": {"reference": f"Patient/{second.id}"}, "type": "replaces"}]


def a_document(unique_id, action="add", *, text="Suites simples.", replaces=None, **more):
    content = cda.write(
        cda.DocumentKind.DISCHARGE_LETTER,
        patient=cda.PatientHeader(birth_name="ÉTOILE-DUPONT", given_names=("Zoé",), sex="F"),
        author=cda.Author(None, "ESSAI", "Claire"),
        organisation=cda.Organisation(None, "AP-HM"),
        at=NOON,
        sections=[("Conclusion", [text])],
        unique_id=unique_id,
    )
    return pamfr.InboundDocument(
        1, action, "11490-0", "LN", "Lettre de liaison", "text/xml", content, unique_id, replaces, NOON, **more
    )


def documents_event(*documents, who=None, hours=1.0, observations=()):
    return pamfr.DocumentEvent(
        kind="MDM",
        trigger="T02",
        occurred_at=at(hours),
        recorded_at=at(hours),
        patient=replace(who or patient("1"), account=NDA),
        order=pamfr.Order(filler="F1"),
        documents=documents,
        observations=observations,
    )


def filed(reference):
    rows = record.search("DocumentReference", {}, local_identity_ids=[reference.id]).rows
    return {fhir.loads(row.body)["masterIdentifier"]["value"]: fhir.loads(row.body) for row in rows}


def test_a_document_is_filed_in_its_stay_with_its_bytes():
    arrive(stay_event("A01", 0, number="M1"))
    reference = arrive(documents_event(a_document("1.2.3^A")))
    document = filed(reference)["1.2.3.A"]
    stay = the_stay(reference)
    assert document["status"] == "current"
    assert document["type"]["coding"][0] == {
        "system": fhir.LOINC,
        "code": "11490-0",
        "display": "Lettre de liaison",
    }
    assert document["context"]["encounter"] == [{"reference": f"Encounter/{stay['id']}"}]
    assert document["author"] == [{"display": "Claire ESSAI"}]
    binary = document["content"][0]["attachment"]["url"].removeprefix("Binary/")
    assert b"Suites simples." in record.read_content(binary).content


def test_a_report_that_comes_before_its_admission_is_in_the_stay_when_it_opens():
    reference = arrive(documents_event(a_document("1.2.3^A")))
    arrive(stay_event("A01", 0, number="M1"))
    assert filed(reference)["1.2.3.A"]["context"]["encounter"][0]["reference"].endswith(the_stay(reference)["id"])


@pytest.mark.parametrize("order", list(permutations(["add", "replace", "delete"])))
def test_replaced_and_deleted_documents_end_the_same_whatever_the_order(order):
    course = {
        "add": a_document("1.2.3^A"),
        "replace": a_document("1.2.3^B", "replace", text="Corrigé.", replaces="1.2.3^A"),
        "delete": a_document("1.2.3^B", "delete"),
    }
    for step, action in enumerate(order):
        reference = arrive(documents_event(course[action]), received=step)
    statuses = {name: document["status"] for name, document in filed(reference).items()}
    assert statuses == {"1.2.3.A": "superseded", "1.2.3.B": "entered-in-error"}


def test_a_replacement_says_what_it_replaces():
    arrive(documents_event(a_document("1.2.3^A")))
    reference = arrive(documents_event(a_document("1.2.3^B", "replace", replaces="1.2.3^A")), received=1)
    found = filed(reference)
    assert found["1.2.3.B"]["relatesTo"] == [
        {"code": "replaces", "target": {"reference": f"DocumentReference/{found['1.2.3.A']['id']}"}}
    ]


def test_a_replacement_or_a_deletion_of_the_unknown_is_kept():
    reference = arrive(documents_event(a_document("1.2.3^B", "replace", replaces="1.2.3^A")))
    arrive(documents_event(a_document("1.2.3^Z", "delete")), received=1)
    statuses = {name: document["status"] for name, document in filed(reference).items()}
    assert statuses == {"1.2.3.B": "current", "1.2.3.Z": "entered-in-error"}


def test_the_same_document_again_is_not_a_version():
    document = a_document("1.2.3^A")
    arrive(documents_event(document))
    reference = arrive(documents_event(document), received=1)
    assert filed(reference)["1.2.3.A"]["meta"]["versionId"] == "1"


def test_restrictions_are_kept_with_the_document():
    reference = arrive(documents_event(a_document("1.2.3^A", restrictions=frozenset({"MASQUE_PS"}))))
    label = filed(reference)["1.2.3.A"]["securityLabel"][0]["coding"][0]
    assert label["code"] == "MASQUE_PS"


def test_content_that_is_no_cda_is_kept_as_it_came():
    broken = replace(a_document("1.2.3^A"), content=b"<pas du CDA", unique_id="9.9")
    reference = arrive(documents_event(broken))
    assert filed(reference)["urn:oid:9.9"]["content"][0]["attachment"]["size"] == 11


def an_observation(**more):
    values = {
        "code": "2345-7",
        "code_system": "LN",
        "label": "Glucose",
        "value_number": Decimal("5.4"),
        "value_text": "5,4",
        "unit": "mmol/L",
        "reference_range": "3,9-6,1",
        "interpretation": "N",
        "observed_at": NOON,
    }
    return pamfr.Observation(**(values | more))


def results(reference):
    rows = record.search("Observation", {}, local_identity_ids=[reference.id]).rows
    return [fhir.loads(row.body) for row in rows]


def test_a_numeric_result_is_an_observation():
    reference = arrive(documents_event(observations=(an_observation(),)))
    (result,) = results(reference)
    assert result["code"]["coding"][0] == {"system": fhir.LOINC, "code": "2345-7", "display": "Glucose"}
    assert result["valueQuantity"]["value"] == 5.4
    assert result["referenceRange"][0]["low"]["value"] == 3.9
    assert result["effectiveDateTime"] == "2026-03-02T12:00:00Z"
    assert result["interpretation"][0]["coding"][0]["code"] == "N"


def test_a_corrected_result_is_a_new_version_of_the_same():
    arrive(documents_event(observations=(an_observation(),)))
    reference = arrive(documents_event(observations=(an_observation(value_number=Decimal(6), status="C"),)), received=1)
    (result,) = results(reference)
    assert (result["status"], result["valueQuantity"]["value"], result["meta"]["versionId"]) == ("corrected", 6, "2")


def test_a_result_that_is_text_stays_text():
    told = an_observation(value_number=None, value_text="Absence", reference_range="négatif", code_system="L")
    (result,) = results(arrive(documents_event(observations=(told,))))
    assert result["valueString"] == "Absence"
    assert result["referenceRange"] == [{"text": "négatif"}]
    assert result["code"]["coding"][0]["system"] == "L"


def a_lab_report(unique_id, action="add", replaces=None, value="5.4"):
    found = cda.LabResult("2345-7", "Glucose", Decimal(value), "mmol/L", Decimal("3.9"), Decimal("6.1"), "N", NOON)
    content = cda.write(
        cda.DocumentKind.LAB_REPORT,
        patient=cda.PatientHeader(birth_name="ÉTOILE-DUPONT", given_names=("Zoé",), sex="F"),
        author=cda.Author(None, "ESSAI", "Claire"),
        organisation=cda.Organisation(None, "AP-HM"),
        at=NOON,
        sections=[("Biochimie", cda.Results((found,)))],
        unique_id=unique_id,
    )
    document = a_document(unique_id, action, replaces=replaces)
    return replace(document, content=content, code="11502-2", restrictions=frozenset({"INVISIBLE_PATIENT"}))


def test_coded_results_of_a_report_follow_its_fate():
    reference = arrive(documents_event(a_lab_report("1.2.3^A")))
    (first,) = results(reference)
    assert first["status"] == "final"
    assert first["meta"]["security"][0]["code"] == "INVISIBLE_PATIENT"
    arrive(documents_event(a_lab_report("1.2.3^B", "replace", "1.2.3^A", "6.0")), received=1)
    assert sorted(one["status"] for one in results(reference)) == ["corrected", "entered-in-error"]
    arrive(documents_event(a_lab_report("1.2.3^B", "delete")), received=2)
    assert {one["status"] for one in results(reference)} == {"entered-in-error"}


def test_a_patient_known_by_a_report_alone_has_a_patient():
    who = patient(None, held=qualified())
    reference = arrive(documents_event(a_document("1.2.3^A"), who=who))
    told = fhir.loads(record.read("Patient", reference.id).body)
    assert told["identifier"][0]["system"] == "urn:oid:1.2.250.1.213.1.4.10"


def test_what_messages_bring_is_what_people_read():
    arrive(stay_event("A01", 0, number="M1"))
    reference = arrive(documents_event(a_document("1.2.3^A")))
    viewer = pages.access.Viewer(
        account_id=uuid4(), assignments=frozenset({(pages.Role.CLINICIAN, "aphm")}), second_factor=True
    )
    pages.load_parameters(at=timezone.now())
    shown = record.timeline(viewer, reference.person_id, at=NOON + timedelta(days=1))
    assert [document.title for document in shown.stays[0].documents] == ["Lettre de liaison à la sortie"]
    opened = record.open_document(viewer, shown.stays[0].documents[0].id, at=NOON + timedelta(days=1))
    assert opened.kind == "html"
    assert "Suites simples." in opened.html
