from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from passerelle.protocols import hl7v2, pamfr
from passerelle.protocols.hl7v2 import Hl7Error
from passerelle.protocols.ins import IdentityStatus, InsKind
from passerelle.protocols.pamfr.tests import samples


def read(raw):
    return pamfr.read(hl7v2.parse(raw))


def refused(raw):
    with pytest.raises(Hl7Error) as caught:
        read(raw)
    return caught.value.where, caught.value.code


def with_pid(pid):
    return adt_of("A28", pid)


def adt_of(trigger, pid, *rest):
    return samples.adt(trigger, pid, *rest)


def pid(identifiers, reliability="VALI", names="FICTIF^ANNE^^^^^L", birth="19790328"):
    return f"PID|1||{identifiers}||{names}||{birth}|F" + "|" * 24 + reliability


NIR = "279035121518989^^^ASIP-SANTE-INS-NIR&1.2.250.1.213.1.4.8&ISO^INS"
NIA = "777035121518989^^^ASIP-SANTE-INS-NIA&1.2.250.1.213.1.4.9&ISO^INS"
PI = "1^^^ESSAI&1.2.3&ISO^PI"


def test_an_admission_tells_who_where_and_when():
    event = read(samples.ADMISSION)

    assert event.trigger == "A01"
    assert event.occurred_at == datetime(2024, 3, 6, 10, 0, tzinfo=UTC)
    assert event.recorded_at == datetime(2024, 3, 6, 10, 11, 54, tzinfo=UTC)
    assert event.visit.patient_class == "I"
    assert event.visit.location == pamfr.Location("CARDIO", "12", "B", "ESSAI")
    assert event.visit.attending.identifier.value == "801234567897"
    assert (event.visit.attending.family, event.visit.attending.identifier.type) == ("Réault", "IDNPS")
    assert event.visit.visit_number == pamfr.Identifier("V-9", "VN", "ESSAI", "1.2.3", "ISO")
    assert event.visit.expected_discharge == datetime(2024, 3, 10, 7, 0, tzinfo=UTC)
    assert event.visit.discharge_disposition == "8"
    assert event.admitted_at == datetime(2024, 3, 6, 10, 0, tzinfo=UTC)
    assert event.discharged_at == datetime(2024, 3, 10, 7, 0, tzinfo=UTC)


def test_an_admission_tells_its_movement_its_consents_and_how_the_identity_was_checked():
    event = read(samples.ADMISSION)

    assert (event.movement.id, event.movement.action, event.movement.historic) == ("312", "INSERT", False)
    assert event.movement.identifiers[0].universal_id == "1.2.3"
    assert event.movement.original_trigger == "A01"
    assert event.movement.medical_unit == pamfr.Unit("6268", "Chir V")
    assert event.movement.care_unit == pamfr.Unit("6269", "Soins")
    assert event.movement.nature == "HMS"
    assert (event.consents.feeding, event.consents.consultation) == ("INO", "IC")
    assert event.identity_check.lunar_date == "31^2^1980"
    assert (event.identity_check.mode, event.identity_check.evidence) == ("INSI", "CN")
    assert event.pmsi == pamfr.Pmsi("8", "6", "", "")


def test_the_patient_of_an_admission_has_traits_identifiers_and_contacts():
    patient = read(samples.ADMISSION).patient

    assert patient.ipp == pamfr.Identifier("I-1042", "PI", "ESSAI", "1.2.3", "ISO")
    assert patient.account.value == "N-77"
    assert patient.ins == pamfr.Ins("279035121518989", "1.2.250.1.213.1.4.10", InsKind.NIR_TEST, key_ok=True)
    assert patient.status is IdentityStatus.QUALIFIEE
    assert patient.attributes == {"FICT"}
    traits = patient.traits
    assert (traits.birth_name, traits.used_name) == ("FICTIF", "USUEL")
    assert (traits.first_given, traits.given_names) == ("ANNE", ("ANNE", "LOUISE"))
    assert (traits.birth_date, traits.sex, traits.birth_place) == (date(1979, 3, 28), "F", "13004")
    assert traits.address == pamfr.Address("1 RUE D&ESSAI", "", "ARLES", "13200", "FRA", "")
    assert (traits.phone, traits.email) == ("0400000000", "anne@exemple.fr")
    assert (traits.is_deceased, traits.deceased_at) == (True, datetime(2024, 3, 31, 22, 0, tzinfo=UTC))


def test_a_merge_tells_which_identifiers_are_given_up():
    event = read(samples.MERGE)

    assert [one.value for one in event.prior] == ["I-1041"]
    assert event.visit is None


@pytest.mark.parametrize("trigger", ["A40", "A44", "A47"])
def test_a_replacement_without_the_identifier_to_replace_is_refused(trigger):
    assert refused(adt_of(trigger, pid(PI))) == ("MRG^1^1", "101")


@pytest.mark.parametrize("reliability", ["PROV", "VIDE", "DOUT", ""])
def test_an_ins_that_is_not_said_to_be_validated_is_not_taken(reliability):
    patient = read(with_pid(pid(f"{PI}~{NIR}", reliability))).patient

    assert patient.ins is None
    assert patient.status is IdentityStatus.PROVISOIRE


def test_validated_traits_without_a_number_are_a_validated_identity():
    assert read(with_pid(pid(PI))).patient.status is IdentityStatus.VALIDEE


@pytest.mark.parametrize("wrong", ["221042545611404", "224027511583555", "147720425367411", "279"])
def test_a_wrong_key_never_refuses_but_keeps_from_qualifying(wrong):
    patient = read(with_pid(pid(f"{PI}~{NIR.replace('279035121518989', wrong)}"))).patient

    assert patient.ins.matricule == wrong
    assert not patient.ins.key_ok
    assert patient.status is IdentityStatus.VALIDEE


def test_a_final_number_is_preferred_to_a_waiting_one():
    assert read(with_pid(pid(f"{NIA}~{NIR}"))).patient.ins.kind is InsKind.NIR
    assert read(with_pid(pid(f"{PI}~{NIA}"))).patient.ins.kind is InsKind.NIA


def test_the_number_of_the_health_insurance_is_not_an_ins():
    assert read(with_pid(pid(NIR.replace("^INS", "^NH")))).patient.ins is None


@pytest.mark.parametrize("erased", ['""', '""^^^^INS', '""^^^ASIP-SANTE-INS-NIR&1.2.250.1.213.1.4.8&ISO^INS'])
def test_a_null_number_asks_to_forget_the_ins(erased):
    raw = adt_of("A47", pid(f"{PI}~{erased}", "PROV"), f"MRG|{NIR}")

    event = read(raw)

    assert event.patient.erases_ins
    assert [one.value for one in event.patient.identifiers] == ["1"]
    assert event.prior[0].value == "279035121518989"


def test_a_null_in_another_identifier_does_not_forget_the_ins():
    assert not read(with_pid(pid(f'{PI}~""^^^ESSAI^AN'))).patient.erases_ins


@pytest.mark.parametrize(
    ("names", "given"),
    [
        ("FICTIF^ANNE^ANNE LOUISE^^^^L", ("ANNE", "LOUISE")),
        ("FICTIF^ANNE^LOUISE,ZOE^^^^L", ("ANNE", "LOUISE", "ZOE")),
        ("FICTIF^MARIE ANNE^MARIE ANNE ZOE^^^^L", ("MARIE ANNE", "ZOE")),
        ("FICTIF^ANNE^ANNELISE^^^^L", ("ANNE", "ANNELISE")),
        ("FICTIF^^ANNE ZOE^^^^L", ("ANNE", "ZOE")),
        ("FICTIF^ANNE", ("ANNE",)),
        ("AUTRE^ZOE^^^^^D~FICTIF^ANNE^^^^^L", ("ANNE",)),
        ("", ()),
    ],
)
def test_given_names_are_listed_whole_or_after_the_first(names, given):
    assert read(with_pid(pid(PI, names=names))).patient.traits.given_names == given


@pytest.mark.parametrize("birth", ["", '""', "1979", "197903", "19790300", "19790028"])
def test_a_birth_date_not_known_to_the_day_is_not_guessed(birth):
    assert read(with_pid(pid(PI, birth=birth))).patient.traits.birth_date is None


@pytest.mark.parametrize("birth", ["19790230", "DEMAIN", "1979-03-28"])
def test_a_birth_date_that_is_not_a_date_refuses_the_message(birth):
    assert refused(with_pid(pid(PI, birth=birth))) == ("PID^1^7", "102")


def test_a_message_without_a_patient_or_without_an_identifier_is_refused():
    assert refused(adt_of("A28", "PV1|1|N")) == ("PID^1", "101")
    assert refused(with_pid(pid(""))) == ("PID^1^3", "101")


def test_the_update_that_france_leaves_out_says_what_to_send_instead():
    with pytest.raises(Hl7Error) as caught:
        read(samples.ADMISSION.replace(b"ADT^A01^ADT_A01", b"ADT^A08^ADT_A01"))

    assert (caught.value.where, caught.value.code) == ("MSH^1^9^1^2", "201")
    assert "A31" in caught.value.why
    assert "Z99" in caught.value.why


@pytest.mark.parametrize(
    ("code", "where", "expected"),
    [
        ("ADT^A60", "MSH^1^9^1^2", "201"),
        ("ADT", "MSH^1^9^1^2", "201"),
        ("MDM^T01", "MSH^1^9^1^2", "201"),
        ("ACK^A01", "MSH^1^9^1^1", "200"),
        ("DFT^P03", "MSH^1^9^1^1", "200"),
    ],
)
def test_what_is_not_supported_says_so(code, where, expected):
    assert refused(samples.ADMISSION.replace(b"ADT^A01^ADT_A01", code.encode())) == (where, expected)
    assert not pamfr.supported(*([*code.split("^"), ""])[:2])


def test_every_supported_event_of_an_admission_reads():
    for code, trigger in sorted(pamfr.SUPPORTED):
        if code == "ADT":
            assert read(adt_of(trigger, samples.PID, f"MRG|{PI}", samples.PV1)).trigger == trigger
        assert pamfr.supported(code, trigger)


def test_an_official_movement_written_one_field_too_far_is_read_as_meant():
    zbe = "ZBE|002^ESSAI^1|20240306110000|20260309102840||INSERT|N||Urgences^^^^^^UF^^^8782||HMS"

    event = read(adt_of("A03", samples.PID, "PV1|1|I", zbe))

    assert (event.movement.action, event.movement.historic, event.movement.nature) == ("INSERT", False, "HMS")
    assert event.movement.medical_unit == pamfr.Unit("8782", "Urgences")
    assert event.discharged_at == datetime(2026, 3, 9, 9, 28, 40, tzinfo=UTC)


def test_a_stay_that_says_nothing_of_its_times_takes_those_of_the_event():
    event = read(adt_of("A03", samples.PID, "PV1|1|I"))

    assert event.admitted_at == event.discharged_at == event.occurred_at
    assert read(adt_of("A02", samples.PID)).discharged_at is None


def test_a_visit_that_does_not_apply_is_no_visit():
    assert read(adt_of("A31", samples.PID, "PV1|1|N")).visit is None


def test_forbidden_and_rare_fields_of_the_patient_are_tolerated():
    fields = samples.PID.split("|")
    fields[19], fields[21] = "279035121518989", "M-1^^^ESSAI^PI"

    assert read(with_pid("|".join(fields))).patient.ipp.value == "I-1042"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2024", datetime(2023, 12, 31, 23, 0, tzinfo=UTC)),
        ("202407", datetime(2024, 6, 30, 22, 0, tzinfo=UTC)),
        ("20240701", datetime(2024, 6, 30, 22, 0, tzinfo=UTC)),
        ("2024070110", datetime(2024, 7, 1, 8, 0, tzinfo=UTC)),
        ("202407011030", datetime(2024, 7, 1, 8, 30, tzinfo=UTC)),
        ("20240701103015", datetime(2024, 7, 1, 8, 30, 15, tzinfo=UTC)),
        ("20240701103015.25", datetime(2024, 7, 1, 8, 30, 15, 250_000, tzinfo=UTC)),
        ("20240701103015.1234567", datetime(2024, 7, 1, 8, 30, 15, 123_456, tzinfo=UTC)),
        ("20240701103015+0000", datetime(2024, 7, 1, 10, 30, 15, tzinfo=UTC)),
        ("20240701-0430", datetime(2024, 7, 1, 4, 30, tzinfo=UTC)),
        ("202412011030", datetime(2024, 12, 1, 9, 30, tzinfo=UTC)),
    ],
)
def test_a_moment_of_any_precision_is_read_and_paris_is_its_place_by_default(text, expected):
    raw = adt_of("A01", samples.PID, f"PV1|1|I{'|' * 42}{text}")

    assert read(raw).visit.admitted_at == expected


@pytest.mark.parametrize("text", ["", '""', "99991231", "99991231235959"])
def test_no_moment_and_the_end_of_times_are_no_moment(text):
    raw = adt_of("A01", samples.PID, f"PV1|1|I{'|' * 42}{text}")

    assert read(raw).visit is not None
    assert read(raw).visit.admitted_at is None


@pytest.mark.parametrize(
    "text", ["20241301", "20240230", "2024070125", "20", "demain", "20240701+2500", "0001", "٢٠٢٤"]
)
def test_an_impossible_moment_is_refused_where_it_stands(text):
    assert refused(adt_of("A01", samples.PID, f"PV1|1|I{'|' * 42}{text}")) == ("PV1^1^44", "102")


def test_a_message_that_bears_no_date_at_all_is_refused():
    raw = samples.RESULTS.replace(b"|202106060931|", b"||")

    assert refused(raw) == ("MSH^1^7", "101")


def test_an_address_that_says_nothing_is_left_out():
    fields = samples.PID.split("|")
    fields[11] = "^^^^^^H~^^^^^^BDL^^13004~2 RUE D'ESSAI^^SALON"

    traits = read(with_pid("|".join(fields))).patient.traits

    assert traits.address == pamfr.Address("2 RUE D'ESSAI", "", "SALON")
    assert traits.birth_place == "13004"


def test_contacts_that_are_neither_a_number_nor_an_address_are_left_out():
    fields = samples.PID.split("|")
    fields[13] = "^NET^Internet^pas une adresse~^PRN^PH"
    fields[14] = "0490000000"

    traits = read(with_pid("|".join(fields))).patient.traits

    assert (traits.phone, traits.email) == ("0490000000", None)


def test_a_professional_without_name_or_number_and_a_unit_without_code_are_left_out():
    event = read(
        adt_of("A02", samples.PID, "PV1|1|I|^^^|||^^^~7^Réault", "ZBE|1|2024||INSERT|N||Sans code^^^^^^UF~S^^9|~^^|")
    )

    assert event.visit.location is None
    assert event.visit.attending is None
    assert event.movement.medical_unit == pamfr.Unit("9", "S")
    assert event.movement.care_unit is None


def test_the_first_professional_who_is_someone_is_the_one():
    event = read(adt_of("A02", samples.PID, "PV1|1|I||||^^^|^^^~7^Réault"))

    assert event.visit.attending == pamfr.Practitioner("Réault", "", pamfr.Identifier("7"))


@pytest.mark.parametrize(
    "raw",
    [
        samples.adt(
            "A44", samples.PID, "MRG|I-9^^^ESSAI&1.2.3&ISO^PI||N-77", samples.PID, "MRG|I-8^^^ESSAI&1.2.3&ISO^PI"
        ),
        samples.oru("OBR|1", "OBX|1|ST|1^A^LN||x||||||F", samples.PID, "OBR|2", "OBX|2|ST|1^A^LN||y||||||F"),
    ],
)
def test_a_message_about_several_patients_is_refused_rather_than_told_of_the_first(raw):
    assert refused(raw) == ("PID^2", "100")


def test_a_file_that_changes_of_patient_is_the_one_of_mrg_or_else_of_pid():
    told = read(samples.adt("A44", samples.PID, "MRG|I-9^^^ESSAI&1.2.3&ISO^PI||N-78^^^ESSAI&1.2.3&ISO^AN"))
    untold = read(samples.adt("A44", samples.PID, "MRG|I-9^^^ESSAI&1.2.3&ISO^PI"))

    assert (told.moved_account.value, untold.moved_account.value) == ("N-78", "N-77")
    assert told.prior[0].value == "I-9"
    assert read(samples.ADMISSION).moved_account is None
