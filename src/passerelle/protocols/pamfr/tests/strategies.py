"""Hypothesis strategies for events such as a real sender could tell them."""

from __future__ import annotations

from datetime import UTC, datetime

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
    "A21",
    "A22",
    "A28",
    "A31",
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


@st.composite
def document_events(draw):
    kind = draw(st.sampled_from(["ORU", "MDM"]))
    is_mdm = kind == "MDM"
    shared = {
        "author": draw(st.none() | practitioners),
        "restrictions": draw(st.frozensets(st.sampled_from(sorted(pamfr.RESTRICTIONS)))),
        "created_at": draw(st.none() | moments),
        "unique_id": draw(codes) if is_mdm else None,
        "replaces": draw(st.none() | codes) if is_mdm else None,
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
    return pamfr.DocumentEvent(
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


events = moves | replacements | document_events()
