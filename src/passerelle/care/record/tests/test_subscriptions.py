"""What is stored is told to the FHIR servers and subscribers that asked for it."""

import pytest
from django.utils import timezone

from passerelle.care.channels import api as channels
from passerelle.care.delivery.models import Item
from passerelle.care.delivery.tests.samples import declare, destination
from passerelle.care.exchange.api import apply_waiting, receive, route_new_messages
from passerelle.care.exchange.tests.samples import admission, open_facility
from passerelle.core.directory.models import AssigningAuthority, Establishment
from passerelle.protocols import fhir

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def places():
    channels.forget()
    open_facility("CHU-X", "essai")
    owner = Establishment.objects.get(code="essai")
    AssigningAuthority.objects.create(namespace="CHU-X", universal_id="000897406", kind="PI", establishment=owner)
    yield
    channels.forget()


def subscriber(code, **options):
    return destination(code, kind="resthook", options={"url": "http://127.0.0.1:1/hook", **options}, sends=[])


def arrive(*messages):
    for raw in messages:
        receive(raw, peer="10.1.1.1:4000", at=timezone.now())
    now = timezone.now()
    while route_new_messages() + apply_waiting(clock=lambda: now):
        pass


def told(code):
    return [fhir.loads(bytes(one.payload)) for one in Item.objects.filter(destination=code).order_by("id")]


def test_each_new_version_goes_once_to_who_asked_for_its_type(tmp_path):
    declare(
        tmp_path / "d", subscriber("identites", resources=["Patient"]), subscriber("sejours", resources=["Encounter"])
    )

    arrive(admission("M1"), admission("M2", family="AUTRE"))

    patients = told("identites")
    assert [one["resourceType"] for one in patients] == ["Patient", "Patient"]
    assert [one["meta"]["versionId"] for one in patients] == ["1", "2"]
    assert {one["resourceType"] for one in told("sejours")} == {"Encounter"}


def test_criteria_choose_among_the_resources_of_a_type(tmp_path):
    declare(
        tmp_path / "d",
        subscriber("femmes", resources=["Patient"], criteria="gender=female"),
        subscriber("hommes", resources=["Patient"], criteria="gender=male"),
    )

    arrive(admission("M1"))

    assert len(told("femmes")) == 1
    assert told("hommes") == []
