"""The answers to the 53 example messages of the ANS (ansforge/hl7V2-exemples, 60339877)."""

import os
from pathlib import Path
from uuid import uuid4

import pytest
from django.conf import settings

from passerelle.care.exchange.client import messages_of
from passerelle.care.exchange.rules.verdict import Arrival, judge
from passerelle.care.exchange.tests.samples import AT, house

SHARED = Path(os.environ.get("PASSERELLE_SHARED", settings.PASSERELLE_PROJECT.parent / "shared"))
EXAMPLES = sorted((SHARED / "data" / "pam-fr").glob("*.[eh][rl]7"))
KNOWN = ("CHU-X", "Organisation-X", "Organisation-Y", "labo", "Nephro")

pytestmark = pytest.mark.skipif(not EXAMPLES, reason="the shared test data are absent (PASSERELLE_SHARED)")


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name[-60:])
def test_a_message_is_accepted_and_an_acknowledgement_is_refused_as_unsupported(path):
    (raw,) = messages_of(path.read_bytes(), is_raw=False)

    draft = judge(Arrival(uuid4(), raw, "peer", AT), house(accepts_trials=True, known=KNOWN))

    assert draft.ack_code == ("AR" if b"||ACK^" in raw else "AA"), draft.error_why
    assert bool(draft.keys) is draft.accepted
