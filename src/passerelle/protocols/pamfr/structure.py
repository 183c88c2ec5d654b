from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

from passerelle.protocols.hl7v2 import Hl7Error, Message, Segment
from passerelle.protocols.pamfr.moments import day, moment
from passerelle.protocols.pamfr.people import given
from passerelle.protocols.pamfr.structure_events import Place, PlaceAction, PlaceKind, PlaceRef, StructureEvent

#: How senders write a level in LOC-3, PL-6 or LRL-6: HL7 tables 0260 and 0305, and the habits of French software.
LEVELS = {
    "M": PlaceKind.LEGAL_ENTITY, "EJ": PlaceKind.LEGAL_ENTITY,
    "ETBL_GRPQ": PlaceKind.SITE, "EG": PlaceKind.SITE,
    "P": PlaceKind.CLUSTER, "POLE": PlaceKind.CLUSTER, "PL": PlaceKind.CLUSTER,
    "D": PlaceKind.DEPARTMENT, "SERV": PlaceKind.DEPARTMENT, "SERVICE": PlaceKind.DEPARTMENT,
    "N": PlaceKind.UNIT, "UF": PlaceKind.UNIT, "C": PlaceKind.UNIT,
    "UH": PlaceKind.LODGING,
    "R": PlaceKind.ROOM, "CHAMBRE": PlaceKind.ROOM,
    "B": PlaceKind.BED, "LIT": PlaceKind.BED,
}  # fmt: skip
#: Where the code stands in a plain PL, when PL-10 does not hold it.
_PLAIN = {
    PlaceKind.BED: 3, PlaceKind.ROOM: 2, PlaceKind.UNIT: 1, PlaceKind.LODGING: 1, PlaceKind.DEPARTMENT: 1,
    PlaceKind.CLUSTER: 1, PlaceKind.SITE: 7, PlaceKind.LEGAL_ENTITY: 4,
}  # fmt: skip
_KNOWN = frozenset({"CD", "LBL", "LBL_CRT", "FNS", "VL", "DT_OVRTR", "DT_FRMTR", "DT_ACTVTN", "DT_FN_ACTVTN"})
_REPLACES_ALL = "REP"


def structure_event(message: Message, recorded_at: datetime) -> StructureEvent:
    """Read the places of a hospital (MFN^M05): one MFE, its LOC, LCH and LRL for each.

    A level we have no use for is named in `ignored`; its place is not read.

    Raises:
        Hl7Error: no MFI, no place, an action that is not of table 0180, a place without a code, an unreadable date.
    """
    mfi = message.segment("MFI")
    if mfi is None:
        raise Hl7Error(where="MFI^1", why="le segment MFI manque", code="101")
    groups = list(_groups(message))
    if not groups:
        raise Hl7Error(where="MFE^1", why="le message ne décrit aucun lieu", code="101")
    read = [_place(group, rank) for rank, group in enumerate(groups, start=1)]
    return StructureEvent(
        trigger=message.trigger,
        occurred_at=moment(mfi.get("5"), "MFI^1^5") or recorded_at,
        recorded_at=recorded_at,
        places=tuple(one for one in read if isinstance(one, Place)),
        replaces_all=mfi.get("3") == _REPLACES_ALL,
        ignored=tuple(one for one in read if isinstance(one, str)),
    )


def _groups(message: Message) -> Iterator[list[Segment]]:
    """Cut the message at each MFE."""
    group: list[Segment] = []
    for segment in message.segments:
        if segment.name == "MFE":
            if group:
                yield group
            group = [segment]
        elif group:
            group.append(segment)
    if group:
        yield group


def _place(group: list[Segment], rank: int) -> Place | str:
    mfe = group[0]
    loc = next((one for one in group if one.name == "LOC"), None)
    if loc is None:
        raise Hl7Error(where=f"LOC^{rank}", why="le segment LOC manque", code="101")
    told = dict(_characteristics(group))
    kind = LEVELS.get(_level(loc))
    if kind is None:
        return _level(loc) or "?"
    code = told.get("CD") or code_of(loc, 1, kind)
    if not code:
        raise Hl7Error(where=f"LOC^{rank}^1", why="le lieu n’a pas de code", code="101")
    return Place(
        ref=PlaceRef(kind, code),
        action=_action(mfe, rank),
        label=told.get("LBL") or given(loc.get("2")) or given(loc.get("4")),
        short_label=told.get("LBL_CRT", ""),
        parents=tuple(_parents(group)),
        finess=told.get("FNS", ""),
        city=told.get("VL", ""),
        opened_on=_day(told, ("DT_ACTVTN", "DT_OVRTR"), rank),
        closed_on=_day(told, ("DT_FN_ACTVTN", "DT_FRMTR"), rank),
        effective_at=moment(mfe.get("3"), f"MFE^{rank}^3"),
        characteristics=tuple((name, value) for name, value in told.items() if name not in _KNOWN),
    )


def _action(mfe: Segment, rank: int) -> PlaceAction:
    try:
        return PlaceAction(mfe.get("1"))
    except ValueError as fault:
        raise Hl7Error(where=f"MFE^{rank}^1", why="l’action n’est pas de la table 0180", code="103") from fault


def _level(loc: Segment) -> str:
    return (given(loc.get("1.6")) or given(loc.get("3"))).upper()


def code_of(segment: Segment, n: int, kind: PlaceKind) -> str:
    """Return the code of a place named by a PL: PL-10 in France, else the component of its level."""
    return given(segment.get(f"{n}.10")) or given(segment.get(f"{n}.{_PLAIN[kind]}"))


def _characteristics(group: list[Segment]) -> Iterator[tuple[str, str]]:
    for lch in group:
        if lch.name == "LCH" and (name := given(lch.get("4"))):
            yield name, given(lch.get("5.2")) or given(lch.get("5"))


def _parents(group: list[Segment]) -> Iterator[PlaceRef]:
    for lrl in group:
        if lrl.name != "LRL":
            continue
        kind = LEVELS.get(given(lrl.get("6.6")).upper())
        code = code_of(lrl, 6, kind) if kind else ""
        if kind and code:
            yield PlaceRef(kind, code)


def _day(told: dict[str, str], names: tuple[str, str], rank: int) -> date | None:
    return next((found for name in names if (found := day(told.get(name, ""), f"LCH^{rank}^5"))), None)
