from __future__ import annotations

from passerelle.protocols.hl7v2 import Hl7Error, Message, Segment, check_header
from passerelle.protocols.pamfr.moments import day, moment
from passerelle.protocols.pamfr.people import given
from passerelle.protocols.pamfr.reading import check_one_patient, read, refusal_of

_NEEDS_PRIOR = frozenset({"A40", "A44", "A47"})
# Every other date of an administrative message, as `read` comes to them: its field, and where it is said to be wrong.
_DATES = (
    ("PV1", ((44, "PV1^1^44"), (45, "PV1^1^45"))),
    ("PV2", ((8, "PV2^1^8"), (9, "PV2^1^9"))),
    ("ZBE", ((2, "ZBE^1^2"), (3, "ZBE^1^3"))),
    ("ZFA", ((2, "ZFA^1^2"), (10, "ZFA^1^10"), (12, "ZFA^1^12"))),
    ("ZFD", ((6, "ZFD^1^6"), (8, "ZFD^1^8"))),
)


def check(message: Message) -> None:
    """Refuse what `read` would refuse, for the same reason at the same place, several times faster.

    Only what an administrative message can be refused for is read of it: its kind, its dates, that it names somebody.
    Any other message is read whole. Tested equal to `read` on damaged messages.

    Raises:
        Hl7Error: what `read` would raise.
    """
    if message.code != "ADT":
        read(message)
        return
    check_header(message)
    refusal = refusal_of(message.code, message.trigger)
    if refusal is not None:
        raise refusal
    check_one_patient(message)
    _check_moment(message)
    _check_prior(message)
    evn = message.segment("EVN")
    if evn is not None:
        moment(_first(evn, 6), "EVN^1^6")
    _check_patient(message)
    visit = message.segment("PV1")
    for name, dates in _DATES:
        segment = message.segment(name)
        if segment is None or (name == "PV2" and visit is None):
            continue
        for field, where in dates:
            if text := _first(segment, field):
                moment(text, where)


def _first(segment: Segment, field: int) -> str:
    """Return the first leaf of a field, read as it is when it is a plain text, as moments are."""
    fields = segment.fields
    text = fields[field] if field < len(fields) else ""
    return text if not text or text.isalnum() else segment.get(str(field))


def _check_moment(message: Message) -> None:
    evn = message.segment("EVN")
    if ((evn and moment(_first(evn, 2), "EVN^1^2")) or moment(message.get("MSH-7"), "MSH^1^7")) is None:
        raise Hl7Error(where="MSH^1^7", why="le message ne dit pas de quand il date", code="101")


def _check_prior(message: Message) -> None:
    if message.trigger not in _NEEDS_PRIOR:
        return
    mrg = message.segment("MRG")
    if mrg is None or not any(given(one.get("1")) for one in mrg.repetitions(1)):
        raise Hl7Error(where="MRG^1^1", why="l’identifiant à remplacer manque", code="101")


def _check_patient(message: Message) -> None:
    pid = message.segment("PID")
    if pid is None:
        raise Hl7Error(where="PID^1", why="le segment PID manque", code="101")
    if not any(given(one.get("1")) for one in pid.repetitions(3)):
        raise Hl7Error(where="PID^1^3", why="le patient n’a aucun identifiant", code="101")
    moment(_first(pid, 29), "PID^1^29")
    day(_first(pid, 7), "PID^1^7")
