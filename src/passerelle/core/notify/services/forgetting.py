"""Forget what messages held, some time after they are settled: the number, the words, the replies. The trace stays."""

from datetime import datetime

from django.db import transaction

from passerelle.core.notify.models import Answer, Message

_AT_ONCE = 5000


def forget(*, before: datetime, at: datetime) -> int:
    """Forget the content of messages settled, and of answers received, before a moment; return how many.

    The fingerprint stays, so that a page still finds them by a number that somebody gives.
    """
    total = 0
    while count := _some(before, at):
        total += count
    answers = Answer.objects.filter(received_at__lt=before, forgotten_at=None)
    return total + answers.update(sender="", text="", forgotten_at=at)


@transaction.atomic
def _some(before: datetime, at: datetime) -> int:
    old = Message.objects.filter(settled_at__lt=before, forgotten_at=None).order_by("settled_at", "pk")
    numbers = list(old.values_list("pk", flat=True)[:_AT_ONCE])
    return Message.objects.filter(pk__in=numbers).update(recipient="", words={}, forgotten_at=at)
