"""What was settled long ago loses its bytes, and nothing else does."""

from datetime import timedelta

import pytest
from django.utils import timezone

from passerelle.care.delivery import tasks
from passerelle.care.delivery.models import Item, State, Step
from passerelle.care.delivery.services.retention import erase_old_payloads
from passerelle.care.delivery.tests.samples import AT, declare, destination, mllp_options, publish
from passerelle.core.parameters import api as parameters

pytestmark = pytest.mark.django_db
OLD = AT - timedelta(days=500)


@pytest.fixture
def laboratory(tmp_path):
    declare(tmp_path / "declared", destination("labo", options=mllp_options(1)))


def item(control_id, state, settled_at=None):
    publish(control_id, ipp=control_id)
    Item.objects.filter(control_id=control_id).update(state=state, settled_at=settled_at, created_at=OLD)
    found = Item.objects.get(control_id=control_id)
    Step.objects.create(item=found, at=OLD, kind="delivered", note="délivré", answer=b"MSA|AA|1")


def erased():
    return sorted(Item.objects.exclude(erased_at=None).values_list("control_id", flat=True))


def test_only_what_is_settled_and_old_is_erased(laboratory):
    for state in State:
        item(state.value, state, OLD if state in {"delivered", "cancelled", "failed"} else None)
    item("recent", State.DELIVERED, AT)

    count = erase_old_payloads(before=AT - timedelta(days=400), at=AT)

    assert count == 2
    assert erased() == ["cancelled", "delivered"]
    assert [bytes(one.payload) for one in Item.objects.exclude(erased_at=None)] == [b"", b""]
    assert all(bytes(one.payload) for one in Item.objects.filter(erased_at=None))
    assert Step.objects.filter(answer=b"").count() == 2


def test_what_is_erased_is_not_sent_again_for_the_same_cause(laboratory):
    item("M1", State.DELIVERED, OLD)
    erase_old_payloads(before=AT - timedelta(days=400), at=AT)

    publish("M1", ipp="M1")

    assert list(Item.objects.values_list("control_id", "state")) == [("M1", "delivered")]


def test_slices_go_on_to_the_end(laboratory, monkeypatch):
    monkeypatch.setattr("passerelle.care.delivery.services.retention._SLICE", 2)
    for rank in range(5):
        item(f"M{rank}", State.DELIVERED, OLD)

    assert erase_old_payloads(before=AT, at=AT) == 5
    assert erase_old_payloads(before=AT, at=AT) == 0


def test_the_task_goes_by_the_dated_parameter(laboratory):
    parameters.load_parameters(at=AT)
    item("before", State.DELIVERED, timezone.now() - timedelta(days=401))
    item("after", State.DELIVERED, timezone.now() - timedelta(days=399))

    tasks.erase_each_night(timestamp=0)

    assert erased() == ["before"]
