"""The French HL7 v2 examples: every one parses, comes back byte for byte, and reads as what it tells.

https://github.com/ansforge/hl7V2-exemples (53 messages: PAM France, CDA in HL7 v2, acknowledgements)
"""

from __future__ import annotations

import os
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from passerelle.protocols.hl7v2 import api as hl7v2
from passerelle.protocols.ins.api import IdentityStatus
from passerelle.protocols.pamfr import api as pamfr

PROJECT = Path(__file__).resolve().parents[2]
FOLDER = Path(os.environ.get("PASSERELLE_SHARED", PROJECT.parent / "shared")) / "data" / "pam-fr"
EXAMPLES = sorted(path for path in FOLDER.glob("*") if path.suffix in {".er7", ".hl7"})
ACKNOWLEDGEMENTS = [path for path in EXAMPLES if path.stem.endswith("ack")]
EVENTS = [path for path in EXAMPLES if path not in ACKNOWLEDGEMENTS]
TEST_PATIENT = "279035121518989"
pytestmark = pytest.mark.skipif(not EXAMPLES, reason="the French HL7 v2 examples are not on this machine")


def parsed(path):
    return hl7v2.parse(path.read_bytes())


def named(fragment):
    return parsed(next(path for path in EXAMPLES if fragment in path.name))


def test_there_are_fifty_three_messages_of_which_thirteen_acknowledgements():
    assert (len(EXAMPLES), len(ACKNOWLEDGEMENTS)) == (53, 13)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name[-60:])
def test_a_message_parses_and_comes_back_byte_for_byte(path):
    message = parsed(path)

    assert message.to_bytes() == path.read_bytes()
    assert message.control_id
    assert not message.charset_fallback
    lines = [line for line in path.read_bytes().decode().split("\n") if line.strip("\r")]
    assert [segment.text for segment in message.segments] == [line.strip("\r") for line in lines]


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name[-60:])
def test_every_segment_has_a_french_name_and_every_filled_field_too(path):
    for segment in parsed(path).segments:
        assert hl7v2.segment_name(segment.name)
        last = 9 if segment.name == "ZBE" else len(segment.fields)  # the discharge writes its ZBE one field too far
        filled = [number for number in range(1, len(segment.fields)) if segment.field(number) and number <= last]
        assert [number for number in filled if hl7v2.field_name(segment.name, number) is None] == []


@pytest.mark.parametrize("path", ACKNOWLEDGEMENTS, ids=lambda path: path.name[-60:])
def test_an_acknowledgement_is_not_an_event_and_says_so(path):
    message = parsed(path)

    with pytest.raises(hl7v2.Hl7Error) as refused:
        pamfr.read(message)

    assert message.get("MSA-1") == "AA"
    assert refused.value.code == "200"


@pytest.mark.parametrize("path", EVENTS, ids=lambda path: path.name[-60:])
def test_an_event_reads_with_its_patient_and_its_documents(path):
    event = pamfr.read(parsed(path))

    patient = event.patient
    assert patient.identifiers
    assert patient.ins.matricule == next(one.value for one in patient.identifiers if one.type == "INS")
    assert patient.traits.birth_name
    assert patient.traits.birth_date
    assert patient.account
    if isinstance(event, pamfr.DocumentEvent):
        assert event.documents
        assert all(document.content for document in event.documents)
        assert {document.mime for document in event.documents} == {"text/xml"}
        assert event.observations == ()


@pytest.mark.parametrize("path", EVENTS, ids=lambda path: path.name[-60:])
def test_what_happens_to_a_document_is_what_the_name_of_the_file_says(path):
    event = pamfr.read(parsed(path))
    expected = {"RPLC": "replace", "DEL_": "delete"}
    wanted = next((action for mark, action in expected.items() if mark in path.name), "add")

    if isinstance(event, pamfr.DocumentEvent):
        assert {document.action for document in event.documents} == {wanted}


def test_the_test_patient_is_one_qualified_person_in_every_message_about_her():
    patients = [pamfr.read(parsed(path)).patient for path in EVENTS]

    hers = [patient for patient in patients if patient.ins.matricule == TEST_PATIENT]

    assert len(hers) >= 20
    assert {patient.status for patient in hers} == {IdentityStatus.QUALIFIEE}
    assert {(patient.traits.birth_name, patient.traits.birth_date, patient.traits.sex) for patient in hers} == {
        ("PAT-TROIS", date(1979, 3, 28), "F")
    }


def test_wrong_keys_of_the_examples_block_the_qualification_only():
    patients = [pamfr.read(parsed(path)).patient for path in EVENTS]

    doubtful = [patient for patient in patients if not patient.ins.key_ok]

    assert {patient.ins.matricule for patient in doubtful} == {"276037510669380"}
    assert {patient.status for patient in doubtful} == {IdentityStatus.VALIDEE}


def test_an_admission_has_its_key_fields():
    event = pamfr.read(named("ConsentementConsultation_NonOppositionAlimentation"))

    assert event.trigger == "A01"
    assert event.patient.ipp.value == "000003"
    assert event.patient.traits.birth_place == "63220"
    assert event.visit.attending.family == "Réault"
    assert event.movement.medical_unit == pamfr.Unit("6268", "Chir V")
    assert event.movement.nature == "HMS"
    assert event.pmsi.entry == "8"
    assert event.identity_check.mode == "INSI"


@pytest.mark.parametrize(
    ("name", "consultation", "feeding"),
    [
        ("__ConsentementConsultation_NonOpposition", "IC", "INO"),
        ("__NonConsentementConsultation_NonOpposition", "INC", "INO"),
        ("__NonConsentementConsultation_Opposition", "INC", "IO"),
        ("__NonRecueillieConsentementConsultation_NonOpposition", "NA", "INO"),
        ("__NonRecueillieConsentementConsultation_NonRecueillieOpposition", "NA", "NA"),
    ],
)
def test_consents_are_those_the_name_of_the_file_says(name, consultation, feeding):
    consents = pamfr.read(named(name)).consents

    assert (consents.consultation, consents.feeding) == (consultation, feeding)


def test_the_discharge_ends_the_stay_although_its_movement_is_written_one_field_too_far():
    event = pamfr.read(named("SGL__sortie"))

    assert event.trigger == "A03"
    assert event.discharged_at == datetime(2026, 3, 9, 9, 28, 40, tzinfo=UTC)
    assert event.movement.care_unit is None
    assert event.movement.medical_unit == pamfr.Unit("8782", "Urgences")


def test_the_delimiter_of_two_bytes_separates_the_addresses():
    message = next(parsed(path) for path in EXAMPLES if "˜".encode() in path.read_bytes()[:12])

    assert message.separators.repetition == "˜"
    assert message.get("PID-11[2].7") == "BDL"
    assert pamfr.read(message).patient.traits.birth_place == "63220"


def test_a_replacement_names_both_documents_and_keeps_the_restrictions():
    event = pamfr.read(named("V2.1__MDM__Remplacement_MDM__message"))

    (document,) = event.documents
    assert (event.trigger, document.code) == ("T10", "18748-4")
    assert document.unique_id == "1.2.250.1.71.4.2.2.120456789.71024000082"
    assert document.replaces == "1.2.250.1.71.4.2.2.120456789.71024000081"
    assert document.restrictions == {pamfr.CONNEXION_SECRETE}
    assert document.author.identifier.value == "801234564895"
    assert document.content.startswith(b"<ClinicalDocument")
