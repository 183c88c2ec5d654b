"""RNIV and INS rules, one by one, as listed in docs/reference/ins-rules.md; each test is named by its rule."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from passerelle.care.exchange.api import Rejected
from passerelle.care.identity.inbound import handle
from passerelle.care.identity.models import IdentityEvidence, LocalIdentity
from passerelle.care.identity.selectors import local_traits, person_of, traits
from passerelle.care.identity.services.evidence import Shown, record_evidence, withdraw_evidence
from passerelle.care.identity.tests.cast import (
    NOON,
    OID_REAL,
    OID_TEST,
    TRAITS,
    adt,
    at,
    inbound,
    matricule,
    patient,
    qualified,
)
from passerelle.care.identity.trust import fictitious_numbers, warnings_about
from passerelle.core.audit.api import Actor
from passerelle.protocols import hl7v2, ins, pamfr
from passerelle.protocols.ins import missing_traits, reason_not_to_share, shared_ins

pytestmark = pytest.mark.usefixtures("hospitals")

RULES = Path(__file__).parents[5] / "docs" / "reference" / "ins-rules.md"
SHARED = Path(__file__).parents[2] / "record" / "tests" / "test_shared_ins.py"
CLERK = Actor(account_id=None, name="Agent d’essai")
OID_NIA = "1.2.250.1.213.1.4.9"
PROV, VALI, RECUP, QUAL = "PROV", "VALI", "RECUP", "QUAL"


def arrive(event, *, received=0.0):
    handle(inbound(event, received=at(received)))
    return the_file()


def the_file(number="1"):
    return LocalIdentity.objects.get(ipp=number, establishment="aphm")


def admitted(held=None, *, trigger="A28", hours=0.0, attributes=(), check=None, status=None, traits=TRAITS):
    who = replace(patient("1", held=held, traits=traits), attributes=frozenset(attributes))
    if status is not None:
        who = replace(who, status=status)
    event = replace(adt(trigger, who, when=at(hours)), identity_check=check)
    return arrive(event, received=hours)


def pid(*, identifiers, reliability, mother=""):
    raw = (
        "MSH|^~\\&|GAM|APHM|EAI|GHT|20260302120000+0000||ADT^A28^ADT_A05|1|P|2.5^FRA^2.11\r"
        "EVN||20260302120000+0000\r"
        f"PID|1||1^^^APHM&1.2.0&ISO^PI{identifiers}||ETOILE^ZOE^ZOE ANNE^^^^L||19840312|F|||^^^^^^BDL^^13055"
        f"||||||||||{mother}|||||||||||{reliability}\r"
        "PV1|1|N\r"
    )
    return pamfr.read(hl7v2.parse(raw.encode()))


def received(numbers, reliability="VALI", **more):
    text = "".join(f"~{number}^^^{space}&{oid}&ISO^INS" for number, space, oid in numbers)
    return arrive(pid(identifiers=text, reliability=reliability), **more)


NIR = (matricule(1), "ASIP-SANTE-INS-NIR", OID_REAL)
NIA = (matricule(2), "ASIP-SANTE-INS-NIA", OID_NIA)


# ---------------------------------------------------------------- the table itself


def test_every_rule_of_the_table_has_its_test_and_every_test_its_rule():
    told = set(re.findall(r"`(test_ins_[a-z0-9_]+)`", RULES.read_text()))
    here = {name for name in globals() if name.startswith("test_ins_")}
    elsewhere = set(re.findall(r"def (test_ins_\w+)", SHARED.read_text()))

    assert told == here | elsewhere


# ---------------------------------------------------------------- numbers


@pytest.mark.parametrize(
    ("oid", "family", "code"),
    [
        (OID_REAL, "reelle", "INS-NIR"),
        (OID_NIA, "reelle", "INS-NIA"),
        (OID_TEST, "test", "INS-NIR-TEST"),
        ("1.2.250.1.213.1.4.11", "demo", "INS-NIR-DEMO"),
    ],
)
def test_ins_01_the_oid_says_what_the_number_is(oid, family, code):
    row = received([(matricule(1), "X", oid)])

    assert (row.ins_oid, row.ins_family, ins.kind_of(oid).value) == (oid, family, code)


@pytest.mark.parametrize("oid", [f"1.2.250.1.213.1.4.{last}" for last in (2, 6, 7)])
def test_ins_02_the_former_calculated_ins_is_not_an_ins(oid):
    row = received([("123456", "ASIP-SANTE-INS-C", oid)])

    assert (row.ins_matricule, row.status) == ("", VALI)


def test_ins_03_a_billing_number_is_not_an_ins():
    row = arrive(pid(identifiers=f"~{matricule(1)}^^^ASIP-SANTE-NIR&{OID_REAL}&ISO^NH", reliability="VALI"))

    assert row.ins_matricule == ""


@pytest.mark.parametrize("body", ["2790351000001", "155032B300004", "155032A300004"])
def test_ins_04_a_right_key_qualifies_corsica_included(body):
    number = body + ins.compute_key(body)

    assert received([(number, "X", OID_TEST)]).status == QUAL


@pytest.mark.parametrize("number", ["221042545611404", "155032B30000401"])
def test_ins_05_a_wrong_key_blocks_qualification_and_never_the_message(number):
    row = received([(number, "X", OID_TEST)])

    assert (row.ins_matricule, row.ins_key_ok, row.status) == (number, False, VALI)
    assert any("clé" in warning for warning in warnings_about(row))
    assert shared_ins(row) is None


# ---------------------------------------------------------------- status and number go together


def test_ins_06_a_number_with_a_validated_status_makes_a_qualified_identity():
    assert received([NIR]).status == QUAL


@pytest.mark.parametrize("reliability", ["PROV", "VIDE", "", "DPOT", "RECD"])
def test_ins_07_with_another_status_the_message_is_taken_without_its_number(reliability):
    row = received([NIR], reliability)

    assert (row.ins_matricule, row.status, row.birth_name) == ("", PROV, "ETOILE")


def test_ins_08_a_validated_status_without_number_is_validated():
    assert received([]).status == VALI


def test_ins_09_an_attesting_number_comes_before_a_waiting_one():
    row = received([NIA, NIR])

    assert (row.ins_matricule, row.ins_oid) == (NIR[0], OID_REAL)


def test_ins_10_a_waiting_number_gives_way_to_the_attesting_one_by_an_update():
    before = received([NIA])
    person = person_of(before.pk)
    admitted(qualified(matricule(1), OID_REAL), trigger="A31", hours=1)

    assert the_file().ins_oid == OID_REAL
    assert person_of(the_file().pk) == person


def test_ins_11_a_change_of_number_comes_as_a47_and_keeps_the_former_one():
    admitted(qualified(matricule(1)))
    prior = (pamfr.Identifier(matricule(1), "INS", "ASIP-SANTE-INS-NIR", OID_TEST),)
    row = arrive(adt("A47", patient("1", held=qualified(matricule(2))), when=at(1), prior=prior), received=1)

    assert row.ins_matricule == matricule(2)
    assert dict(row.identifiers.filter(type="INS").values_list("value", "is_current")) == {
        matricule(1): False,
        matricule(2): True,
    }


@pytest.mark.parametrize(("told", "held"), [(ins.IdentityStatus.PROVISOIRE, PROV), (ins.IdentityStatus.VALIDEE, VALI)])
def test_ins_12_a_deletion_removes_every_number_and_reads_the_status_it_tells(told, held):
    admitted(qualified(matricule(1)))
    prior = (pamfr.Identifier(matricule(1), "INS", "", OID_TEST),)
    who = replace(patient("1", erases_ins=True), status=told)
    row = arrive(adt("A47", who, when=at(1), prior=prior), received=1)

    assert (row.ins_matricule, row.status) == ("", held)
    assert not row.identifiers.filter(type="INS", is_current=True).exists()


def test_ins_13_an_identity_no_longer_qualified_stops_sharing_its_number():
    admitted(qualified())
    row = admitted(None, trigger="A31", hours=1)

    assert (row.status, shared_ins(row)) == (PROV, None)
    assert "ins_withdrawn" in row.trait_moments


def test_ins_14_a_corrected_birth_date_forbids_the_number():
    check = pamfr.IdentityCheck(birth_date_corrected=True)
    row = admitted(qualified(), check=check)

    assert (row.ins_matricule, row.status) == ("", VALI)


def test_ins_15_a_birth_date_corrected_later_takes_the_number_away():
    admitted(qualified())
    row = admitted(None, trigger="A31", hours=1, check=pamfr.IdentityCheck(birth_date_corrected=True))

    assert row.ins_matricule == ""
    assert row.status in {PROV, VALI}
    assert person_of(row.pk)


@pytest.mark.parametrize("sex", ["U", "A", "O"])
def test_ins_16_a_number_goes_with_the_sex_m_or_f_only(sex):
    row = admitted(qualified(), traits=replace(TRAITS, sex=sex))

    assert "sexe" in reason_not_to_share(row)


def test_ins_17_only_the_last_number_is_current():
    admitted(qualified(matricule(1)))
    row = admitted(qualified(matricule(2)), trigger="A31", hours=1)

    assert local_traits(row.pk).ins_matricule == matricule(2)


# ---------------------------------------------------------------- what goes out


STRICT = ("birth_name", "given_names", "birth_date", "sex", "birth_place")


@pytest.mark.parametrize("trait", STRICT)
def test_ins_18_without_one_of_the_five_strict_traits_the_number_does_not_leave(trait):
    row = admitted(qualified())
    assert shared_ins(row) is not None
    setattr(row, trait, None if trait == "birth_date" else "")

    assert shared_ins(row) is None
    assert len(missing_traits(row)) == 1


@pytest.mark.parametrize("oid", ["", "1.2.3"])
def test_ins_19_without_its_authority_the_number_does_not_leave(oid):
    row = admitted(qualified())
    row.ins_oid = oid

    assert "OID" in reason_not_to_share(row)


def test_ins_39_a_banner_shows_the_number_of_a_qualified_identity_only():
    row = admitted(qualified())
    assert traits(person_of(row.pk)).ins_matricule == row.ins_matricule
    LocalIdentity.objects.filter(pk=row.pk).update(status=RECUP)

    shown = traits(person_of(row.pk))
    assert (shown.ins_matricule, shown.ins_display) == ("", "")


def test_ins_21_a_fhir_status_is_read_by_its_facts_not_copied():
    v2 = "https://hl7.fr/ig/fhir/core/CodeSystem/fr-core-cs-v2-0445"

    assert ins.status_of_fhir("VALI", system=v2, has_ins=True) == QUAL
    assert ins.status_of_fhir("VALI", system=v2, has_ins=False) == VALI
    assert ins.hl7_code(ins.IdentityStatus.QUALIFIEE) == "VALI"


def test_ins_22_an_unknown_birth_place_of_a_checked_identity_is_a_warning():
    row = admitted(qualified(), traits=replace(TRAITS, birth_place="99999"))

    assert row.status == QUAL
    assert any("99999" in warning for warning in warnings_about(row))


# ---------------------------------------------------------------- attributes


@pytest.mark.parametrize("attribute", ["DOUT", "FICT"])
def test_ins_23_a_doubtful_or_fictitious_identity_is_provisional_without_number(attribute):
    row = admitted(qualified(), attributes=[attribute])

    assert (row.status, row.ins_matricule, row.attributes) == (PROV, "", [attribute])
    assert not row.identifiers.filter(type="INS").exists()


def test_ins_24_a_qualified_identity_that_becomes_doubtful_shares_nothing_more():
    admitted(qualified())
    row = admitted(None, trigger="A31", hours=1, attributes=["DOUT"])

    assert (row.status, shared_ins(row)) == (PROV, None)


@pytest.mark.parametrize("first", ["doubt", "report"])
def test_ins_40_a_report_does_not_qualify_who_is_doubtful(first):
    report = pamfr.DocumentEvent("ORU", "R01", at(1), patient("1", held=qualified()), at(1))
    doubt = adt("A28", replace(patient("1"), attributes=frozenset({"DOUT"})))
    for event in (doubt, report) if first == "doubt" else (report, doubt):
        row = arrive(event, received=2)

    assert (row.status, row.attributes, shared_ins(row)) == (PROV, ["DOUT"], None)


@pytest.mark.parametrize("attribute", ["HOMA", "HOMD"])
def test_ins_25_a_homonym_may_be_qualified_and_is_shown(attribute):
    row = admitted(qualified(), attributes=[attribute])

    assert row.status == QUAL
    assert any("Homonyme" in warning for warning in warnings_about(row))


# ---------------------------------------------------------------- proofs of identity


def show(code="CN", hours=1.0, **more):
    return record_evidence(local_identity_id=the_file().pk, shown=Shown(code, **more), by=CLERK, at=at(hours))


def test_ins_26_a_proof_of_high_trust_validates_a_provisional_identity():
    admitted()
    evidence = show("CN")

    assert (the_file().status, evidence.is_high_trust, evidence.checked_by_name) == (VALI, True, "Agent d’essai")


@pytest.mark.parametrize("code", ["PC", "CM", "TC", "LE"])
def test_ins_27_another_proof_is_recorded_and_changes_nothing(code):
    admitted()
    evidence = show(code)

    assert (the_file().status, evidence.is_high_trust) == (PROV, False)


def test_ins_28_a_proof_no_longer_valid_does_not_validate():
    admitted()
    show("PA", valid_until=NOON.date() - timedelta(days=1))

    assert the_file().status == PROV


def test_ins_29_a_family_book_validates_a_minor_with_a_parent():
    admitted(traits=replace(TRAITS, birth_date=datetime(2015, 6, 1, tzinfo=UTC).date()))
    show("LE", situation=ins.Situation.MINOR)

    assert the_file().status == VALI


def test_ins_30_a_withdrawn_proof_takes_the_check_back():
    admitted(qualified())
    evidence = show()
    withdraw_evidence(
        evidence_id=evidence.pk, local_identity_id=the_file().pk, reason="carte d’un autre", by=CLERK, at=at(2)
    )

    assert the_file().status == RECUP
    assert shared_ins(the_file()) is None


def test_ins_31_a_sender_that_knows_no_proof_does_not_undo_ours():
    admitted()
    show("CN")
    row = admitted(trigger="A31", hours=2, traits=replace(TRAITS, phone="0400000000"))

    assert (row.status, row.phone) == (VALI, "0400000000")


def test_ins_32_a_message_tells_its_proof_mode_and_validity():
    check = pamfr.IdentityCheck(mode="CV", evidence="CN", checked_at=at(-48), valid_until=at(24 * 400))
    admitted(check=check)
    admitted(trigger="A31", hours=1, check=check)

    evidence = IdentityEvidence.objects.get()
    assert (evidence.code, evidence.mode, evidence.checked_at, evidence.is_high_trust) == ("CN", "CV", at(0), True)
    assert evidence.valid_until == at(24 * 400).date()


def test_ins_33_no_image_nor_number_of_a_proof_is_kept():
    kinds = {field.get_internal_type() for field in IdentityEvidence._meta.concrete_fields}

    assert not kinds & {"FileField", "ImageField", "BinaryField", "JSONField"}


# ---------------------------------------------------------------- guards


@pytest.mark.parametrize("oid", [OID_TEST, "1.2.250.1.213.1.4.11"])
def test_ins_34_a_test_number_is_kept_for_a_human_outside_the_demonstration(oid, settings):
    settings.ACCEPTS_TEST_INS = False

    with pytest.raises(Rejected, match="démonstration"):
        admitted(qualified(oid=oid))
    assert not LocalIdentity.objects.exists()


def test_ins_35_a_real_number_is_taken_outside_the_demonstration(settings):
    settings.ACCEPTS_TEST_INS = False

    assert admitted(qualified(oid=OID_REAL)).status == QUAL
    assert not fictitious_numbers(patient("1", held=qualified(oid=OID_REAL)))


def test_ins_36_the_file_says_which_establishment_changed_the_identity():
    event = adt("A31", patient("1", held=qualified()))
    envelope = pamfr.Envelope("EAI", "GHT", "DPI", "ARLES", "1")
    message = hl7v2.parse(pamfr.write(event, envelope))

    assert message.get("PID-34") == "GHT"


def test_ins_37_the_numbers_of_the_mother_are_not_those_of_the_child():
    event = pid(identifiers="", reliability="PROV", mother="MERE1^^^APHM&1.2.0&ISO^PI~NDA9^^^APHM&1.2.0&ISO^AN")
    child = arrive(event)

    assert [one.value for one in event.patient.mother] == ["MERE1", "NDA9"]
    assert list(child.identifiers.values_list("value", flat=True)) == ["1"]


def test_ins_38_the_social_security_number_field_is_never_read_nor_written():
    message = hl7v2.parse(
        pamfr.write(adt("A28", patient("1", held=qualified())), pamfr.Envelope("A", "B", "C", "D", "1"))
    )

    assert message.get("PID-19") == ""
