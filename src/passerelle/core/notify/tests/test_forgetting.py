from datetime import timedelta

import pytest

from passerelle.core.notify import api as notify
from passerelle.core.notify.models import Answer, Message
from passerelle.core.notify.selectors.queue import Search, digest_of, messages
from passerelle.core.notify.services.forgetting import forget
from passerelle.core.notify.services.hearing import take_answer
from passerelle.core.notify.tests.cast import AT, awaits, number

pytestmark = pytest.mark.django_db


def test_what_was_settled_long_ago_is_forgotten_and_still_found_by_its_number():
    notify.enqueue([awaits(0), awaits(1)], at=AT)
    Message.objects.filter(key="essai:0").update(state="delivered", settled_at=AT)
    take_answer(sender=number(0), text="Je suis malade", at=AT, reference="1")

    assert forget(before=AT + timedelta(days=1), at=AT + timedelta(days=90)) == 2

    kept = Message.objects.get(key="essai:0")
    assert (kept.recipient, kept.words) == ("", {})
    assert kept.recipient_hash == digest_of("06 39 98 00 00")
    assert (Answer.objects.get().text, Answer.objects.get().sender) == ("", "")
    assert Message.objects.get(key="essai:1").recipient == "+33639980001"
    assert forget(before=AT + timedelta(days=1), at=AT + timedelta(days=90)) == 0
    assert Search().digest == ""
    assert messages is not None
