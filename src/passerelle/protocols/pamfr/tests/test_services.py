"""Appointments (SIU), receipts (ZAM), structure (MFN): what is read, what is refused and where."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from passerelle.protocols import hl7v2, pamfr
from passerelle.protocols.hl7v2 import Hl7Error
from passerelle.protocols.pamfr.receipts import READING_ERRORS, SMTP_ERRORS, is_worth_sending_again
from passerelle.protocols.pamfr.tests import samples

SCH = (
    "SCH|P-1^RIS^1.2.9^ISO|F-1^AGENDA^1.2.8^ISO||||REPORT^Report^L|CTRL^Contrôle^L|CS^Consultation^L|30|MIN|"
    "^^^20240401093000+0200^20240401100000+0200||||||||||||||Booked"
)
RESOURCES = (
    "RGS|1",
    "AIS|1||CARDIO^Consultation de cardiologie^L",
    "AIL|1||CONSULT^3^^ESSAI",
    "AIP|1||801234567897^Réault^Pierre^^^^^^ASIP-SANTE-PS&1.2.250.1.71.4.2.1&ISO^D^^^IDNPS",
)


def message(kind, *segments, version="2.5"):
    header = f"MSH|^~\\&|APP|ESSAI|DPI|ESSAI|20240306111154||{kind}|C-1|P|{version}|||||FRA|UNICODE UTF-8"
    return "\r".join([header, *segments, ""]).encode()


def read(raw):
    return pamfr.read(hl7v2.parse(raw))


def refused(raw):
    with pytest.raises(Hl7Error) as caught:
        read(raw)
    return caught.value.where, caught.value.code


def siu(trigger="S12", sch=SCH, *rest):
    return message(f"SIU^{trigger}^SIU_S12", sch, samples.PID, *(rest or RESOURCES))


def test_an_appointment_tells_when_where_with_whom_and_what_for():
    event = read(siu())

    assert event.patient.ipp.value == "I-1042"
    appointment = event.appointment
    assert (appointment.id, appointment.placer.value, appointment.status) == ("F-1", "P-1", "Booked")
    assert appointment.starts_at == datetime(2024, 4, 1, 7, 30, tzinfo=UTC)
    assert appointment.ends_at == datetime(2024, 4, 1, 8, 0, tzinfo=UTC)
    assert appointment.duration_minutes == 30
    assert appointment.services == (pamfr.Coded("CARDIO", "Consultation de cardiologie", "L"),)
    assert appointment.locations == (pamfr.Location("CONSULT", "3", "", "ESSAI"),)
    assert appointment.practitioners[0].family == "Réault"
    assert appointment.reason.label == "Contrôle"


@pytest.mark.parametrize(
    ("trigger", "status", "is_off"),
    [
        ("S12", "Booked", False),
        ("S13", "Booked", False),
        ("S14", "Booked", False),
        ("S15", "Cancelled", True),
        ("S16", "Discontinued", True),
        ("S17", "Deleted", True),
        ("S26", "Noshow", True),
    ],
)
def test_the_status_follows_the_trigger_when_the_sender_does_not_say(trigger, status, is_off):
    event = read(siu(trigger, "SCH||F-1||||ANNUL^Annulé par le patient^L|||||^^^20240401093000"))

    assert (event.appointment.status, event.is_off) == (status, is_off)
    assert event.cancel_reason.code == ("ANNUL" if is_off else "")


@pytest.mark.parametrize(
    ("sch", "rest"),
    [
        ("SCH||F-1|||||||90|MIN|^^^202404010930", ()),
        ("SCH||F-1|||||||1.5|H|^^^202404010930", ()),
        ("SCH||F-1|||||||5400|S", ("RGS|1", "AIS|1||CARDIO|202404010930")),
        ("SCH||F-1", ("RGS|1", "AIS|1||CARDIO|202404010930|||90|MIN")),
        ("SCH||F-1|||||||||^^^202404010930^202404011100", ()),
        ("SCH||F-1", ("TQ1|1||||||202404010930|202404011100",)),
        ("SCH||F-1|||||||90|MIN", ("RGS|1", "AIL|1||CONSULT|||202404010930")),
    ],
)
def test_the_end_is_found_wherever_the_sender_tells_it(sch, rest):
    appointment = read(siu("S12", sch, *(rest or RESOURCES))).appointment

    assert appointment.starts_at == datetime(2024, 4, 1, 7, 30, tzinfo=UTC)
    assert appointment.ends_at == datetime(2024, 4, 1, 9, 0, tzinfo=UTC)
    assert appointment.duration_minutes == 90


@pytest.mark.parametrize(
    ("raw", "where", "code"),
    [
        (message("SIU^S12^SIU_S12", samples.PID, *RESOURCES), "SCH^1", "101"),
        (siu(sch="SCH|||||||||30|MIN"), "SCH^1^2", "101"),
        (siu(sch="SCH||F-1|||||||trente|MIN"), "SCH^1^9", "102"),
        (siu(sch="SCH||F-1|||||||30|LUNES"), "SCH^1^9", "102"),
        (siu(sch="SCH||F-1|||||||||^^^202404010930^202404010900"), "SCH^1^11", "102"),
        (siu(sch="SCH||F-1|||||||||^^^demain"), "SCH^1^11", "102"),
        (message("SIU^S12^SIU_S12", SCH, *RESOURCES), "PID^1", "101"),
    ],
)
def test_an_appointment_that_cannot_be_read_says_where(raw, where, code):
    assert refused(raw) == (where, code)


def zam(trigger, *segments):
    return message(f"ZAM^{trigger}^ZAM_Z01", *segments, version="2.6")


def status(code, value="Y", about="MSG-42"):
    return f"OBX|1|CWE|{code}^Accusé^AckMetierZAM|{about}|{value}^^expandedYes-NoIndicator||||||F"


def mailbox(code="DESTINATAIRE_MSS", address="anne.essai@medecin.mssante.fr"):
    return f"OBX|2|XTN|{code}^Boîte^AckMetierZAM|801234567897|^^X.400^{address}||||||F"


def test_the_national_record_says_that_a_document_is_filed():
    event = read(zam("Z01", status("ACK_RECEPTION_DMP")))

    assert (event.kind, event.about, event.is_ok, event.mailbox, event.error) == ("dmp", "MSG-42", True, "", None)


def test_a_mailbox_that_refuses_says_why_in_our_words_when_the_sender_gives_a_bare_code():
    err = "ERR|||207^Application error^messageErrorCondition|E|550^^SMTPERRORCODE"

    event = read(zam("Z02", status("ACK_RECEPTION_MSS", "N"), mailbox(), err))

    assert (event.kind, event.is_ok, event.mailbox) == ("mss_delivered", False, "anne.essai@medecin.mssante.fr")
    assert event.recipient_id == "801234567897"
    assert event.error.application_code == "550"
    assert event.error.label == SMTP_ERRORS["550"]
    assert not is_worth_sending_again(event.error)


@pytest.mark.parametrize("code", sorted(SMTP_ERRORS))
def test_a_busy_server_is_worth_another_try_a_wrong_address_is_not(code):
    error = pamfr.ReceiptError(application_code=code, application_system="SMTPERRORCODE")

    assert is_worth_sending_again(error) == (
        code in {"101", "111", "420", "421", "431", "441", "442"} | {"450", "451", "452"}
    )


def test_the_software_that_reads_says_what_it_could_not_do():
    err = "ERR|||207^Application error^messageErrorCondition|E|902^^applicationErrorCondition"

    event = read(zam("Z03", status("ACK_LECTURE_MSS", "N"), mailbox("LECTEUR_MSS"), err))

    assert (event.kind, event.error.label) == ("mss_read", READING_ERRORS["902"])


@pytest.mark.parametrize(
    ("raw", "where", "code"),
    [
        (zam("Z01", status("ACK_RECEPTION_MSS")), "OBX^1^3", "101"),
        (zam("Z01", status("ACK_RECEPTION_DMP", "P")), "OBX^1^5", "103"),
        (zam("Z01", status("ACK_RECEPTION_DMP", about="")), "OBX^1^4", "101"),
        (zam("Z01", status("ACK_RECEPTION_DMP", "N")), "ERR^1", "101"),
        (zam("Z02", status("ACK_RECEPTION_MSS")), "OBX^1^3", "101"),
        (zam("Z02", status("ACK_RECEPTION_MSS"), mailbox(address="")), "OBX^2^5", "101"),
        (zam("Z03", status("ACK_LECTURE_MSS"), mailbox()), "OBX^1^3", "101"),
    ],
)
def test_a_receipt_that_says_too_little_is_refused_where_it_does(raw, where, code):
    assert refused(raw) == (where, code)


def key(level, code):
    return f"^^^^^{level}^^^^{code}&ESSAI&990000001&FINEJ"


def place(level, code, *characteristics, parents=(), action="MAD"):
    return [
        f"MFE|{action}|||{key(level, code)}|PL",
        f"LOC|{key(level, code)}||{level}|Libellé de repli",
        *(f"LCH|{key(level, code)}|||{name}^x^L|^{value}" for name, value in characteristics),
        *(f"LRL|{key(level, code)}|||LCLSTN^x^L||{key(*parent)}" for parent in parents),
    ]


def mfn(*places, mode="UPD"):
    mfi = f"MFI|LOC|ESSAI_LOC_FRA|{mode}||20240306111154|AL"
    return message("MFN^M05^MFN_M05", mfi, *(line for one in places for line in one))


def test_a_structure_is_read_from_the_legal_entity_down_to_the_bed():
    event = read(
        mfn(
            place("M", "69", ("LBL", "Hôpital d’essai"), ("FNS", "990000001")),
            place("ETBL_GRPQ", "E1", ("LBL", "Site d’essai"), ("VL", "Arles"), parents=[("M", "69")]),
            place("P", "P1", ("LBL", "Pôle médecine"), parents=[("ETBL_GRPQ", "E1")]),
            place("D", "S1", ("LBL", "Cardiologie"), parents=[("ETBL_GRPQ", "E1"), ("P", "P1")]),
            place("UF", "6268", ("LBL", "Cardio hospitalisation"), ("LBL_CRT", "Cardio"), parents=[("D", "S1")]),
            place("R", "101", ("DT_OVRTR", "20230101"), ("DT_FRMTR", "20241231"), parents=[("UF", "6268")]),
            place("B", "101-A", ("SPEC", "Isolement"), parents=[("R", "101")], action="MDC"),
        )
    )

    kinds = [str(one.ref.kind) for one in event.places]
    assert kinds == ["EJ", "EG", "POLE", "SERVICE", "UF", "CHAMBRE", "LIT"]
    unit, room, bed = event.places[4:]
    assert (unit.label, unit.short_label) == ("Cardio hospitalisation", "Cardio")
    assert unit.parent(pamfr.PlaceKind.DEPARTMENT) == pamfr.PlaceRef(pamfr.PlaceKind.DEPARTMENT, "S1")
    assert (room.opened_on, room.closed_on) == (date(2023, 1, 1), date(2024, 12, 31))
    assert (bed.action.closes, bed.characteristics) == (True, (("SPEC", "Isolement"),))
    assert room.label == "Libellé de repli"
    assert not event.replaces_all


def test_a_whole_structure_says_so_and_unknown_levels_are_named():
    event = read(mfn(place("M", "69"), place("CR", "C1"), mode="REP"))

    assert event.replaces_all
    assert event.ignored == ("CR",)


def test_a_bed_may_be_named_by_a_plain_location():
    event = read(
        message("MFN^M05^MFN_M05", "MFI|LOC||UPD", "MFE|MUP|||CARDIO^12^B^ESSAI|PL", "LOC|CARDIO^12^B^ESSAI||B")
    )

    assert event.places[0].ref == pamfr.PlaceRef(pamfr.PlaceKind.BED, "B")


@pytest.mark.parametrize(
    ("raw", "where", "code"),
    [
        (message("MFN^M05^MFN_M05", *place("M", "69")), "MFI^1", "101"),
        (mfn(), "MFE^1", "101"),
        (mfn(place("M", "69"), place("D", "1", action="ZZZ")), "MFE^2^1", "103"),
        (mfn(["MFE|MAD|||x|PL"]), "LOC^1", "101"),
        (mfn(["MFE|MAD|||x|PL", "LOC|^^^^^R||R"]), "LOC^1^1", "101"),
        (mfn(place("R", "1", ("DT_OVRTR", "hier"))), "LCH^1^5", "102"),
    ],
)
def test_a_structure_that_cannot_be_read_says_where(raw, where, code):
    assert refused(raw) == (where, code)
