from __future__ import annotations

from collections.abc import Sequence

from passerelle.protocols.hl7v2 import Message, Repetition, Segment
from passerelle.protocols.pamfr.events import (
    DmpConsents,
    Identifier,
    IdentityCheck,
    Location,
    Movement,
    Pmsi,
    Unit,
    Visit,
)
from passerelle.protocols.pamfr.moments import moment
from passerelle.protocols.pamfr.people import first_identifier, given, practitioner_in
from passerelle.protocols.pamfr.remembering import remembered

NOT_APPLICABLE = "N"
_NO_VISIT = Visit(patient_class=NOT_APPLICABLE)
_ACTIONS = frozenset({"INSERT", "UPDATE", "CANCEL"})


def visit(message: Message) -> Visit | None:
    """Read PV1 and PV2; None without PV1 and when PV1 only says "not applicable" (class N).

    Raises:
        Hl7Error: an unreadable date.
    """
    pv1, pv2 = message.segment("PV1"), message.segment("PV2")
    if pv1 is None:
        return None
    found = Visit(
        patient_class=given(pv1.get("2")),
        location=_location_in(pv1, 3),
        admission_type=given(pv1.get("4")),
        attending=practitioner_in(pv1, 7),
        visit_number=first_identifier(pv1.repetitions(19)),
        admitted_at=moment(pv1.get("44"), "PV1^1^44"),
        discharged_at=moment(pv1.get("45"), "PV1^1^45"),
        expected_admission=moment(pv2.get("8"), "PV2^1^8") if pv2 else None,
        expected_discharge=moment(pv2.get("9"), "PV2^1^9") if pv2 else None,
        discharge_disposition=given(pv1.get("36")),
    )
    return None if found.patient_class == NOT_APPLICABLE and found == _NO_VISIT else found


def movement(message: Message) -> Movement | None:
    """Read ZBE; None without it. Source: IHE PAM France 2.11.1, segment ZBE.

    An official discharge example writes everything after ZBE-3 one field too far: read as it is meant.
    """
    zbe = message.segment("ZBE")
    if zbe is None:
        return None
    shift = 1 if not zbe.field(4) and zbe.get("5") in _ACTIONS else 0
    return Movement(
        identifiers=tuple(_entity(one) for one in zbe.repetitions(1) if given(one.get("1"))),
        start=moment(zbe.get("2"), "ZBE^1^2"),
        end=moment(zbe.get("3"), "ZBE^1^3"),
        action=given(zbe.get(f"{4 + shift}")) or "INSERT",
        historic=zbe.get(f"{5 + shift}") == "Y",
        original_trigger=given(zbe.get(f"{6 + shift}")),
        medical_unit=_unit_in(zbe, 7 + shift),
        care_unit=_unit_in(zbe, 8 + shift),
        nature=given(zbe.get(f"{9 + shift}")),
    )


def consents(message: Message) -> DmpConsents | None:
    """Read ZFA; None without it."""
    zfa = message.segment("ZFA")
    if zfa is None:
        return None
    return DmpConsents(
        status=given(zfa.get("1")),
        status_at=moment(zfa.get("2"), "ZFA^1^2"),
        feeding=given(zfa.get("9")) or "NA",
        feeding_at=moment(zfa.get("10"), "ZFA^1^10"),
        consultation=given(zfa.get("11")) or "NA",
        consultation_at=moment(zfa.get("12"), "ZFA^1^12"),
    )


def identity_check(message: Message) -> IdentityCheck | None:
    """Read ZFD; None without it."""
    zfd = message.segment("ZFD")
    if zfd is None:
        return None
    return IdentityCheck(
        lunar_date=_joined_date(zfd),
        sms_consent=zfd.get("3") == "Y",
        birth_date_corrected=zfd.get("4") == "Y",
        mode=given(zfd.get("5")),
        checked_at=moment(zfd.get("6"), "ZFD^1^6"),
        evidence=given(zfd.get("7")),
        valid_until=moment(zfd.get("8"), "ZFD^1^8"),
    )


def pmsi(message: Message) -> Pmsi | None:
    """Read ZFM; None without it."""
    zfm = message.segment("ZFM")
    if zfm is None:
        return None
    return Pmsi(*(given(zfm.get(number)) for number in ("1", "2", "3", "4")))


@remembered
def _location_in(repetitions: Sequence[Repetition]) -> Location | None:
    for one in repetitions:
        parts = [given(one.get(place)) for place in ("1", "2", "3", "4")]
        if any(parts):
            return Location(*parts)
    return None


def _entity(one: Repetition) -> Identifier:
    namespace, universal_id, kind = (given(one.get(place)) for place in ("2", "3", "4"))
    return Identifier(given(one.get("1")), "", namespace, universal_id, kind)


@remembered
def _unit_in(repetitions: Sequence[Repetition]) -> Unit | None:
    for one in repetitions:
        code = given(one.get("10")) or given(one.get("3"))
        if code:
            return Unit(code, given(one.get("1")))
    return None


def _joined_date(zfd: Segment) -> str:
    """Return the lunar date, which is a numeric array (day, month, year) in ZFD-1."""
    return "^".join(given(part[0]) for part in zfd.values(1)[0]) if zfd.field(1) else ""
