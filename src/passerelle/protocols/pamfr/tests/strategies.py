"""Hypothesis strategies for events such as a real sender could tell them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from hypothesis import strategies as st

from passerelle.protocols import ins, pamfr
from passerelle.protocols.ins import IdentityStatus, InsKind

_TEST_OID = "1.2.250.1.213.1.4.10"
_LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZéèêçÉÀœŒ0123456789"

words = st.text(_LETTERS + "'-’", min_size=1, max_size=8)
#: Any text, delimiters and line breaks included; readers strip what is around.
texts = st.text(_LETTERS + " |^~\\&\n\r\t<>\"'#", min_size=1, max_size=20).filter(
    lambda text: text == text.strip() and text and text != '""'
)
maybe_texts = st.just("") | texts
codes = st.text("ABCDEFGHIJ0123456789-", min_size=1, max_size=8)
moments = st.integers(86_400, 3_780_000_000).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))


def identifiers(kind):
    return st.builds(
        pamfr.Identifier,
        value=codes,
        type=st.just(kind),
        namespace=words,
        universal_id=st.just("1.2.250.1.71.4.2.2"),
        universal_id_type=st.just("ISO"),
    )


ins_bodies = st.from_regex(r"[12][0-9]{12}", fullmatch=True)
practitioners = st.builds(pamfr.Practitioner, family=words, given=words, identifier=st.none() | identifiers("RPPS"))


@st.composite
def traits(draw):
    given_names = tuple(draw(st.lists(words, min_size=1, max_size=3)))
    deceased_at = draw(st.none() | moments)
    return pamfr.Traits(
        birth_name=draw(texts),
        given_names=given_names,
        first_given=given_names[0],
        birth_date=draw(st.none() | st.dates()),
        sex=draw(st.sampled_from("MFU")),
        birth_place=draw(st.none() | codes),
        used_name=draw(st.none() | texts),
        address=draw(st.none() | st.builds(pamfr.Address, street=texts, other=maybe_texts, city=maybe_texts)),
        phone=draw(st.none() | st.text("0123456789+", min_size=3, max_size=10)),
        email=draw(st.none() | words.map(lambda name: f"{name}@exemple.fr")),
        deceased_at=deceased_at,
        is_deceased=deceased_at is not None or draw(st.booleans()),
    )


@st.composite
def patients(draw):
    held = [draw(identifiers("PI"))]
    attributes = draw(st.frozensets(st.sampled_from(["FICT", "DOUT", "HOMA"])))
    kept, status = None, draw(st.sampled_from([IdentityStatus.PROVISOIRE, IdentityStatus.VALIDEE]))
    if draw(st.booleans()):
        body = draw(ins_bodies)
        key_ok = draw(st.booleans())
        key = int(ins.compute_key(body))
        matricule = f"{body}{key if key_ok else key % 97 + 1:02d}"
        held.append(pamfr.Identifier(matricule, "INS", "ASIP-SANTE-INS-NIR", _TEST_OID, "ISO"))
        kept = pamfr.Ins(matricule, _TEST_OID, InsKind.NIR_TEST, key_ok)
        status = IdentityStatus.QUALIFIEE if key_ok else IdentityStatus.VALIDEE
    return pamfr.Patient(
        identifiers=tuple(held),
        ins=kept,
        status=status,
        attributes=attributes,
        traits=draw(traits()),
        account=draw(st.none() | identifiers("AN")),
        erases_ins=kept is None and draw(st.booleans()),
    )


units = st.builds(pamfr.Unit, code=codes, label=maybe_texts)
visits = st.builds(
    pamfr.Visit,
    patient_class=st.sampled_from("IEOR"),
    location=st.none() | st.builds(pamfr.Location, point_of_care=texts, room=maybe_texts, bed=maybe_texts),
    admission_type=st.just("") | codes,
    attending=st.none() | practitioners,
    visit_number=st.none() | identifiers("VN"),
    admitted_at=st.none() | moments,
    discharged_at=st.none() | moments,
    expected_admission=st.none() | moments,
    expected_discharge=st.none() | moments,
    discharge_disposition=st.just("") | codes,
)
movements = st.builds(
    pamfr.Movement,
    identifiers=st.lists(identifiers(""), min_size=1, max_size=2).map(tuple),
    start=moments,
    end=st.none() | moments,
    action=st.sampled_from(["INSERT", "UPDATE", "CANCEL"]),
    historic=st.booleans(),
    original_trigger=st.sampled_from(["", "A01", "A02"]),
    medical_unit=st.none() | units,
    care_unit=st.none() | units,
    nature=st.sampled_from(["", "S", "HMS", "LD"]),
)
consents = st.builds(
    pamfr.DmpConsents,
    status=st.sampled_from(["", "ACTIF", "FERME"]),
    status_at=st.none() | moments,
    feeding=st.sampled_from(["NA", "IO", "INO"]),
    feeding_at=st.none() | moments,
    consultation=st.sampled_from(["NA", "IC", "INC"]),
    consultation_at=st.none() | moments,
)
checks = st.builds(
    pamfr.IdentityCheck,
    lunar_date=st.sampled_from(["", "31^2^1980"]),
    sms_consent=st.booleans(),
    birth_date_corrected=st.booleans(),
    mode=st.sampled_from(["", "SM", "INSI"]),
    checked_at=st.none() | moments,
    evidence=st.sampled_from(["", "CN", "PA"]),
    valid_until=st.none() | moments,
)
pmsi = st.builds(pamfr.Pmsi, entry=codes, exit=st.just("") | codes, origin=st.just("") | codes)
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
    "A28",
    "A31",
    "A32",
    "A33",
    "A38",
    "A52",
    "A53",
    "A54",
    "A55",
    "Z99",
]

moves = st.builds(
    pamfr.AdtEvent,
    trigger=st.sampled_from(MOVES),
    occurred_at=moments,
    recorded_at=moments,
    patient=patients(),
    visit=st.none() | visits,
    movement=st.none() | movements,
    consents=st.none() | consents,
    identity_check=st.none() | checks,
    pmsi=st.none() | pmsi,
)
replacements = st.builds(
    pamfr.AdtEvent,
    trigger=st.sampled_from(["A40", "A44", "A47"]),
    occurred_at=moments,
    recorded_at=moments,
    patient=patients(),
    prior=st.lists(identifiers("PI"), min_size=1, max_size=3).map(tuple),
    prior_account=st.none() | identifiers("AN"),
)
observations = st.builds(
    pamfr.Observation,
    code=codes,
    code_system=st.just("LN"),
    label=texts,
    value_number=st.none(),
    value_text=texts,
    unit=maybe_texts,
    reference_range=maybe_texts,
    interpretation=st.sampled_from(["", "H", "L"]),
    status=st.sampled_from("FCP"),
    observed_at=st.none() | moments,
) | st.builds(
    lambda number, **rest: pamfr.Observation(value_number=number, value_text=str(number), **rest),
    number=st.decimals(-1000, 1000, places=2),
    code=codes,
    code_system=st.just("LN"),
    label=texts,
)


document_numbers = codes | st.tuples(st.just("1.2.250.1.999"), codes).map("^".join)
participants = st.builds(
    pamfr.Participant,
    role=st.sampled_from(["RCT", "REPLY"]),
    person=st.none() | practitioners,
    organization=maybe_texts,
    organization_id=st.none() | identifiers("FINEG"),
    mailbox=words.map(lambda name: f"{name}@medecin.mssante.fr"),
)


@st.composite
def routings(draw, author):
    told = draw(
        st.frozensets(st.sampled_from(["DESTDMP", "DESTMSSANTEPS", "DESTMSSANTEPAT", "ACK_RECEPTION"]), min_size=1)
    )
    named = draw(st.lists(participants, max_size=2))
    has_receipts = "ACK_RECEPTION" in told and draw(st.booleans())
    return pamfr.DocumentRouting(
        to_dmp="DESTDMP" in told and draw(st.booleans()),
        to_professionals="DESTMSSANTEPS" in told and draw(st.booleans()),
        to_patient="DESTMSSANTEPAT" in told and draw(st.booleans()),
        wants_dmp_receipt=has_receipts,
        wants_mss_receipt=has_receipts,
        body_for_patient=draw(texts),
        participants=(*((pamfr.Participant("SB", author),) if author else ()), *named),
        told=told | {"CORPSMAIL_PATIENT"},
    )


@st.composite
def document_events(draw):
    kind = draw(st.sampled_from(["ORU", "MDM"]))
    is_mdm = kind == "MDM"
    shared = {
        "author": draw(st.none() | practitioners),
        "restrictions": draw(st.frozensets(st.sampled_from(sorted(pamfr.RESTRICTIONS)))),
        "created_at": draw(st.none() | moments),
        "unique_id": draw(document_numbers) if is_mdm else None,
        "replaces": draw(st.none() | document_numbers) if is_mdm else None,
    }
    trigger, action = draw(st.sampled_from([("T02", "add"), ("T10", "replace"), ("T04", "delete")]))
    found = tuple(
        pamfr.InboundDocument(
            set_id=number,
            action=action,
            code=draw(codes),
            code_system="LN",
            title=draw(texts),
            mime=draw(st.sampled_from(["text/xml", "application/pdf", "image/jpeg"])),
            content=draw(st.binary(max_size=60)),
            **shared,
        )
        for number in range(1, draw(st.integers(1, 2)) + 1)
    )
    occurred_at = draw(moments)
    routing = draw(st.none() | routings(shared["author"]))
    return pamfr.DocumentEvent(
        routing=routing,
        kind=kind,
        trigger=trigger if is_mdm else "R01",
        occurred_at=occurred_at,
        recorded_at=draw(moments) if is_mdm else occurred_at,
        patient=draw(patients()),
        visit=draw(st.none() | visits),
        order=draw(st.none() | st.builds(pamfr.Order, placer=codes, filler=codes, code=codes, label=texts)),
        documents=found,
        observations=() if is_mdm else tuple(draw(st.lists(observations, max_size=3))),
    )


coded = st.builds(pamfr.Coded, code=codes, label=maybe_texts, system=st.sampled_from(["", "L", "LN"]))


@st.composite
def appointments(draw):
    starts_at = draw(st.none() | moments)
    minutes = draw(st.none() | st.integers(0, 600)) if starts_at else None
    return pamfr.Appointment(
        placer=draw(st.none() | identifiers("")),
        filler=draw(identifiers("")),
        status=draw(st.sampled_from(["Booked", "Cancelled", "Complete"])),
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=minutes) if starts_at and minutes is not None else None,
        duration_minutes=minutes,
        kind=draw(coded),
        reason=draw(coded),
        event_reason=draw(coded),
        services=tuple(draw(st.lists(coded, max_size=2))),
        practitioners=tuple(draw(st.lists(practitioners, max_size=2))),
        locations=tuple(draw(st.lists(st.builds(pamfr.Location, point_of_care=texts, bed=maybe_texts), max_size=2))),
        notes=tuple(draw(st.lists(texts, max_size=2))),
    )


@st.composite
def appointment_events(draw):
    at = draw(moments)
    return pamfr.AppointmentEvent(
        trigger=draw(st.sampled_from(["S12", "S13", "S14", "S15", "S16", "S17", "S26"])),
        occurred_at=at,
        recorded_at=at,
        patient=draw(patients()),
        appointment=draw(appointments()),
        visit=draw(st.none() | visits),
    )


@st.composite
def receipts(draw):
    at, trigger, is_ok = draw(moments), draw(st.sampled_from(["Z01", "Z02", "Z03"])), draw(st.booleans())
    error = st.builds(
        pamfr.ReceiptError,
        application_code=codes,
        application_system=st.sampled_from(["DMP_ERROR_CODE", "SMTPERRORCODE"]),
        label=texts,
    )
    is_mail = trigger != "Z01"
    return pamfr.BusinessAckEvent(
        trigger=trigger,
        occurred_at=at,
        recorded_at=at,
        about=draw(codes),
        is_ok=is_ok,
        mailbox=draw(words).lower() + "@medecin.mssante.fr" if is_mail else "",
        recipient_id=draw(st.just("") | codes) if is_mail else "",
        error=None if is_ok else draw(error),
    )


refs = st.builds(pamfr.PlaceRef, kind=st.sampled_from(pamfr.PlaceKind), code=codes)
places = st.builds(
    pamfr.Place,
    ref=refs,
    action=st.sampled_from(pamfr.PlaceAction),
    label=texts,
    short_label=maybe_texts,
    parents=st.lists(refs, max_size=2).map(tuple),
    finess=st.just("") | codes,
    city=maybe_texts,
    opened_on=st.none() | st.dates(date(1900, 1, 1)),
    closed_on=st.none() | st.dates(date(1900, 1, 1)),
    effective_at=st.none() | moments,
    characteristics=st.lists(
        st.tuples(st.sampled_from(["SPEC", "TYP"]), texts), max_size=2, unique_by=lambda one: one[0]
    ).map(tuple),
)
structures = st.builds(
    pamfr.StructureEvent,
    trigger=st.just("M05"),
    occurred_at=moments,
    recorded_at=moments,
    places=st.lists(places, min_size=1, max_size=4).map(tuple),
    replaces_all=st.booleans(),
)

events = moves | replacements | document_events() | appointment_events() | receipts() | structures
