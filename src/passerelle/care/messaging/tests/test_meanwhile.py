"""A patient writes while the team answers: nothing counts as answered before it was read."""

import pytest

from passerelle.care.messaging.models import Thread
from passerelle.care.messaging.tests.test_messages import Ward, at

pytestmark = pytest.mark.django_db


@pytest.fixture
def ward(db):
    return Ward()


@pytest.mark.parametrize("act", ["answer", "close"])
def test_what_came_while_the_team_wrote_is_read_before_it_counts_as_answered(ward, act):
    thread = ward.thread()
    seen = str(ward.alice.get(at("team_thread", thread.pk)).context["seen"])
    ward.zoe.post(at("thread", thread.pk), {"text": "Il saigne depuis ce matin."})
    name, told = {"answer": ("team_thread", {"text": "Oui, demain."}), "close": ("team_close", {})}[act]

    refused = ward.alice.post(at(name, thread.pk), told | {"seen": seen}, follow=True)

    assert "Un message est arrivé entre-temps" in refused.content.decode()
    assert "Il saigne" in refused.content.decode()
    assert Thread.objects.get().is_waiting
    ward.alice.post(at(name, thread.pk), told | {"seen": str(refused.context["seen"])})
    assert not Thread.objects.get().is_waiting
