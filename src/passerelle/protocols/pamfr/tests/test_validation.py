"""Each rule of the validator, broken once: what is said, and where."""

from __future__ import annotations

import pytest

from passerelle.protocols import hl7v2, pamfr
from passerelle.protocols.pamfr.tests import samples
from passerelle.protocols.pamfr.validation.findings import FORM_RULES

PID, PV1, REST = samples.PID, samples.PV1, samples.REST
ZBE = REST[1]


def findings(raw):
    return [(one.rule, one.where, one.severity) for one in pamfr.validate(hl7v2.parse(raw))]


def adt(trigger="A01", pid=PID, pv1=PV1, zbe=ZBE, zfd=REST[4], *more):
    raw = samples.adt(trigger, pid, pv1, zbe, *([zfd] if zfd else []), *more)
    structure = {"A11": "ADT_A09", "Z99": "ADT_A01", "A31": "ADT_A05"}.get(trigger, f"ADT_{trigger}")
    return raw.replace(b"^ADT_A01|", f"^{structure}|".encode()).replace(b"|P|2.5", b"|T|2.5")


def zbe(action="INSERT", original="", nature="HMS", units="Chir V^^^^^^UF^^^6268|"):
    return f"ZBE|312^ESSAI^1.2.3^ISO|20240306110000||{action}|N|{original}|{units}|{nature}"


def swap(pid, number, value):
    fields = pid.split("|")
    fields[number] = value
    return "|".join(fields)


PI = "I-1042^^^ESSAI&1.2.3&ISO^PI"
NIR = "279035121518989^^^ASIP-SANTE-INS-NIR&1.2.250.1.213.1.4.10&ISO^INS"
NIA = "777035121518989^^^ASIP-SANTE-INS-NIA&1.2.250.1.213.1.4.9&ISO^INS"
OTHER = "277076322082910^^^ASIP-SANTE-INS-NIR&1.2.250.1.213.1.4.10&ISO^INS"


def test_a_careful_message_has_nothing_against_it():
    assert findings(adt()) == []


@pytest.mark.parametrize(
    ("raw", "rule", "where", "severity"),
    [
        (adt(pid=swap(PID, 32, "PROV")), "INS-1", "PID^1^32", "error"),
        (adt(pid=swap(PID, 3, f"{PI}~{NIR.replace('989', '988')}")), "INS-2", "PID^1^3^1^1", "warning"),
        (adt(pid=swap(PID, 3, f"{PI}~{NIR.replace('279', '')}")), "INS-2", "PID^1^3^1^1", "error"),
        (adt(pid=swap(PID, 3, f"{PI}~{NIR}~{OTHER}")), "INS-3", "PID^1^3", "error"),
        (adt(pid=swap(PID, 3, f"{PI}~{NIR}~{NIA}")), "INS-3", "PID^1^3", "warning"),
        (adt(pid=swap(PID, 7, "")), "INS-4", "PID^1^7", "error"),
        (adt(pid=swap(PID, 11, "1 RUE D ESSAI^^ARLES^^13200^FRA^H")), "INS-4", "PID^1^11", "error"),
        (adt(pid=swap(PID, 5, "FICTIF^^^^^^L")), "INS-4", "PID^1^5", "error"),
        (adt(pid=swap(PID, 8, "U")), "INS-5", "PID^1^8", "error"),
        (adt(zfd="ZFD|||Y|Y|INSI|20211201|CN"), "INS-6", "ZFD^1^4", "error"),
        (adt(pid=PID.replace("^^13004|", "^^99999|")), "INS-7", "PID^1^11^1^9", "warning"),
        (adt().replace(b"|T|2.5", b"|P|2.5"), "INS-8", "PID^1^3^1^4", "warning"),
        (adt(pid=swap(PID, 3, f"{PI}~{NIR.replace('.10', '.99')}")), "INS-9", "PID^1^3^1^4", "error"),
        (adt(pid=swap(PID, 3, NIR)), "PID-1", "PID^1^3", "warning"),
        (adt(pid=swap(PID, 32, "VALI~PROV")), "PID-2", "PID^1^32", "warning"),
        (adt(pid=swap(PID, 5, "FICTIF^ANNE^^^^^D")), "PID-3", "PID^1^5", "warning"),
        (adt().replace(b"^ADT_A01|", b"^ADT_A99|"), "MSH-1", "MSH^1^9^1^3", "warning"),
        (adt().replace(b"2.5^FRA^2.11|", b"2.5^FRA|"), "MSH-2", "MSH^1^12^1^3", "error"),
        (adt().replace(b"2.5^FRA^2.11|", b"2.5^FRA^2.10|"), "MSH-2", "MSH^1^12", "warning"),
        (adt(pid=swap(PID, 18, "")), "STY-1", "PID^1^18", "error"),
        (samples.adt("A31", PID, PV1), "STY-2", "PV1^1^2", "warning"),
        (adt(zbe=zbe("CANCEL")), "MOV-1", "ZBE^1^6", "error"),
        (adt("Z99", zbe=zbe("UPDATE")), "MOV-1", "ZBE^1^6", "error"),
        (adt(zbe=zbe(nature="C")), "MOV-2", "ZBE^1^9", "error"),
        (adt("Z99", zbe=zbe("UPDATE", "A02", "C")), "MOV-2", "ZBE^1^9", "error"),
        (adt(zbe=zbe("UPDATE", "A01")), "MOV-3", "ZBE^1^4", "error"),
        (adt("A11", zbe=zbe("INSERT")), "MOV-3", "ZBE^1^4", "error"),
        (adt(zbe=zbe(units="|")), "MOV-4", "ZBE^1^7", "warning"),
        (adt("A01", PID, PV1, ZBE, "", "OBX|1|NM|29463-7^Poids^LN||70|kg|||||F"), "OBX-1", "OBX^1^16", "error"),
        (samples.adt("A40", PID, f"MRG|{PI}"), "A40-1", "MRG^1^1", "error"),
        (samples.adt("A40", PID, f"MRG|{OTHER}"), "A40-1", "MRG^1^1", "error"),
        (samples.adt("A40", PID, "MRG|I-9^^^AUTRE&1.2.4&ISO^PI"), "A40-1", "MRG^1^1^1^4", "warning"),
        (samples.adt("A44", swap(PID, 18, ""), "MRG|I-9^^^ESSAI&1.2.3&ISO^PI"), "A44-1", "MRG^1^3", "error"),
        (samples.adt("A47", PID, f"MRG|{PI}"), "A47-1", "MRG^1^1", "error"),
        (samples.adt("A47", swap(PID, 3, PI), f"MRG|{OTHER}"), "A47-1", "PID^1^3", "warning"),
    ],
)
def test_each_rule_of_meaning_is_said_where_it_is_broken(raw, rule, where, severity):
    assert (rule, where, severity) in findings(raw)


@pytest.mark.parametrize(
    "raw",
    [
        adt("Z99", zbe=zbe("UPDATE", "A01", "C")),
        adt("A07", zbe=zbe("CANCEL", "A06")),
        adt("A06"),
        adt("A11", zbe=zbe("CANCEL", "A01")),
    ],
)
def test_what_the_profile_allows_is_not_refused(raw):
    assert not [one for one in findings(raw) if one[0].startswith("MOV")]


@pytest.mark.parametrize(
    ("raw", "rule", "where", "severity"),
    [
        (samples.adt("A01", PID, PV1), "SEG-1", "ZBE^1", "error"),
        (samples.adt("A01", PID, ZBE, PV1), "SEG-2", "PV1^1", "error"),
        (samples.adt("A01", PID, PV1, PV1, ZBE), "SEG-3", "PV1^2", "error"),
        (samples.adt("A03", PID, PV1, "PV2||||||||", ZBE), "SEG-4", "PV2^1", "error"),
        (samples.adt("A01", PID, PV1, ZBE, "ZZZ|1"), "SEG-5", "ZZZ^1", "warning"),
        (adt(pid=swap(PID, 32, "")), "FLD-1", "PID^1^32", "error"),
        (adt(pid=swap(PID, 19, "279035121518989")), "FLD-2", "PID^1^19", "error"),
        (adt(pid=swap(PID, 7, "19790328~19790329")), "FLD-3", "PID^1^7", "error"),
        (adt(pid=swap(PID, 24, "NON")), "FLD-4", "PID^1^24^1", "error"),
        (adt(pid=swap(PID, 7, "28/03/1979")), "FLD-5", "PID^1^7^1^1", "error"),
        (adt(pid=swap(PID, 32, "SUR")), "FLD-6", "PID^1^32^1", "error"),
        (adt(zbe=zbe("MODIFY", "A01")), "FLD-6", "ZBE^1^4^1", "error"),
        (adt(pid=swap(PID, 8, "O")), "FLD-7", "PID^1^8^1", "warning"),
        (adt(pid=swap(PID, 3, "I-1042^^^^PI")), "CMP-1", "PID^1^3^1^4", "error"),
        (adt(pid=swap(PID, 5, "FICTIF^ANNE^^^^DR^L")), "CMP-2", "PID^1^5^1^6", "error"),
        (samples.adt("A08", PID, PV1), "MSG-1", "MSH^1^9", "error"),
    ],
)
def test_each_rule_of_form_is_said_where_it_is_broken(raw, rule, where, severity):
    assert (rule, where, severity) in findings(raw)


def flag(code, value="Y"):
    return f"OBX|2|CWE|{code}^x^MetaDMPMSS||{value}^^expandedYes-NoIndicator||||||F"


TXA = "TXA|1|18748-4|TEXT|202212160932||||||||1.2.3.82|||||AU"
DOCUMENT = "OBX|1|ED|18748-4^CR^LN||^TEXT^XML^Base64^PGEvPg==||||||F"
SENDER = "PRT||UC||SB^^participation|801234567866^DIAZ^Thierry"
ADDRESSEE = "PRT||UC||RCT^^participation|801234567897^Hoda^Adam||||||||||^^X.400^adam@essai.mssante.fr"
ORDER = ("ORC|NW", "OBR|1|||18748-4^CR^LN")


def mdm(*segments, trigger="T02", txa=TXA, pid=PID, order=ORDER, pv1="PV1|1|N"):
    whole = samples.mdm(trigger, DOCUMENT, *segments, txa="\r".join([*order, txa])).decode("latin-1")
    return whole.replace("PV1|1|N", pv1).replace(PID, pid).replace("|P|2.6", "|T|2.6").encode("latin-1")


@pytest.mark.parametrize(
    ("raw", "rule", "where", "severity"),
    [
        (mdm(order=("ORC|CA", ORDER[1])), "DOC-1", "ORC^1^1", "error"),
        (mdm(trigger="T10", txa=TXA.replace("82|||||", "82|1.2.3.81||||")), "DOC-1", "ORC^1^1", "error"),
        (mdm(txa="TXA|1|18748-4|TEXT|||||||||||||AU"), "DOC-2", "TXA^1^12", "error"),
        (mdm(trigger="T10"), "DOC-2", "TXA^1^13", "error"),
        (mdm(order=("ORC|NW", "OBR|1|||11502-2^CR^LN")), "DOC-3", "OBR^1^4", "warning"),
        (mdm(pv1="PV1|1|I"), "DOC-4", "PV1^1^19", "warning"),
        (mdm(flag("DESTDMP")), "DOC-5", "PRT^1^4", "error"),
        (mdm(flag("DESTMSSANTEPS"), flag("DESTMSSANTEPAT")), "DOC-6", "PRT^1^15", "error"),
        (mdm(SENDER, ADDRESSEE, flag("DESTMSSANTEPS"), flag("MASQUE_PS")), "DOC-7", "OBX^1^3", "error"),
        (mdm(SENDER, flag("DESTDMP"), pid=swap(swap(PID, 3, PI), 32, "PROV")), "DOC-8", "PID^1^32", "error"),
        (mdm(txa=TXA.replace("|AU", "|LA")), "DOC-9", "TXA^1^17", "warning"),
    ],
)
def test_each_rule_of_documents_is_said_where_it_is_broken(raw, rule, where, severity):
    assert (rule, where, severity) in findings(raw)


def test_a_careful_document_has_nothing_against_it():
    raw = mdm(SENDER, ADDRESSEE, flag("DESTDMP"), flag("DESTMSSANTEPS"), flag("DESTMSSANTEPAT"))

    assert findings(raw) == []


def test_every_rule_is_broken_once_in_this_file_and_told_in_the_reference():
    broken = {
        case[1]
        for test in (
            test_each_rule_of_meaning_is_said_where_it_is_broken,
            test_each_rule_of_form_is_said_where_it_is_broken,
            test_each_rule_of_documents_is_said_where_it_is_broken,
        )
        for case in test.pytestmark[0].args[1]
    }

    assert broken == set(pamfr.RULES)
    assert set(FORM_RULES) <= set(pamfr.RULES)


def test_a_finding_carries_the_condition_of_an_acknowledgement():
    assert {one.condition for one in pamfr.validate(hl7v2.parse(samples.adt("A01", PID, PV1)))} >= {"100"}
    assert [one.condition for one in pamfr.validate(hl7v2.parse(adt(pid=swap(PID, 18, ""))))] == ["207"]


@pytest.mark.parametrize("raw", samples.seeds()[:40])
def test_validating_never_raises(raw):
    message = hl7v2.parse(raw)

    assert isinstance(pamfr.validate(message), list)
