"""The timeline page: the whole record is known by its columns, and read for what is shown only."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final
from uuid import UUID

from django.utils import timezone

from passerelle.care.record.rules.events import TIMELINE_TYPES, EventKind
from passerelle.care.record.rules.readings import RISKS
from passerelle.care.record.selectors import presenting
from passerelle.care.record.selectors.course_rows import Course, Group, StayBar, Wanted
from passerelle.care.record.selectors.events import Draft, Telling, drafts_of
from passerelle.care.record.selectors.known import TYPES_OF, knowledge_from
from passerelle.care.record.selectors.known_rows import Theme
from passerelle.care.record.selectors.matching import matching
from passerelle.care.record.selectors.opened import OpenRecord, Piece, bodies, outline
from passerelle.care.record.selectors.presenting import Places

PAGE_EVENTS: Final = 30
GROUP_EVENTS: Final = 15
SHOWN_UNREAD: Final = 8
_DOCUMENT_KINDS: Final = frozenset({EventKind.LETTER, EventKind.REPORT})


@dataclass(frozen=True, slots=True)
class _Bundle:
    """A group before it is read."""

    at: datetime
    stay: Piece | None
    month: date | None
    drafts: tuple[Draft, ...]


def course_of(opened: OpenRecord, wanted: Wanted, *, where: Places) -> Course:
    """Return a page of an opened record: what `wanted` keeps, grouped by stay, and what was not read yet."""
    held = outline(opened, (*TIMELINE_TYPES, *TYPES_OF[Theme.ALLERGIES]))
    pieces = [one for one in held if one.type in TIMELINE_TYPES]
    allergies = [one for one in held if one.type not in TIMELINE_TYPES]
    stays = [one for one in pieces if one.type == "Encounter"]
    drafts = drafts_of(pieces)
    new = [draft for draft in drafts if draft.unread]
    coming = [one for one in pieces if _is_coming(one, opened.at)]
    past = drafts if wanted.is_narrow else [draft for draft in drafts if draft.pieces[0] not in coming]
    kept, kept_stays = _kept(opened, wanted, past, stays, where)
    bundles = _bundles(kept, kept_stays, wanted)
    shown, next_before = _page(bundles, wanted)
    telling = Telling(bodies(opened, [*_read_for(shown, new[:SHOWN_UNREAD], coming, wanted), *allergies]), where)
    return Course(
        groups=tuple(_group(bundle, telling, wanted) for bundle in shown),
        unread=tuple(sorted(map(telling.event, new[:SHOWN_UNREAD]), key=lambda event: RISKS[event.risk])),
        unread_count=len(new),
        coming=tuple(sorted(map(telling.appointment, coming), key=lambda row: (row.start or opened.at, row.id))),
        bars=tuple(_bar(one, where) for one in kept_stays),
        counts=Counter([EventKind.STAY] * len(stays) + [draft.kind for draft in drafts]),
        establishments=_establishments(pieces, where),
        found=len(kept) + (sum(bundle.stay is not None for bundle in bundles) if _counts_stays(wanted) else 0),
        next_before=next_before,
        unread_pieces=tuple(((one.type, one.id, one.version), one.stored_at) for draft in new for one in draft.unread),
        allergies=knowledge_from(Theme.ALLERGIES, allergies, telling.resources, at=opened.at, where=where),
    )


def _is_coming(piece: Piece, at: datetime) -> bool:
    return piece.type == "Appointment" and (piece.end or piece.at) > at and piece.status not in presenting.OFF


def _kept(
    opened: OpenRecord, wanted: Wanted, drafts: Sequence[Draft], stays: Sequence[Piece], where: Places
) -> tuple[list[Draft], list[Piece]]:
    """Return what the filters keep; a text is looked for in what the page would show."""
    kept = [draft for draft in _homed(drafts, stays) if _keeps(wanted, draft)]
    kept_stays = [stay for stay in stays if _keeps_stay(wanted, stay)]
    if wanted.text:
        kept, kept_stays = matching(opened, wanted.text, kept, kept_stays, where=where)
    return kept, kept_stays


def _homed(drafts: Iterable[Draft], stays: Sequence[Piece]) -> list[Draft]:
    """Put each draft in its stay: the one it names, else the one it falls in at the same establishment."""
    known = {stay.id for stay in stays}
    by_place: dict[str, list[Piece]] = {}
    for stay in stays:
        by_place.setdefault(stay.establishment, []).append(stay)
    return [
        draft
        if draft.stay_id in known
        else replace(draft, stay_id=_stay_around(draft.at, by_place.get(draft.establishment, ())))
        for draft in drafts
    ]


def _stay_around(at: datetime, stays: Iterable[Piece]) -> UUID | None:
    around = (stay for stay in stays if stay.start and stay.start <= at and (stay.end is None or at < stay.end))
    return next((stay.id for stay in around if stay.status != "cancelled"), None)


def _keeps(wanted: Wanted, draft: Draft) -> bool:
    kind_fits = (wanted.kind is None and not wanted.with_documents) or draft.kind is wanted.kind
    kind_fits = kind_fits or (wanted.with_documents and draft.kind in _DOCUMENT_KINDS)
    place_fits = not wanted.establishment or draft.establishment == wanted.establishment
    stay_fits = wanted.stay_id is None or draft.stay_id == wanted.stay_id
    return kind_fits and place_fits and stay_fits and _touches(wanted, draft.at, draft.at)


def _keeps_stay(wanted: Wanted, stay: Piece) -> bool:
    place_fits = not wanted.establishment or stay.establishment == wanted.establishment
    stay_fits = wanted.stay_id is None or stay.id == wanted.stay_id
    return place_fits and stay_fits and _touches(wanted, stay.start, stay.end)


def _touches(wanted: Wanted, start: datetime | None, end: datetime | None) -> bool:
    first = timezone.localdate(start) if start else None
    last = timezone.localdate(end) if end else None
    too_old = wanted.since is not None and last is not None and last < wanted.since
    too_new = wanted.until is not None and first is not None and first > wanted.until
    return not (too_old or too_new)


def _bundles(drafts: Sequence[Draft], stays: Sequence[Piece], wanted: Wanted) -> list[_Bundle]:
    """Return stays and months, newest first; a stay without anything left is shown only when stays are asked for."""
    inside: dict[UUID, list[Draft]] = {}
    outside: dict[date, list[Draft]] = {}
    known = {stay.id for stay in stays}
    for draft in drafts:
        if draft.stay_id in known and draft.stay_id is not None:
            inside.setdefault(draft.stay_id, []).append(draft)
        else:
            outside.setdefault(timezone.localdate(draft.at).replace(day=1), []).append(draft)
    shows_empty = _counts_stays(wanted)
    found = [
        _Bundle(stay.at, stay, None, tuple(inside.get(stay.id, ())))
        for stay in stays
        if shows_empty or stay.id in inside
    ]
    found += [_Bundle(several[0].at, None, month, tuple(several)) for month, several in outside.items()]
    return sorted(found, key=lambda bundle: bundle.at, reverse=True)


def _counts_stays(wanted: Wanted) -> bool:
    return not wanted.with_documents and wanted.kind in {None, EventKind.STAY}


def _page(bundles: Sequence[_Bundle], wanted: Wanted) -> tuple[list[_Bundle], datetime | None]:
    """Return as many groups as make a page, and the moment where the next one starts."""
    left = [bundle for bundle in bundles if wanted.before is None or bundle.at < wanted.before]
    shown, weight = list[_Bundle](), 0
    for bundle in left:
        if shown and weight >= PAGE_EVENTS and bundle.at != shown[-1].at:
            return shown, shown[-1].at
        shown.append(bundle)
        weight += 1 + min(len(bundle.drafts), GROUP_EVENTS)
    return shown, None


def _read_for(shown: Iterable[_Bundle], new: Iterable[Draft], coming: Iterable[Piece], wanted: Wanted) -> list[Piece]:
    """Return the rows whose bodies the page needs."""
    found = {piece.id: piece for piece in coming}
    for bundle in shown:
        found |= {bundle.stay.id: bundle.stay} if bundle.stay else {}
        found |= {piece.id: piece for draft in _cut(bundle, wanted) for piece in draft.pieces}
    found |= {piece.id: piece for draft in new for piece in draft.pieces}
    return list(found.values())


def _cut(bundle: _Bundle, wanted: Wanted) -> tuple[Draft, ...]:
    """Return the events of a group that the page shows: a stay asked for by itself is shown whole."""
    return bundle.drafts if wanted.stay_id else bundle.drafts[:GROUP_EVENTS]


def _group(bundle: _Bundle, telling: Telling, wanted: Wanted) -> Group:
    shown = _cut(bundle, wanted)
    return Group(
        at=bundle.at,
        stay=telling.stay(bundle.stay) if bundle.stay else None,
        month=bundle.month,
        events=tuple(map(telling.event, shown)),
        hidden=len(bundle.drafts) - len(shown),
    )


def _bar(stay: Piece, where: Places) -> StayBar:
    return StayBar(
        id=stay.id,
        establishment=stay.establishment,
        establishment_name=where.establishments.get(stay.establishment, stay.establishment),
        class_label=presenting.CLASS_LABELS.get(stay.class_code, stay.class_code),
        start=stay.start,
        end=stay.end,
    )


def _establishments(pieces: Iterable[Piece], where: Places) -> tuple[tuple[str, str], ...]:
    return tuple(
        sorted({(one.establishment, where.establishments.get(one.establishment, one.establishment)) for one in pieces})
    )
