"""The published French example messages go through the whole house, from their bytes to what a person reads.

Source: https://github.com/ansforge/hl7V2-exemples (ANS): IHE PAM France 2.11, CDA carried by HL7 v2.
"""

import os
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest

from passerelle.care.exchange import api as exchange
from passerelle.care.exchange.models import Message
from passerelle.care.identity import api as identity
from passerelle.care.identity.models import LocalIdentity, Person
from passerelle.care.record import api as record
from passerelle.core.access.api import AccessRefused, Relation, Role, Viewer
from passerelle.core.directory import api as directory
from passerelle.core.parameters import api as parameters

PROJECT = Path(__file__).resolve().parents[2]
SHARED = Path(os.environ.get("PASSERELLE_SHARED", PROJECT.parent / "shared"))
EXAMPLES = SHARED / "data" / "pam-fr"
INS = "279035121518989"
NOW = datetime(2026, 3, 20, 12, tzinfo=UTC)

pytestmark = [
    pytest.mark.skipif(not EXAMPLES.is_dir(), reason="the published example messages are not on this machine"),
    pytest.mark.django_db,
]


@pytest.fixture(autouse=True)
def demonstration(settings):
    """The admission messages say « D » (MSH-11): only a demonstration accepts trials."""
    settings.DEMO = True


def receive_all():
    """Send each example under a control number of its own, then let a worker apply them all."""
    directory.load_directory(at=NOW, demo=True)
    parameters.load_parameters(at=NOW)
    for rank, path in enumerate(sorted(EXAMPLES.iterdir())):
        raw = path.read_bytes().replace(b"\r\n", b"\r").replace(b"\n", b"\r")
        header, _, rest = raw.partition(b"\r")
        fields = header.split(header[3:4])
        fields[9] = b"EX%d" % rank
        exchange.receive(header[3:4].join(fields) + b"\r" + rest, peer="127.0.0.1:1", at=NOW)
    exchange.route_new_messages()
    while exchange.apply_waiting(clock=lambda: NOW):
        exchange.route_new_messages()


def dominique():
    return Person.objects.get(ins_matricule=INS)


def the_patient():
    return Viewer(
        account_id=uuid4(),
        name="Dominique (exemple)",
        assignments=frozenset({(Role.PATIENT, None)}),
        person_id=dominique().pk,
        second_factor=True,
    )


def a_clinician(establishment="essai"):
    return Viewer(
        account_id=uuid4(),
        name="Clinicien (exemple)",
        assignments=frozenset({(Role.CLINICIAN, establishment)}),
        second_factor=True,
    )


def test_the_patient_of_the_examples_is_one_person_with_the_stay_and_readable_documents():
    receive_all()
    assert_every_accepted_message_is_applied()
    assert_one_person()
    assert_the_stay()
    assert_readable_documents()


def assert_every_accepted_message_is_applied():
    refused = Message.objects.filter(accepted=False)
    assert [(row.error_where, row.error_why) for row in refused if row.code != "ACK"] == []
    waiting = Message.objects.filter(accepted=True).exclude(state="applied")
    assert [(row.control_id, row.error_where, row.error_why) for row in waiting] == []


def assert_one_person():
    assert Person.objects.filter(ins_matricule=INS).count() == 1
    assert LocalIdentity.objects.filter(ins_matricule=INS).values("ipp").get() == {"ipp": "000003"}
    traits = identity.traits(dominique().pk)
    assert (traits.birth_name, traits.first_given, traits.status) == ("PAT-TROIS", "DOMINIQUE", "QUAL")
    assert [row.person_id for row in identity.search_people("pat-trois 28/03/1979")] == [dominique().pk]
    assert [row.person_id for row in identity.search_people(INS)] == [dominique().pk]


def assert_the_stay():
    stays = {stay.number: stay for stay in record.stays(the_patient(), dominique().pk, at=NOW)}
    stay = stays["24000006"]
    assert (stay.status, stay.class_code) == ("finished", "IMP")
    assert stay.start == datetime(2024, 3, 6, 10, tzinfo=UTC)
    assert "Chir V" in {place.unit_label for place in stay.locations}
    assert {"24000007", "24000008", "24000009", "24000010"} <= stays.keys()


def assert_readable_documents():
    clinician = a_clinician()
    shown = record.timeline(clinician, dominique().pk, at=NOW)
    assert shown.relation is Relation.TREATING
    current = [row for row in shown.documents if row.status == "current"]
    opened = [record.open_document(clinician, row.id, at=NOW) for row in current]
    assert any(one.kind == "html" and "cda" in one.html for one in opened)
    assert all(one.html or one.content for one in opened)
    assert all("<script" not in one.html for one in opened)


def test_access_to_the_examples_follows_the_restrictions_they_carry():
    receive_all()
    clinician = a_clinician()
    known = identity.local_identities(dominique().pk)
    stored = record.search("DocumentReference", {}, local_identity_ids=[one.id for one in known], count=500).rows
    everything = record.timeline(clinician, dominique().pk, at=NOW)
    shown = record.documents(the_patient(), dominique().pk, at=NOW)
    hidden = [row for row in everything.documents if "INVISIBLE_PATIENT" in row.restrictions]
    assert stored
    assert shown
    assert not {row.id for row in shown} & {row.id for row in hidden}
    for row in hidden:
        with pytest.raises(AccessRefused):
            record.open_document(the_patient(), row.id, at=NOW)
    with pytest.raises(AccessRefused):
        record.timeline(a_clinician("arles"), dominique().pk, at=NOW)


def test_coded_results_of_the_reports_are_in_the_record():
    receive_all()
    assert len(record.observations(the_patient(), dominique().pk, at=NOW)) >= 30
