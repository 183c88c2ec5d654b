"""What is decided about an identity is told to the applications that follow."""

import pytest
from django.utils import timezone

from passerelle.care.channels import api as channels
from passerelle.care.delivery.models import Item
from passerelle.care.delivery.tests.samples import declare, destination, mllp_options
from passerelle.care.exchange.api import apply_waiting, receive, route_new_messages
from passerelle.care.exchange.tests.samples import admission, open_facility
from passerelle.care.identity import api as identity
from passerelle.core.directory.models import AssigningAuthority, Establishment
from passerelle.protocols import hl7v2, pamfr

pytestmark = pytest.mark.django_db


@pytest.fixture
def places():
    channels.forget()
    open_facility("CHU-X", "essai")
    owner = Establishment.objects.get(code="essai")
    AssigningAuthority.objects.create(namespace="CHU-X", universal_id="000897406", kind="PI", establishment=owner)
    yield
    channels.forget()


def arrive(*messages):
    for raw in messages:
        receive(raw, peer="10.1.1.1:4000", at=timezone.now())
    now = timezone.now()
    while route_new_messages() + apply_waiting(clock=lambda: now):
        pass


def file_of(ipp):
    patient = pamfr.read(hl7v2.parse(admission("M9", ipp=ipp))).patient
    return identity.locate(patient, establishment="essai").id


def test_a_merge_decided_by_a_person_and_its_undoing_are_told_to_all(places, tmp_path):
    options = mllp_options(1, receiving_application="GAM")
    declare(tmp_path / "d", destination("gam", options=options, changes=True))
    arrive(admission("M1", ipp="1"), admission("M2", ipp="2"))

    made = identity.merge(
        survivor_id=file_of("1"), victim_id=file_of("2"), at=timezone.now(), source="décision de la cellule"
    )
    identity.unmerge(merge_id=made, at=timezone.now(), reason="jumelles")

    told = [hl7v2.parse(bytes(one.payload)) for one in Item.objects.order_by("id")]
    assert [(one.trigger, one.get("PID-3"), one.get("MRG-1")) for one in told] == [
        ("A40", "1", "2"),
        ("A28", "2", ""),
        ("A31", "1", ""),
    ]
