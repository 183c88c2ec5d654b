"""Looking for words in a record: PostgreSQL finds the rows that may hold them, and only what a page shows counts."""

from collections.abc import Sequence
from uuid import UUID

from django.db import connection

from passerelle.care.record.selectors.course_rows import Event
from passerelle.care.record.selectors.events import Draft, Telling
from passerelle.care.record.selectors.opened import OpenRecord, Piece, bodies
from passerelle.care.record.selectors.presenting import Places
from passerelle.care.record.selectors.rows import StayRow
from passerelle.protocols.fhir import api as fhir

_ACCENTED = {"a": "aàâä", "c": "cç", "e": "eéèêë", "i": "iîï", "o": "oôöœ", "u": "uùûü", "y": "yÿ"}
_MATCHING = """
    SELECT id FROM record_resource
    WHERE local_identity_id = ANY(%s) AND id = ANY(%s) AND body ~* %s
"""
_MOST_WORDS = 6


def words_of(text: str) -> list[str]:
    """Return the words to look for: folded, of letters and digits, six at most."""
    return "".join(one if one.isalnum() else " " for one in fhir.fold(text)).split()[:_MOST_WORDS]


def matching(
    opened: OpenRecord, text: str, drafts: Sequence[Draft], stays: Sequence[Piece], *, where: Places
) -> tuple[list[Draft], list[Piece]]:
    """Return the lines and the stays in which every word stands, accents and capitals apart."""
    words = words_of(text)
    if not words:
        return list(drafts), list(stays)
    candidates = [piece for draft in drafts for piece in draft.pieces] + list(stays)
    named = {code for code, name in where.establishments.items() if any(word in fhir.fold(name) for word in words)}
    likely = _likely(opened, candidates, words) | {one.id for one in candidates if one.establishment in named}
    some_drafts = [draft for draft in drafts if any(piece.id in likely for piece in draft.pieces)]
    some_stays = [stay for stay in stays if stay.id in likely]
    read = bodies(opened, [*(piece for draft in some_drafts for piece in draft.pieces), *some_stays])
    telling = Telling(read, where)
    return (
        [draft for draft in some_drafts if _holds(words, _text_of_event(telling.event(draft)))],
        [stay for stay in some_stays if _holds(words, _text_of_stay(telling.stay(stay)))],
    )


def _likely(opened: OpenRecord, pieces: Sequence[Piece], words: Sequence[str]) -> set[UUID]:
    """Return the rows in which one word stands somewhere: the others cannot show all of them by themselves."""
    pattern = "|".join("".join(f"[{_ACCENTED.get(one, one)}]" for one in word) for word in words)
    with connection.cursor() as cursor:
        cursor.execute(_MATCHING, [opened.files, [one.id for one in pieces], pattern])
        return {id_ for (id_,) in cursor.fetchall()}


def _holds(words: Sequence[str], text: str) -> bool:
    folded = fhir.fold(text)
    return all(word in folded for word in words)


def _text_of_event(event: Event) -> str:
    told = [event.title, event.detail, event.author, event.establishment_name, event.kind.label]
    return " ".join([*told, *(result.label for result in event.results)])


def _text_of_stay(stay: StayRow) -> str:
    units = [one.unit_label for one in stay.locations]
    told = [
        stay.establishment_name,
        stay.site_name,
        stay.class_label,
        stay.attending,
        stay.number,
        stay.discharge_label,
    ]
    return " ".join([*told, *units])
