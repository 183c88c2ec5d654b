"""Identity changes reach every application that wants them, with what it may know, and never their teller."""

import json
import os
from datetime import date
from pathlib import Path

import pytest

from passerelle.care.delivery import api as delivery
from passerelle.care.delivery.models import Item
from passerelle.care.delivery.tests.samples import AT, declare, destination, mllp_options
from passerelle.care.exchange.tests.samples import open_facility
from passerelle.core.directory.models import AssigningAuthority, Establishment
from passerelle.protocols import hl7v2, pamfr
from passerelle.protocols.ins import InsKind

pytestmark = pytest.mark.django_db
MATRICULE = "279035121518989"
OID = "1.2.250.1.213.1.4.10"
PROJECT = Path(__file__).resolve().parents[5]
SCHEMA = Path(os.environ.get("PASSERELLE_SHARED", PROJECT.parent / "shared")) / "data" / "pam-fr-schema"


@pytest.fixture
def places():
    open_facility("CHU-X", "essai")
    open_facility("CH-AUBAGNE", "aubagne", role="partie")
    for code, namespace in (("essai", "CHU-X"), ("aubagne", "CH-AUBAGNE")):
        owner = Establishment.objects.get(code=code)
        AssigningAuthority.objects.create(
            namespace=namespace, universal_id=f"1.2.3.{namespace}", kind="PI", establishment=owner
        )


def identifier(value, authority="CHU-X"):
    return pamfr.Identifier(value, "PI", authority, f"1.2.3.{authority}", "ISO")


def patient(*identifiers, status="QUAL", birth_place="13055", sex="F", key_ok=True, attributes=frozenset()):
    qualified = pamfr.IdentityStatus(status)
    return pamfr.Patient(
        identifiers=identifiers,
        ins=pamfr.Ins(MATRICULE, OID, InsKind.NIR_TEST, key_ok=key_ok),
        status=qualified,
        attributes=attributes,
        traits=pamfr.Traits("ESSAI", ("CAMILLE",), date(1979, 3, 28), sex, birth_place, first_given="CAMILLE"),
    )


def change(cause="fusion 1", establishment="essai"):
    return delivery.Change(establishment=establishment, cause=cause, at=AT, occurred_at=AT)


def follower(code, establishment=None, **details):
    return destination(
        code,
        options=mllp_options(1),
        changes=True,
        **({"establishment": establishment} if establishment else {}),
        **details,
    )


def _required(structure, name):
    """Return the segments that a structure cannot do without, those of its required groups too."""
    found = set()
    for each in structure[name]["elements"]:
        if each["minOccurs"] == "1":
            found |= {each["segment"]} if "segment" in each else _required(structure, each["group"])
    return found


def told(code):
    return hl7v2.parse(bytes(Item.objects.get(destination=code).payload))


def test_a_merge_goes_to_the_followers_of_the_establishment_and_of_the_group(places, tmp_path):
    declare(
        tmp_path / "d",
        follower("labo", "essai"),
        follower("groupe"),
        follower("ailleurs", "aubagne"),
        destination("indifferente", options=mllp_options(1)),
    )

    count = delivery.announce_merge(survivor=patient(identifier("1")), victim=patient(identifier("2")), change=change())

    assert count == 2
    message = told("labo")
    assert (message.code, message.trigger, message.get("MSH-9.3")) == ("ADT", "A40", "ADT_A39")
    assert message.segment("MSH").field(12) == "2.5^FRA^2.11"
    assert message.get("MRG-1") == "2"
    assert message.get("MRG-1.5") == "PI"
    assert message.get("PID-3") == "1"
    assert message.get("PID-32") == "VALI"
    assert MATRICULE in message.segment("PID").field(3)
    assert sorted(Item.objects.values_list("destination", flat=True)) == ["groupe", "labo"]


def test_an_application_gets_the_identifiers_of_its_own_establishment_only(places, tmp_path):
    declare(tmp_path / "d", follower("labo", "essai"), follower("groupe"))
    both = patient(identifier("1"), identifier("77", "CH-AUBAGNE"))

    delivery.announce_update(patient=both, change=change())

    assert [one.get("1") for one in told("labo").segment("PID").repetitions(3)] == ["1", MATRICULE]
    assert [one.get("1") for one in told("groupe").segment("PID").repetitions(3)] == ["1", "77", MATRICULE]


def test_an_application_that_knows_nobody_in_a_merge_is_told_nothing(places, tmp_path):
    declare(tmp_path / "d", follower("labo", "essai"))

    count = delivery.announce_merge(
        survivor=patient(identifier("1")), victim=patient(identifier("77", "CH-AUBAGNE")), change=change()
    )

    assert count == 0
    assert not Item.objects.exists()


@pytest.mark.parametrize(
    "details",
    [
        {"status": "PROV"},
        {"status": "VALI"},
        {"status": "RECUP"},
        {"birth_place": None},
        {"sex": "U"},
        {"key_ok": False},
        {"attributes": frozenset({"DOUT"})},
    ],
)
def test_the_ins_never_leaves_unless_qualified_and_with_the_five_strict_traits(places, tmp_path, details):
    declare(tmp_path / "d", follower("labo", "essai"))

    delivery.announce_update(patient=patient(identifier("1"), **details), change=change())

    assert MATRICULE.encode() not in bytes(Item.objects.get().payload)
    assert told("labo").get("PID-3") == "1"


def test_a_changed_ins_is_told_with_the_former_one_in_mrg(places, tmp_path):
    declare(tmp_path / "d", follower("labo", "essai"))
    former = pamfr.Identifier("160058815400233", "INS", "ASIP-SANTE-INS-NIR", OID, "ISO")

    delivery.announce_ins_change(patient=patient(identifier("1")), former=(former,), change=change())

    message = told("labo")
    assert message.trigger == "A47"
    assert message.get("MRG-1") == "160058815400233"
    assert [one.get("1") for one in message.segment("PID").repetitions(3)] == ["1", MATRICULE]
    assert message.get("PID-32") == "VALI"


def test_a_deleted_ins_is_told_by_the_null(places, tmp_path):
    declare(tmp_path / "d", follower("labo", "essai"))
    former = pamfr.Identifier(MATRICULE, "INS", "ASIP-SANTE-INS-NIR", OID, "ISO")
    without = patient(identifier("1"), status="VALI")

    delivery.announce_ins_change(patient=without, former=(former,), change=change())

    message = told("labo")
    assert [one.get("1") for one in message.segment("PID").repetitions(3)] == ["1", '""']
    assert pamfr.read(message).patient.erases_ins


def test_what_we_write_is_read_back_as_the_same_event(places, tmp_path):
    declare(tmp_path / "d", follower("groupe"))

    delivery.announce_merge(survivor=patient(identifier("1")), victim=patient(identifier("2")), change=change())

    event = pamfr.read(told("groupe"))
    assert event.patient.ipp.value == "1"
    assert [one.value for one in event.prior] == ["2"]
    assert event.patient.ins.matricule == MATRICULE


@pytest.mark.skipif(not SCHEMA.is_dir(), reason="the schema of PAM France is not on this machine")
@pytest.mark.parametrize("trigger", ["A31", "A40", "A47"])
def test_the_segments_and_fields_required_by_the_profile_are_there(places, tmp_path, trigger):
    """https://github.com/Ben0it-T/hl7v2 (IHE PAM France 2.11.2 as JSON)."""
    declare(tmp_path / "d", follower("groupe"))
    one, other = patient(identifier("1")), patient(identifier("2"))
    former = (pamfr.Identifier("160058815400233", "INS", "ASIP-SANTE-INS-NIR", OID, "ISO"),)
    {
        "A31": lambda: delivery.announce_update(patient=one, change=change()),
        "A40": lambda: delivery.announce_merge(survivor=one, victim=other, change=change()),
        "A47": lambda: delivery.announce_ins_change(patient=one, former=former, change=change()),
    }[trigger]()
    message = told("groupe")

    (path,) = SCHEMA.glob(f"structures/ADT-{trigger}-*.json")
    structure = json.loads(path.read_text())
    required = _required(structure, path.stem.rpartition("-")[2])
    present = {segment.name for segment in message.segments}
    assert required <= present | {"PV1"}
    assert message.get("MSH-12") == "2.5"
    assert message.get("MSH-21") == "2.11"
    assert message.get("PID-34") == "CHU-X"


def test_the_two_sides_of_an_undone_merge_are_told_anew(places, tmp_path):
    declare(tmp_path / "d", follower("labo", "essai"))

    delivery.announce_unmerge(
        survivor=patient(identifier("1")), victim=patient(identifier("2"), status="PROV"), change=change("annulation 1")
    )

    items = Item.objects.order_by("id")
    assert [(one.trigger, hl7v2.parse(bytes(one.payload)).get("PID-3")) for one in items] == [
        ("A28", "2"),
        ("A31", "1"),
    ]
    assert set(items[0].keys) == set(items[1].keys)
