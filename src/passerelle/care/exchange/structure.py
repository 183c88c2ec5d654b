"""What a structure message does: the directory is below, so the exchange itself brings it what hospitals say."""

from collections.abc import Iterable

from django.urls import reverse

from passerelle.care.exchange.effects import Effect
from passerelle.care.exchange.handlers import Inbound, Rejected
from passerelle.core.access.api import Kind
from passerelle.core.audit import api as audit
from passerelle.core.directory import api as directory
from passerelle.protocols import pamfr

NAME = "structure"
#: Before identity and record: a movement of the same group finds its unit.
ORDER = 5


def handle(inbound: Inbound) -> None:
    """Write the places of a hospital in the directory; other events are not its business.

    Raises:
        Rejected: the sender is of no known establishment, whose places nobody could tell apart.
    """
    event = inbound.event
    if not isinstance(event, pamfr.StructureEvent):
        return
    if not inbound.establishment:
        raise Rejected(where="MSH-4", why="établissement émetteur inconnu")
    report = directory.import_structure(
        event=event, establishment=inbound.establishment, at=inbound.received_at, source=str(inbound.message_id)
    )
    audit.record(
        audit.Action.STRUCTURE_IMPORTED,
        by=None,
        at=inbound.received_at,
        target=f"establishment:{inbound.establishment}",
        detail={"message": str(inbound.message_id), **directory.summary_of(report)},
    )


def effects(inbound: Inbound) -> Iterable[Effect]:
    """Yield each place that a structure message created, changed, closed or opened again."""
    if not isinstance(inbound.event, pamfr.StructureEvent) or not inbound.establishment:
        return
    url = reverse("directory:establishment", args=[inbound.establishment])
    for change in directory.changes_told_by(str(inbound.message_id), establishment_code=inbound.establishment):
        yield Effect(change.place, change.change_label, icon="directory", url=url, kind=Kind.DIRECTORY)
