"""File a business acknowledgement that a platform sent us (ZAM) with the item it is about, and pass it on."""

from passerelle.care.delivery.models import Item, Step, StepKind
from passerelle.care.delivery.rules.addressing import comes_from
from passerelle.care.delivery.rules.contract import address_of
from passerelle.care.delivery.services import book
from passerelle.care.delivery.services.receipts import Receipt, give_receipt
from passerelle.care.exchange.api import Inbound
from passerelle.protocols import hl7v2, pamfr
from passerelle.protocols.hl7v2 import Hl7Error

_GOOD = {"Z01": StepKind.HANDED, "Z02": StepKind.HANDED, "Z03": StepKind.READ}
_PLACES = {"Z01": "DMP", "Z02": "boîte", "Z03": "lecteur"}


def file_answer(inbound: Inbound) -> None:
    """File a business acknowledgement once with the item it answers; without one, it stays with its message alone."""
    event = inbound.event
    if not isinstance(event, pamfr.BusinessAckEvent):
        return
    item = item_about(inbound.message, event.about)
    if item is None:
        return
    raw = inbound.message.to_bytes()
    kind = _GOOD[event.trigger] if event.is_ok else StepKind.TURNED_DOWN
    if Step.objects.filter(item=item, kind=kind, answer=raw).exists():
        return
    Step.objects.create(item=item, at=event.recorded_at, kind=kind, note=_told(event), answer=raw)
    give_receipt(bytes(item.payload), _receipt(event), cause=f"{inbound.message_id}:{item.pk}")


def item_about(message: hl7v2.Message, about: str) -> Item | None:
    """Return the document sent to the author of an acknowledgement under that MSH-10; None when there is not just one.

    Several applications may number their messages alike: then the one that the acknowledgement is addressed to counts.
    """
    codes = [one.code for one in book.declared() if comes_from(message, address_of(one))]
    found = list(Item.objects.filter(control_id=about, destination__in=codes, code__in=["ORU", "MDM"]).order_by("-pk"))
    if len(found) > 1:
        asked = (message.get("MSH-5"), message.get("MSH-6"))
        found = [item for item in found if _author(item) == asked]
    return found[0] if len(found) == 1 else None


def _author(item: Item) -> tuple[str, str]:
    try:
        sent = hl7v2.parse(bytes(item.payload))
    except Hl7Error:
        return "", ""
    return sent.sending_application, sent.sending_facility


def _told(event: pamfr.BusinessAckEvent) -> str:
    place = f"{_PLACES[event.trigger]}\u00a0{event.mailbox}" if event.mailbox else _PLACES[event.trigger]
    why = event.error.label or event.error.application_code if event.error else ""
    return f"{place}\u00a0: {why}" if why else place


def _receipt(event: pamfr.BusinessAckEvent) -> Receipt:
    error = event.error or pamfr.ReceiptError()
    return Receipt(
        event.trigger,
        event.is_ok,
        event.mailbox,
        event.recorded_at,
        error.application_code,
        error.label,
        error.application_system,
    )
