"""Every order of arrival of the same messages leads to the same record, or to a message that waits for a human.

A message that cannot be applied yet is taken again after the others, as the person who decides would do.
"""

import json
import random
from itertools import permutations

import pytest
from django.db import connection, transaction
from msgspec.structs import replace

from passerelle.care.exchange.api import Findings, Rejected
from passerelle.care.exchange.handlers import handlers
from passerelle.care.identity import api as identity
from passerelle.care.identity.models import LocalIdentity
from passerelle.care.identity.tests.cast import at, inbound, make_establishments
from passerelle.care.record import api as record
from passerelle.protocols import fhir, pamfr
from tests.faults.scenarios import SCENARIOS

pytestmark = pytest.mark.django_db
TYPES = ("Patient", "Encounter", "DocumentReference", "Appointment")
SAMPLE = 10


@pytest.fixture(autouse=True)
def ground(db):
    make_establishments()


def applied(message):
    message = replace(message, findings=Findings())  # nothing is remembered of a try that was undone
    try:
        with transaction.atomic():
            for handle in handlers():
                handle(message)
    except Rejected:
        return False
    return True


def arrive(events):
    """Apply messages in this order, those refused again after the others; return how many were never applied."""
    waiting = [inbound(event, "aphm", received=at(100 + rank)) for rank, event in enumerate(events)]
    while waiting:
        refused = [message for message in waiting if not applied(message)]
        if len(refused) == len(waiting):
            break
        waiting = refused
    return len(waiting)


def world():
    """Return all that can be observed, without what merely tells the order of arrival."""
    files = {str(one.pk): f"file {one.ipp}" for one in LocalIdentity.objects.all()}
    papers = {str(row.id): f"paper {master_of(row)}" for row in record.search("DocumentReference", {}, count=500).rows}
    told = []
    for id_, label in sorted(files.items(), key=lambda pair: pair[1]):
        traits = identity.local_traits(id_)
        partners = sorted(files[str(one.id)] for one in identity.local_identities(identity.person_of(id_)))
        told.append([label, traits.birth_name, traits.ins_matricule, str(traits.status), partners, resources(id_)])
    text = json.dumps(told, default=str, ensure_ascii=False)
    for id_, label in (files | papers).items():
        text = text.replace(id_, label)
    return text


def master_of(row):
    return fhir.loads(row.body)["masterIdentifier"]["value"]


def resources(id_):
    rows = [row for type_ in TYPES for row in record.search(type_, {}, local_identity_ids=[id_]).rows]
    kept = [{name: part for name, part in fhir.loads(row.body).items() if name != "meta"} for row in rows]
    return sorted(
        (steady(one) for one in kept), key=lambda one: (one["resourceType"], json.dumps(one.get("date", one["id"])))
    )


def steady(resource):
    """Return a resource without what random numbers decide."""
    for one in resource.get("content", []):
        one["attachment"].pop("url", None)
    if "link" in resource:  # in the order of random ids
        resource["link"] = sorted(resource["link"], key=lambda link: ipp_of(link["other"]["reference"]))
    return resource


def ipp_of(reference):
    return identity.local_traits(reference.removeprefix("Patient/")).ipp


def outcomes(orders):
    found = {}
    for order in orders:
        mark = transaction.savepoint()
        left = arrive(order)
        found.setdefault((world(), left), order)
        transaction.savepoint_rollback(mark)
        connection.cursor().execute("SELECT 1")  # the savepoint is really gone, or this fails
    return found


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_sample_of_orders_converges(name):
    events = SCENARIOS[name]
    every = list(permutations(events))
    orders = [every[0], every[-1], *random.Random(name).sample(every, min(SAMPLE, len(every)))]

    assert len(outcomes(orders)) == 1


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("name", SCENARIOS)
def test_every_order_converges(name):
    found = outcomes(permutations(SCENARIOS[name]))

    assert len(found) == 1, [[getattr(event, "trigger", "") for event in order] for order in found.values()]


@pytest.mark.parametrize("name", SCENARIOS)
def test_nothing_waits_for_ever(name):
    ((_, left),) = outcomes([SCENARIOS[name]])

    assert left == 0


def test_a_build_that_trusts_the_order_of_arrival_is_found_out(monkeypatch):
    """The control: when facts are taken as they come, at least one scenario must tell."""
    monkeypatch.setattr(pamfr.movements, "_entered", lambda fact: 0)
    broken = [name for name in list(SCENARIOS)[:5] if len(outcomes(permutations(SCENARIOS[name][:4]))) > 1]

    assert broken
