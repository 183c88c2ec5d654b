"""What is received and applied goes to the destinations of its channel; nothing is echoed."""

import pytest
import yaml
from django.utils import timezone

from passerelle.care.delivery.models import Item
from passerelle.care.delivery.tests.samples import declare, destination, mllp_options
from passerelle.care.exchange.api import apply_waiting, receive, route_new_messages
from passerelle.care.exchange.tests.samples import admission, merge, open_facility
from passerelle.core.directory.models import AssigningAuthority, Establishment
from passerelle.protocols import hl7v2

pytestmark = pytest.mark.django_db


@pytest.fixture
def places():
    open_facility("CHU-X", "essai")
    owner = Establishment.objects.get(code="essai")
    AssigningAuthority.objects.create(namespace="CHU-X", universal_id="000897406", kind="PI", establishment=owner)


def channel(*destinations):
    content = {
        "channel": "essai-gam",
        "label": "GAM d’essai",
        "establishment": "essai",
        "source": {"door": "mllp", "facilities": ["CHU-X"]},
        "profile": {"family": "pam-fr"},
        "destinations": list(destinations),
    }
    return yaml.safe_dump(content, allow_unicode=True, sort_keys=False)


def arrive(*messages):
    for raw in messages:
        receive(raw, peer="10.1.1.1:4000", at=timezone.now())
    now = timezone.now()
    while route_new_messages() + apply_waiting(clock=lambda: now):
        pass


def queued():
    return list(Item.objects.order_by("id").values_list("destination", "trigger"))


def test_a_message_goes_to_the_destinations_of_its_channel_that_ask_for_its_type(places, tmp_path):
    declare(
        tmp_path / "d",
        channel("labo", "radio"),
        destination("labo", options=mllp_options(1, receiving_application="LABO")),
        destination("radio", options=mllp_options(1), sends=["MDM^*"]),
        destination("autre", options=mllp_options(1)),
    )

    arrive(admission("M1"))

    assert queued() == [("labo", "A01")]
    item = Item.objects.get()
    sent = hl7v2.parse(bytes(item.payload))
    assert (sent.get("MSH-5"), sent.control_id) == ("LABO", "M1")
    assert bytes(item.payload).partition(b"\r")[2] == admission("M1").partition(b"\r")[2]


def test_a_merge_told_by_an_application_goes_to_the_others_and_never_back(places, tmp_path):
    declare(
        tmp_path / "d",
        channel(),
        destination("gam", options=mllp_options(1, receiving_application="GAM"), changes=True),
        destination("labo", options=mllp_options(1, receiving_application="LABO"), changes=True, establishment="essai"),
    )
    arrive(admission("M1", ipp="1"), admission("M2", ipp="2"))

    arrive(merge("M3", survivor="1", victim="2"))

    assert queued() == [("labo", "A40")]
    told = hl7v2.parse(bytes(Item.objects.get().payload))
    assert (told.get("PID-3"), told.get("MRG-1")) == ("1", "2")


def test_a_message_that_is_rejected_is_not_forwarded(places, tmp_path):
    declare(tmp_path / "d", channel("labo"), destination("labo", options=mllp_options(1)))

    arrive(admission("M1", ipp="1"), merge("M3", survivor="1", victim="1"))

    assert queued() == [("labo", "A01")]


def test_items_of_merged_patients_share_a_key_with_what_came_before_and_comes_after(places, tmp_path):
    declare(tmp_path / "d", channel("labo"), destination("labo", options=mllp_options(1)))

    arrive(admission("M1", ipp="1"), admission("M2", ipp="2"), merge("M3", survivor="1", victim="2"))

    first, second, merged = (set(keys) for keys in Item.objects.order_by("id").values_list("keys", flat=True))
    assert not first & second
    assert merged & first
    assert merged & second


def test_a_channel_without_destination_writes_nothing(places, tmp_path):
    declare(tmp_path / "d", channel(), destination("labo", options=mllp_options(1)))

    arrive(admission("M1"))

    assert queued() == []


@pytest.mark.parametrize("kind", ["fhir", "resthook"])
def test_a_fhir_server_is_never_sent_a_message(places, tmp_path, kind):
    options = {"url": "http://127.0.0.1:1/fhir", "resources": ["Observation"]}
    declare(tmp_path / "d", channel("serveur"), destination("serveur", kind=kind, options=options, changes=True))

    arrive(admission("M1"), admission("M2", kind="ADT^A31^ADT_A05"))

    assert queued() == []
