from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from passerelle.protocols import hl7v2, pamfr
from passerelle.protocols.hl7v2 import Hl7Error
from passerelle.protocols.pamfr.tests import samples


def read(raw):
    return pamfr.read(hl7v2.parse(raw))


def refused(raw):
    with pytest.raises(Hl7Error) as caught:
        read(raw)
    return caught.value.where, caught.value.code


def ed(content, status="F", number=1):
    return f"OBX|{number}|ED|18748-4^CR d'imagerie^LN||{content}||||||{status}"


def metadata(code, answer="Y", system="MetaDMPMSS"):
    return f"OBX|9|CWE|{code}^Libellé^{system}||{answer}^^expandedYes-NoIndicator||||||F"


XML = "^TEXT^XML^Base64^PGEvPg=="


def test_a_letter_carries_its_document_and_what_identifies_it():
    event = read(samples.LETTER)

    (document,) = event.documents
    assert (event.kind, event.trigger) == ("MDM", "T02")
    assert (document.mime, document.content) == ("application/pdf", b"%PDF-")
    assert (document.code, document.code_system, document.title) == ("18748-4", "LN", "CR d'imagerie")
    assert (document.unique_id, document.replaces) == ("1.2.3.82", "1.2.3.81")
    assert document.created_at == datetime(2022, 12, 16, 8, 32, tzinfo=UTC)
    assert event.visit is None
    assert event.observations == ()


@pytest.mark.parametrize(
    ("content", "mime", "expected"),
    [
        ("^TEXT^XML^Base64^PGEvPg==", "text/xml", b"<a/>"),
        ("^text^XML^Base64^PGEvPg==", "text/xml", b"<a/>"),
        ("^text^xml^base64^PGEvPg", "text/xml", b"<a/>"),
        ("^TEXT^XML^Base64^PGEv Pg\t==", "text/xml", b"<a/>"),
        ("^TEXT^XML^Base64^PGEv\nPg==", "text/xml", b"<a/>"),
        ("^TEXT^XML^Base64^PGEv\\.br\\Pg==", "text/xml", b"<a/>"),
        ("^TEXT^XML^Base64^PGEv\\X0D0A\\Pg==", "text/xml", b"<a/>"),
        ("^TEXT^XML^A^<a b='1\\T\\2'/>\\.br\\é", "text/xml", "<a b='1&2'/>\né".encode()),
        ("^TEXT^XML^^<a/>", "text/xml", b"<a/>"),
        ("^TEXT^XML^Hex^3c612f3e", "text/xml", b"<a/>"),
        ("^application^PDF^Base64^JVBERi0=", "application/pdf", b"%PDF-"),
        ("^IMAGE^JPEG^Base64^/9g=", "image/jpeg", b"\xff\xd8"),
        ("^application^^Base64^JVBERi0=", "application/octet-stream", b"%PDF-"),
        ("^TEXT^XML^Base64^", "text/xml", b""),
    ],
)
def test_a_document_comes_in_base64_in_hexadecimal_or_as_escaped_text(content, mime, expected):
    (document,) = read(samples.oru("OBR|1", ed(content))).documents

    assert (document.mime, document.content) == (mime, expected)


@pytest.mark.parametrize("content", ["^TEXT^XML^Base64^PGEvP", "^TEXT^XML^Base64^PG!vPg==", "^TEXT^XML^Hex^zz"])
def test_a_damaged_content_refuses_the_message_at_its_segment(content):
    assert refused(samples.oru("OBR|1", ed(XML), ed(content, number=2))) == ("OBX^2^5", "102")


def test_text_may_not_hide_after_the_end_of_a_base64_content():
    assert refused(samples.oru("OBR|1", ed("^TEXT^XML^Base64^PGEvPg==QUJD"))) == ("OBX^1^5", "102")


@pytest.mark.parametrize(
    ("status", "control", "action"),
    [("F", "NW", "add"), ("F", "SC", "add"), ("C", "NW", "replace"), ("D", "SC", "delete"), ("W", "SC", "delete"),
     ("F", "RO", "replace"), ("F", "CA", "delete"), ("C", "CA", "replace"), ("", "", "add")],
)  # fmt: skip
def test_the_status_of_the_result_then_the_order_say_what_to_do_with_a_document(status, control, action):
    assert read(samples.oru(f"ORC|{control}", "OBR|1", ed(XML, status))).documents[0].action == action


@pytest.mark.parametrize(("trigger", "action"), [("T02", "add"), ("T10", "replace"), ("T04", "delete")])
def test_the_event_of_a_letter_says_what_to_do_with_it(trigger, action):
    assert read(samples.mdm(trigger, ed(XML))).documents[0].action == action


def test_a_deletion_needs_no_content():
    (document,) = read(samples.mdm("T04")).documents

    assert (document.action, document.content, document.unique_id) == ("delete", b"", "1.2.3.82")


@pytest.mark.parametrize(("trigger", "txa"), [("T02", "TXA|1|X|TEXT|2022||||||||1.2"), ("T04", "")])
def test_a_letter_without_a_document_is_refused(trigger, txa):
    assert refused(samples.mdm(trigger, txa=txa)) == ("OBX^1", "101")


@pytest.mark.parametrize(
    ("code", "restriction"),
    [
        ("MASQUE_PS", pamfr.MASQUE_PS),
        ("INVISIBLE_PATIENT", pamfr.INVISIBLE_PATIENT),
        ("INVISIBLE_REP_LEGAUX", pamfr.INVISIBLE_REP_LEGAUX),
        ("INVISIBLE_REPRESENTANTS_LEGAUX", pamfr.INVISIBLE_REP_LEGAUX),
        ("CONNEXION_SECRETE", pamfr.CONNEXION_SECRETE),
    ],
)
@pytest.mark.parametrize("system", ["MetaDMPMSS", ""])
def test_a_restriction_holds_for_every_document_of_the_message(code, restriction, system):
    event = read(samples.oru("OBR|1", ed(XML), ed(XML, number=2), metadata(code, system=system)))

    assert [document.restrictions for document in event.documents] == [{restriction}, {restriction}]
    assert event.observations == ()


def test_a_restriction_answered_no_and_a_routing_wish_restrict_nothing():
    event = read(samples.oru("OBR|1", ed(XML), metadata("MASQUE_PS", "N"), metadata("DESTDMP", system="")))

    assert event.documents[0].restrictions == frozenset()
    assert event.observations == ()


@pytest.mark.parametrize(
    "mail",
    [
        "OBX|2|ED|CORPSMAIL_PS^Corps du mail^MetaDMPMSS||^text^^Base64^Q2hl||||||F",
        "OBX|2|ED|CORPSMAIL_PS^Corps du mail||^TEXT^^Base64^abîmé||||||F",
        "OBX|2|ED|1^XDM/1.0/DDM+CR||^text^^Base64^Q29y||||||F",
    ],
)
def test_the_body_of_a_mail_is_neither_a_document_nor_a_result(mail):
    event = read(samples.oru("OBR|1", ed(XML), mail))

    assert len(event.documents) == 1
    assert event.observations == ()


def test_the_author_is_the_originator_else_the_sender():
    txa = "TXA|1|18748-4|TEXT|2022|||||9^BLEU^Eve^^^^^^ASIP&1.2&ISO^D^^^RPPS|||1.2.3"
    prt = "PRT||UC||SB^^participation|801^Eric^Thomas^^^^^^ASIP&1.2&ISO^D^^^IDNPS"
    other = "PRT||UC||RCT|802^Hoda^Adam"

    named = read(samples.mdm("T02", ed(XML), prt, txa=txa))
    sent = read(samples.mdm("T02", ed(XML), other, prt))

    assert named.documents[0].author.family == "BLEU"
    assert sent.documents[0].author.identifier == pamfr.Identifier("801", "IDNPS", "ASIP", "1.2", "ISO")
    assert read(samples.mdm("T02", ed(XML))).documents[0].author is None


def test_results_are_read_with_their_value_unit_and_time():
    sodium, potassium, comment, group = read(samples.RESULTS).observations

    assert (sodium.code, sodium.code_system, sodium.label) == ("2951-2", "LN", "Sodium")
    assert (sodium.value_number, sodium.value_text, sodium.unit) == (Decimal("138.5"), "138,5", "mmol/L")
    assert (sodium.reference_range, sodium.interpretation, sodium.status) == ("135-145", "N", "F")
    assert sodium.observed_at == datetime(2021, 6, 6, 6, 15, tzinfo=UTC)
    assert (potassium.value_number, potassium.value_text) == (None, "> 6.5")
    assert potassium.observed_at == datetime(2021, 6, 6, 6, 0, tzinfo=UTC)
    assert comment.value_text == "Hémolysé & à refaire\nle lendemain"
    assert group.value_text == "Groupe A"


@pytest.mark.parametrize(
    ("kind", "value", "number", "text"),
    [
        ("NM", "1.5", Decimal("1.5"), "1.5"),
        ("NM", "-2", Decimal(-2), "-2"),
        ("NM", "NaN", None, "NaN"),
        ("NM", "1e999999999", None, "1e999999999"),
        ("NM", "١٢", None, "١٢"),
        ("NM", '""', None, ""),
        ("SN", "^7", Decimal(7), "7"),
        ("SN", "=^7", Decimal(7), "7"),
        ("SN", "^1^-^2", None, "1 - 2"),
        ("ST", "a^b", None, "a^b"),
        ("CE", "A", None, "A"),
    ],
)
def test_a_value_is_a_number_only_when_it_is_exactly_one(kind, value, number, text):
    (observation,) = read(samples.oru("OBR|1", f"OBX|1|{kind}|X^Y^LN||{value}||||||F")).observations

    assert (observation.value_number, observation.value_text) == (number, text)


def test_each_result_takes_the_time_of_its_own_request():
    event = read(
        samples.oru("OBR|1|||A|||2021010108", "OBX|1|NM|X||1||||||F", "OBR|2|||B|||2021010208", "OBX|2|NM|Y||2||||||F")
    )

    assert [one.observed_at.day for one in event.observations] == [1, 2]


def test_the_order_is_told_by_the_request_else_by_the_common_order():
    order = read(samples.RESULTS).order

    assert (order.placer, order.filler) == ("98", "77")
    assert (order.code, order.code_system, order.label) == ("24321-2", "LN", "Ionogramme")
    assert read(samples.oru("ORC|NW|5^P|6^F")).order == pamfr.Order(placer="5", filler="6")
    assert read(samples.oru("ORC|NW")).order is None
    assert read(samples.oru()).order is None


@pytest.mark.parametrize(("set_id", "expected"), [("7", 7), ("", 1), ("x", 1), ("9" * 12, 1), ("²", 1)])
def test_a_document_is_numbered_by_its_segment_or_by_its_place(set_id, expected):
    (document,) = read(samples.oru("OBR|1", ed(XML).replace("OBX|1|", f"OBX|{set_id}|"))).documents

    assert document.set_id == expected


def routed(*segments):
    return pamfr.read(
        hl7v2.parse(samples.oru("OBR|1", "OBX|1|ED|11502-2||^TEXT^XML^Base64^PGEvPg==||||||F", *segments))
    )


def flag(code, value="Y"):
    return f"OBX|2|CE|{code}^x^MetaDMPMSS||{value}^^expandedYes-NoIndicator||||||F"


def test_what_the_sender_asks_of_its_platform_is_read_apart_from_the_documents():
    event = routed(
        "PRT||UC||SB^^participation|801234567866^DIAZ^Thierry^^^^^^ASIP-SANTE-PS&1.2.250.1.71.4.2.1&ISO^D^^^IDNPS|||"
        "Labo^^^^^ASIP-SANTE-ST&1.2.250.1.71.4.2.2&ISO^FINEG^^^990000001",
        "PRT||UC||RCT^^participation|801234567897^Hoda^Adam^^^^^^^D^^^IDNPS||||||||||^^X.400^adam.hoda@essai.mssante.fr",
        "PRT||UC||REPLY^^participation|||||||||||^^X.400^labo@essai.mssante.fr",
        flag("DESTDMP"),
        flag("DESTMSSANTEPS"),
        flag("DESTMSSANTEPAT", "N"),
        flag("ACK_RECEPTION"),
        "OBX|9|ED|CORPSMAIL_PS^x^MetaDMPMSS||^TEXT^^Base64^Qm9uam91cg==||||||F",
    )

    routing = event.routing
    assert (routing.to_dmp, routing.to_professionals, routing.to_patient) == (True, True, False)
    assert (routing.wants_dmp_receipt, routing.wants_mss_receipt, routing.wants_reading_receipt) == (True, True, False)
    assert routing.body_for_professionals == "Bonjour"
    assert [one.mailbox for one in routing.recipients] == ["adam.hoda@essai.mssante.fr"]
    assert routing.participants[0].organization_id.value == "990000001"
    assert routing.told == {"DESTDMP", "DESTMSSANTEPS", "DESTMSSANTEPAT", "ACK_RECEPTION", "CORPSMAIL_PS"}
    assert len(event.documents) == 1


@pytest.mark.parametrize(
    ("code", "is_dmp", "is_mss"),
    [("ACK_RECEPTION_DMP", True, False), ("ACK_RECEPTION_MSS", False, True), ("ACK_RECEPTION", True, True)],
)
def test_a_receipt_may_be_asked_of_the_record_of_the_mailboxes_or_of_both(code, is_dmp, is_mss):
    routing = routed(flag(code)).routing

    assert (routing.wants_dmp_receipt, routing.wants_mss_receipt) == (is_dmp, is_mss)


def test_a_broken_mail_body_does_not_keep_the_document_from_arriving():
    event = routed("OBX|9|ED|CORPSMAIL_PS^x^MetaDMPMSS||^TEXT^^Base64^Qm9ua||||||F", flag("DESTDMP"))

    assert event.routing.body_for_professionals == ""
    assert len(event.documents) == 1


def test_a_message_that_asks_nothing_has_no_routing():
    assert routed().routing is None


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("58132^^1.2.250.2345^ISO", "1.2.250.2345^58132"),
        ("1.2.250.2345.58132", "1.2.250.2345.58132"),
        ("1.2.3.82^ESSAI", "1.2.3.82"),
    ],
)
def test_a_document_is_named_as_its_cda_names_it(written, read):
    txa = f"TXA|1|18748-4|TEXT|202212160932||||||||{written}|{written}||||AU"
    letter = samples.mdm("T10", "OBX|1|ED|18748-4^CR^LN||^application^PDF^Base64^JVBERi0=||||||C", txa=txa)

    (document,) = pamfr.read(hl7v2.parse(letter)).documents

    assert (document.unique_id, document.replaces) == (read, read)
