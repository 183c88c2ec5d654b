"""The documents of a record, in the order a reader turns them."""

from passerelle.care.record.selectors.course_rows import Event
from passerelle.care.record.selectors.events import Telling, drafts_of
from passerelle.care.record.selectors.opened import OpenRecord, bodies, outline
from passerelle.care.record.selectors.presenting import Places


def shelf_of(opened: OpenRecord, *, where: Places) -> list[Event]:
    """Return the documents in force, newest first."""
    pieces = [one for one in outline(opened, ["DocumentReference"]) if one.status == "current"]
    telling = Telling(bodies(opened, pieces), where)
    return [telling.event(draft) for draft in drafts_of(pieces)]
