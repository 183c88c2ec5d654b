"""File a reading receipt with the mail it is about, and pass it on to the sender of the documents."""

from datetime import datetime

from django.db import transaction

from passerelle.care.delivery.mail.composing import number_of
from passerelle.care.delivery.mail.notices import NotANotice, read_delivery_notice, read_notice
from passerelle.care.delivery.models import Item, Step, StepKind
from passerelle.care.delivery.services import book
from passerelle.care.delivery.services.receipts import Receipt, give_receipt


class UnknownMail(Exception):
    """Cet accusé de lecture porte sur un courriel que nous n’avons pas envoyé."""


@transaction.atomic
def receive_notice(*, raw: bytes, at: datetime) -> Item:
    """File a reading receipt, or what a server says of the delivery, once. Return the item it is about.

    A receipt that comes again changes nothing.

    Raises:
        NotANotice: another kind of mail.
        UnknownMail: about none of our mails.
    """
    try:
        notice = read_notice(raw)
    except NotANotice:
        return _file_delivery(raw, at)
    item = _item(notice.about)
    kind = StepKind.READ if notice.is_ok else StepKind.NOT_READ
    if Step.objects.filter(item=item, kind=kind).exists():
        return item
    Step.objects.create(item=item, at=at, kind=kind, note=notice.error, answer=raw)
    code, _, text = notice.error.partition("^")
    receipt = Receipt("Z03", notice.is_ok, notice.reader or item.recipient, at, code, text.partition("^")[0])
    give_receipt(bytes(item.payload), receipt, cause=f"{item.destination}:{item.pk}")
    return item


def _file_delivery(raw: bytes, at: datetime) -> Item:
    told = read_delivery_notice(raw)
    item = _item(told.about)
    if told.is_delivered is None:
        return item
    kind = StepKind.HANDED if told.is_delivered else StepKind.TURNED_DOWN
    if not Step.objects.filter(item=item, kind=kind).exists():
        Step.objects.create(item=item, at=at, kind=kind, note=told.said, answer=raw)
    return item


def _item(about: str) -> Item:
    for destination in book.declared():
        if destination.transport.kind != "smtp":
            continue
        number = number_of(about, str(destination.transport.options["sender"]))
        if number is None:
            continue
        found = Item.objects.select_for_update().filter(pk=number, destination=destination.code).first()
        if found is not None:
            return found
    raise UnknownMail
