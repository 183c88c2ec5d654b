"""Our tables of IHE PAM France 2.11 against an independent description of it, and both on the same mutants.

Source: IHE PAM, national extension France, version 2.11 (Interop'Santé): https://www.interopsante.org/publications
"""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from tests.conformance import pam_fr_oracle as oracle

from passerelle.protocols import hl7v2, pamfr
from passerelle.protocols.ins import IdentityStatus, InsKind
from passerelle.protocols.pamfr.profile import loading
from passerelle.protocols.pamfr.tests import samples

pytestmark = pytest.mark.skipif(
    not oracle.FOLDER.is_dir(), reason="the oracle (shared/data/pam-fr-schema) is not at hand"
)
PAGE = Path(__file__).resolve().parents[2] / "docs" / "reference" / "pam-fr-disagreements.md"
ENVELOPE = pamfr.Envelope("GAM", "ESSAI", "DPI", "ESSAI", "C-1", "T")
AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
CANCELS = {
    "A11": "A01", "A12": "A02", "A13": "A03", "A25": "A16", "A26": "A15", "A27": "A14", "A32": "A10", "A33": "A09",
    "A38": "A05", "A52": "A21", "A53": "A22", "A55": "A54",
}  # fmt: skip
IDENTITY = {"A28", "A31", "A40", "A47"}
ADT = sorted(trigger for code, trigger in pamfr.SUPPORTED if code == "ADT")


def explained():
    """The places of the committed table."""
    rows = PAGE.read_text(encoding="utf-8").split("## ")[0].splitlines()
    return {row.split("|")[1].strip() for row in rows if row.startswith("|")} - {"place", "---"}


def ours(nodes):
    for node in nodes:
        if node.children:
            yield ("(", node.least, node.most)
            yield from ours(node.children)
            yield (")",)
        else:
            yield (node.name, node.least, node.most)


def of_field(spec):
    return spec.type, spec.length, int(spec.usage == "R"), 0 if spec.usage == "X" else spec.most


def differing():
    """Every place where the two descriptions are not the same."""
    known = oracle.events()
    yield from (
        event
        for event, nodes in loading.structures().items()
        if event in known and list(ours(nodes)) != oracle.structure(event)
    )
    for name, composite in loading.segments().items():
        if len(composite.fields) != len(oracle.read("segments/segments.json")[name]["fields"]):
            yield name
        for spec in composite.fields:
            kind, length, least, most, usage = oracle.field(name, spec.number)
            is_same_usage = usage in {None, spec.usage}
            if of_field(spec) != (kind, length, least, most) or not is_same_usage:
                yield f"{name}-{spec.number}"
    for name, composite in loading.types().items():
        told = oracle.components(name)
        for spec, (kind, length, least, most, _) in zip(composite.fields, told, strict=True):
            if of_field(spec) != (kind, length, least, most):
                yield f"{name}.{spec.number}"


def test_our_tables_differ_from_the_oracle_exactly_where_the_page_explains_it():
    assert set(differing()) == explained()


def test_every_mandatory_event_of_the_profile_has_its_structure():
    mandatory = {"A28", "A31", "A47", "A40"} | {
        "A01", "A11", "A04", "A03", "A13", "A05", "A38", "A06", "A07", "A02", "A12", "A54", "A55", "A21", "A52", "A22",
        "A53", "A44", "Z99",
    }  # fmt: skip

    assert {f"ADT^{trigger}" for trigger in mandatory} <= set(loading.structures())
    assert {("ADT", trigger) for trigger in mandatory} <= pamfr.SUPPORTED


def identifier(value, kind):
    return pamfr.Identifier(value, kind, "ESSAI", "1.2.250.1.999", "ISO")


INS = pamfr.Identifier("279035121518989", "INS", "ASIP-SANTE-INS-NIR", "1.2.250.1.213.1.4.10", "ISO")
FORMER = pamfr.Identifier("277076322082910", "INS", "ASIP-SANTE-INS-NIR", "1.2.250.1.213.1.4.10", "ISO")
PATIENT = pamfr.Patient(
    identifiers=(identifier("I-1042", "PI"), INS),
    ins=pamfr.Ins(INS.value, INS.universal_id, InsKind.NIR_TEST, key_ok=True),
    status=IdentityStatus.QUALIFIEE,
    attributes=frozenset({"FICT"}),
    traits=pamfr.Traits("FICTIF", ("ANNE",), date(1979, 3, 28), "F", "13004", "USUEL", "ANNE", phone="0400000000"),
    account=identifier("N-77", "AN"),
)


def event(trigger):
    """A message of each event such as a careful sender makes it."""
    if trigger in {"A40", "A44", "A47"}:
        prior = FORMER if trigger == "A47" else identifier("I-1041", "PI")
        account = identifier("N-77", "AN") if trigger == "A44" else None
        return pamfr.AdtEvent(trigger, AT, AT, PATIENT, prior=(prior,), prior_account=account)
    check = pamfr.IdentityCheck("", sms_consent=False, birth_date_corrected=False, mode="INSI", evidence="CN")
    consents = pamfr.DmpConsents("ACTIF", AT, "INO", AT, "IC", AT)
    if trigger in IDENTITY:
        return pamfr.AdtEvent(trigger, AT, AT, PATIENT, consents=consents, identity_check=check)
    original = CANCELS.get(trigger, "A02" if trigger == "Z99" else "")
    action = "UPDATE" if trigger == "Z99" else "CANCEL" if original else "INSERT"
    movement = pamfr.Movement(
        identifiers=(identifier("312", ""),),
        start=AT,
        action=action,
        original_trigger=original,
        medical_unit=pamfr.Unit("6268", "Cardiologie"),
        care_unit=pamfr.Unit("6269", "Soins"),
        nature="HMS",
    )
    visit = pamfr.Visit("I", pamfr.Location("CARDIO", "12", "B", "ESSAI"), "R", admitted_at=AT)
    return pamfr.AdtEvent(
        trigger, AT, AT, PATIENT, visit=visit, movement=movement, consents=consents, identity_check=check,
        pmsi=pamfr.Pmsi("8"),
    )  # fmt: skip


def errors(raw):
    return {
        ("", 0) if not one.field else (one.segment, one.field)
        for one in pamfr.validate(hl7v2.parse(raw))
        if one.severity == "error"
    }


@pytest.mark.parametrize("trigger", ADT)
def test_what_the_writer_writes_neither_the_oracle_nor_we_find_fault_with(trigger):
    raw = pamfr.write(event(trigger), ENVELOPE)

    assert oracle.validate(raw) == set()
    assert errors(raw) == set()


@settings(max_examples=150, deadline=None)
@given(
    trigger=st.sampled_from(ADT),
    patient_class=st.sampled_from("IEOR"),
    nature=st.sampled_from(["S", "H", "M", "L", "D", "SM", "SH", "MH", "LD", "HMS"]),
    feeding=st.sampled_from(["NA", "IO", "INO"]),
    evidence=st.sampled_from(["AN", "CN", "PA", "TC"]),
    name=st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZÉÈ '-", min_size=1, max_size=40).filter(str.strip),
    is_qualified=st.booleans(),
)
def test_any_believable_message_we_write_is_sound_for_both(**chosen):
    told = event(chosen["trigger"])
    traits = replace(PATIENT.traits, birth_name=chosen["name"].strip())
    patient = replace(PATIENT, traits=traits)
    if not chosen["is_qualified"]:
        patient = replace(patient, ins=None, identifiers=PATIENT.identifiers[:1], status=IdentityStatus.PROVISOIRE)
    told = replace(told, patient=patient)
    if told.visit and told.movement:
        visit = replace(told.visit, patient_class=chosen["patient_class"])
        told = replace(told, visit=visit, movement=replace(told.movement, nature=chosen["nature"]))
    if told.consents and told.identity_check:
        check = replace(told.identity_check, evidence=chosen["evidence"])
        told = replace(told, consents=replace(told.consents, feeding=chosen["feeding"]), identity_check=check)

    raw = pamfr.write(told, ENVELOPE)

    assert (oracle.validate(raw), errors(raw)) == (set(), set())


AUTHOR = pamfr.Practitioner("Réault", "Anne", pamfr.Identifier("801234567897", "RPPS", "ASIP-SANTE-PS"))
ADDRESSEE = pamfr.Participant("RCT", pamfr.Practitioner("Hoda", "Adam"), mailbox="adam@essai.mssante.fr")
ROUTING = pamfr.DocumentRouting(
    to_dmp=True,
    to_professionals=True,
    to_patient=True,
    participants=(pamfr.Participant("SB", AUTHOR), ADDRESSEE),
    told=frozenset({"DESTDMP", "DESTMSSANTEPS", "DESTMSSANTEPAT"}),
)
BED = pamfr.PlaceRef(pamfr.PlaceKind.BED, "12A")


def document(kind, trigger, action, replaces=None):
    one = pamfr.InboundDocument(
        1, action, "11488-4", "LN", "Consultation", "text/xml", b"<a/>", "1.2.3^4" if kind == "MDM" else None, replaces,
        AT, AUTHOR,
    )  # fmt: skip
    order = pamfr.Order("D-1", "R-1", "11488-4", "LN", "Consultation")
    return pamfr.DocumentEvent(kind, trigger, AT, PATIENT, AT, order=order, documents=(one,), routing=ROUTING)


OTHERS = {
    "ORU": document("ORU", "R01", "add"),
    "T02": document("MDM", "T02", "add"),
    "T10": document("MDM", "T10", "replace", "1.2.3^3"),
    "T04": document("MDM", "T04", "delete"),
    "SIU": pamfr.AppointmentEvent(
        "S12", AT, AT, PATIENT,
        pamfr.Appointment(
            filler=identifier("F-1", ""), starts_at=AT, duration_minutes=30, event_reason=pamfr.Coded("PRIS"),
            services=(pamfr.Coded("CARDIO", "Consultation"),), locations=(pamfr.Location("CONSULT"),),
            practitioners=(AUTHOR,),
        ),
    ),
    "Z01": pamfr.BusinessAckEvent("Z01", AT, AT, "MSG-42", is_ok=True),
    "Z02": pamfr.BusinessAckEvent(
        "Z02", AT, AT, "MSG-42", is_ok=False, mailbox="adam@essai.mssante.fr",
        error=pamfr.ReceiptError(application_code="550", application_system="SMTPERRORCODE"),
    ),
    "MFN": pamfr.StructureEvent("M05", AT, AT, (pamfr.Place(BED, pamfr.PlaceAction.ADD, "Lit 12A"),)),
}  # fmt: skip
#: What the oracle asks of results and documents that the volet does not, each explained on the page.
NOT_OF_THE_VOLET = {("MSH", 12), ("OBX", 2), ("OBX", 16), ("TXA", 3), ("", 0)}


@pytest.mark.parametrize("name", sorted(OTHERS))
def test_the_other_messages_we_write_have_nothing_against_them_either(name):
    raw = pamfr.write(OTHERS[name], ENVELOPE)
    message = hl7v2.parse(raw)

    assert [one for one in pamfr.validate(message) if one.severity == "error"] == []
    if f"{message.code}^{message.trigger}" in oracle.events():
        assert oracle.validate(raw) <= NOT_OF_THE_VOLET


def lines(raw):
    return raw.decode().rstrip("\r").split("\r")


def joined(segments):
    return ("\r".join(segments) + "\r").encode()


def segment_mutants(raw):
    """One segment less, twice, or exchanged with the next."""
    whole = lines(raw)
    for place in range(1, len(whole)):
        yield joined(whole[:place] + whole[place + 1 :])
        yield joined([*whole[:place], whole[place], *whole[place:]])
        if place + 1 < len(whole):
            yield joined([*whole[:place], whole[place + 1], whole[place], *whole[place + 2 :]])


def changed(whole, place, number, value):
    fields = whole[place].split("|")
    index = number - 1 if fields[0] == "MSH" else number
    fields += [""] * (index + 1 - len(fields))
    fields[index] = value
    return joined([*whole[:place], "|".join(fields), *whole[place + 1 :]])


def field_mutants(raw):
    """Each field emptied, repeated, used though left out, too long, and each of its components emptied."""
    whole = lines(raw)
    for place, line in enumerate(whole):
        name = line[:3]
        values = line.split("|")
        for spec in loading.segments()[name].fields:
            number = spec.number
            index = number - 1 if name == "MSH" else number
            if name == "MSH" and number in {1, 2, 9, 10, 12, 18}:
                continue  # what tells how to read the rest
            value = values[index] if index < len(values) else ""
            if spec.usage == "X":
                yield changed(whole, place, number, "1")
            if not value:
                continue
            yield changed(whole, place, number, "")
            yield changed(whole, place, number, f"{value}~{value}")
            if spec.type not in loading.types():
                yield changed(whole, place, number, "1" * (spec.length + 1))
            parts = value.split("~")[0].split("^")
            for rank in range(len(parts)):
                yield changed(whole, place, number, "^".join([*parts[:rank], "", *parts[rank + 1 :]]))


@pytest.mark.parametrize("trigger", ADT)
def test_a_segment_missing_doubled_or_exchanged_is_found_by_both(trigger):
    raw = pamfr.write(event(trigger), ENVELOPE)
    seen = Counter()

    for mutant in segment_mutants(raw):
        is_wrong = ("", 0) in oracle.validate(mutant)
        assert (("", 0) in errors(mutant)) == is_wrong, mutant
        seen[is_wrong] += 1

    assert seen[True] > 5


#: What the rules of meaning say beyond the form, which the oracle does not know: the five traits, PID-18, ZBE-6...
MEANING = {"INS", "STY", "MOV", "A40", "A44", "A47", "DOC"}


def form_errors(raw):
    return {
        (one.segment, one.field)
        for one in pamfr.validate(hl7v2.parse(raw))
        if one.severity == "error" and one.field and one.rule.split("-")[0] not in MEANING
    }


@pytest.mark.parametrize("trigger", ["A01", "A28", "A40", "A44", "Z99"])
def test_a_field_missing_repeated_left_out_or_too_long_is_found_by_both_at_the_same_place(trigger):
    raw = pamfr.write(event(trigger), ENVELOPE)
    found = Counter()

    for mutant in field_mutants(raw):
        theirs = oracle.validate(mutant)
        mine = form_errors(mutant)
        # A code or a date is looked into by us alone: what the oracle finds, we find, at the same place.
        assert theirs <= mine, (sorted(theirs - mine), mutant)
        beyond = {one for one in pamfr.validate(hl7v2.parse(mutant)) if (one.segment, one.field) in mine - theirs}
        assert {one.rule for one in beyond} <= {"FLD-5", "FLD-6", "CMP-1"}, beyond
        found[bool(theirs)] += 1

    assert found[True] > 30


def test_the_official_examples_break_what_the_page_says_they_break():
    if not samples.EXAMPLES.is_dir():
        pytest.skip("the official examples (shared/data/pam-fr) are not at hand")
    rules = set()
    for path in sorted(samples.EXAMPLES.iterdir()):
        message = hl7v2.parse(path.read_bytes())
        if message.code != "ACK":
            rules |= {one.rule for one in pamfr.validate(message)}

    told = {
        rule.strip()
        for row in PAGE.read_text(encoding="utf-8").split("## ")[1].splitlines()
        if row.startswith("|")
        for rule in row.split("|")[1].split(",")
    }
    assert rules == told - {"rule", "---"}
