"""The messages we write have the segments and the fields that IHE PAM France 2.11 requires, in its order.

https://github.com/Ben0it-T/hl7v2 (IHE PAM France 2.11.2 as JSON: structures, segments, fields)
"""

from __future__ import annotations

import json
import os
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from passerelle.protocols.hl7v2 import api as hl7v2
from passerelle.protocols.ins.api import IdentityStatus, InsKind
from passerelle.protocols.pamfr import api as pamfr

PROJECT = Path(__file__).resolve().parents[2]
FOLDER = Path(os.environ.get("PASSERELLE_SHARED", PROJECT.parent / "shared")) / "data" / "pam-fr-schema"
AT = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
ENVELOPE = pamfr.Envelope("GAM", "ESSAI", "DPI", "ESSAI", "1")
#: Required by the schema, and left out here with a reason.
LEFT_OUT = {
    "PV2.18",  # a programme code that no fact of ours can fill
    "ZFA.3",  # the date a record was closed: only when it was
    "ZFD.8",  # the end of validity of the evidence: not kept
    "OBX.14", "OBX.16",  # required of results at admission, not of the metadata of documents
}  # fmt: skip
MOVES = [
    "A01",
    "A02",
    "A03",
    "A04",
    "A05",
    "A06",
    "A07",
    "A11",
    "A12",
    "A13",
    "A14",
    "A15",
    "A16",
    "A21",
    "A22",
    "A25",
    "A26",
    "A27",
    "A32",
    "A33",
    "A38",
    "A52",
    "A53",
    "A54",
    "A55",
    "Z99",
]
pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="the schema of PAM France is not on this machine")


def identifier(value, kind):
    return pamfr.Identifier(value, kind, "ESSAI", "1.2.3", "ISO")


def patient():
    matricule = "279035121518989"
    return pamfr.Patient(
        identifiers=(
            identifier("I-1", "PI"),
            pamfr.Identifier(matricule, "INS", "ASIP-SANTE-INS-NIR", "1.2.250.1.213.1.4.10", "ISO"),
        ),
        ins=pamfr.Ins(matricule, "1.2.250.1.213.1.4.10", InsKind.NIR_TEST, key_ok=True),
        status=IdentityStatus.QUALIFIEE,
        attributes=frozenset({"FICT"}),
        traits=pamfr.Traits("FICTIF", ("ANNE",), date(1979, 3, 28), "F", "13004", first_given="ANNE"),
        account=identifier("N-1", "AN"),
    )


def move(trigger):
    has_stay = trigger not in {"A28", "A31"}
    return pamfr.AdtEvent(
        trigger=trigger,
        occurred_at=AT,
        recorded_at=AT,
        patient=patient(),
        visit=pamfr.Visit("I", visit_number=identifier("V-1", "VN"), admitted_at=AT) if has_stay else None,
        movement=pamfr.Movement(
            (identifier("M-1", ""),), AT, medical_unit=pamfr.Unit("6268", "Chirurgie"), nature="HMS"
        )
        if has_stay
        else None,
        consents=pamfr.DmpConsents("ACTIF", AT, "INO", AT, "IC", AT),
        identity_check=pamfr.IdentityCheck(mode="INSI", checked_at=AT, evidence="CN"),
        pmsi=pamfr.Pmsi("8") if has_stay else None,
    )


def replacement(trigger):
    return pamfr.AdtEvent(
        trigger, AT, AT, patient(), prior=(identifier("I-0", "PI"),), prior_account=identifier("N-0", "AN")
    )


def document(kind, trigger, action):
    letter = pamfr.InboundDocument(
        1, action, "18748-4", "LN", "Compte rendu", "text/xml", b"<a/>",
        unique_id="1.2.3.4" if kind == "MDM" else None, created_at=AT, restrictions=frozenset({pamfr.MASQUE_PS}),
    )  # fmt: skip
    order = pamfr.Order("1", "2", "18748-4", "LN", "Compte rendu")
    return pamfr.DocumentEvent(kind, trigger, AT, patient(), AT, order=order, documents=(letter,))


EVENTS = [
    *(move(trigger) for trigger in [*MOVES, "A28", "A31"]),
    *(replacement(trigger) for trigger in ("A40", "A44", "A47")),
    document("ORU", "R01", "add"),
    document("MDM", "T02", "add"),
    document("MDM", "T04", "delete"),
    document("MDM", "T10", "replace"),
]


#: Described elsewhere than in PAM France: HL7 v2.5 chapters 8 and 10, CI-SIS. Written and read, not compared here.
ELSEWHERE = [
    *(
        pamfr.AppointmentEvent(trigger, AT, AT, patient(), pamfr.Appointment(filler=identifier("F-1", "")))
        for trigger in ("S12", "S13", "S14", "S15", "S16", "S17", "S26")
    ),
    *(pamfr.BusinessAckEvent(trigger, AT, AT, "M-1", is_ok=True) for trigger in ("Z01", "Z02", "Z03")),
    pamfr.StructureEvent("M05", AT, AT, ()),
]


def structure_of(message):
    (path,) = FOLDER.glob(f"structures/{message.code}-{message.trigger}-*.json")
    return path.stem.split("-")[-1], json.loads(path.read_text())


def take(names, element, groups):
    """Take from the head of `names` what one element of a structure allows; None when it lacks what it must have."""
    most = 10_000 if element["maxOccurs"] == "unbounded" else int(element["maxOccurs"])
    count = 0
    while count < most:
        rest = take_once(names, element, groups)
        if rest is None or len(rest) == len(names):
            break
        names, count = rest, count + 1
    return names if count >= int(element["minOccurs"]) else None


def take_once(names, element, groups):
    if "segment" in element:
        return names[1:] if names[:1] == [element["segment"]] else None
    for inner in groups[element["group"]]["elements"]:
        names = take(names, inner, groups)
        if names is None:
            return None
    return names


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.trigger)
def test_segments_are_those_of_the_structure_in_its_order(event):
    message = hl7v2.parse(pamfr.write(event, ENVELOPE))
    root, groups = structure_of(message)
    names = [segment.name for segment in message.segments if segment.name != "PRT"]

    rest = names
    for element in groups[root]["elements"]:
        rest = take(rest, element, groups)
        assert rest is not None, element

    assert rest == []
    assert message.structure == root


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.trigger)
def test_required_fields_are_filled_and_forbidden_ones_empty(event):
    message = hl7v2.parse(pamfr.write(event, ENVELOPE))
    segments = json.loads((FOLDER / "segments" / "segments.json").read_text())
    is_pam = message.code == "ADT"

    missing, forbidden = [], []
    for segment in message.segments:
        for rule in segments[segment.name]["fields"]:
            text = segment.field(int(rule["field"].split(".")[1]))
            if rule["minOccurs"] != "0" and not text and rule["field"] not in LEFT_OUT:
                missing.append(rule["field"])
            if rule.get("Usage") == "X" and text and is_pam:
                forbidden.append(rule["field"])

    assert (missing, forbidden) == ([], [])


def test_every_event_that_we_read_can_be_written():
    written = {hl7v2.parse(pamfr.write(event, ENVELOPE)).trigger for event in [*EVENTS, *ELSEWHERE]}

    assert written == {trigger for _, trigger in pamfr.SUPPORTED}
