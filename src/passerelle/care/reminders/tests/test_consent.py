"""ZFD-3: the default is no, an empty field tells nothing, the latest word stands."""

from datetime import timedelta
from uuid import uuid4

import pytest

from passerelle.care.identity import api as identity
from passerelle.care.reminders.inbound import keep_consent
from passerelle.care.reminders.models import SmsConsent
from passerelle.care.reminders.tests.cast import NOW

pytestmark = pytest.mark.django_db


def _file():
    return identity.LocalIdentityRef(uuid4(), uuid4(), "aphm", "1")


def test_the_latest_word_stands_whatever_the_order_of_arrival():
    reference = _file()

    keep_consent(reference, accepts=False, told_at=NOW)
    keep_consent(reference, accepts=True, told_at=NOW - timedelta(days=1))
    assert not SmsConsent.objects.get().accepts

    keep_consent(reference, accepts=True, told_at=NOW + timedelta(days=1))
    assert SmsConsent.objects.get().accepts
