"""A right that ends is gone at the next request (A7); what is read is in the journal, what is not read is not (A9)."""

from datetime import timedelta
from uuid import UUID

import pytest
from django.apps import apps
from django.utils import timezone

from passerelle.care.record import api as record
from passerelle.care.record.tests import cast, pages
from passerelle.core.access.api import Role
from passerelle.core.audit.models import AuditEvent

pytestmark = pytest.mark.django_db
READ = (
    "/fhir/Patient/{local}",
    "/fhir/Patient/{local}/_history",
    "/fhir/Encounter/{stay}",
    "/fhir/Observation?patient={local}",
    "/fhir/Encounter?patient={local}&_revinclude=Observation:encounter",
    "/fhir/Patient/{local}/$everything",
    "/patients/{person}/",
    "/patients/{person}/resultats/",
    "/patients/{person}/documents/",
)


@pytest.fixture
def known(db):
    pages.lay_the_ground()
    person, local = pages.a_person("aphm")
    record.put(cast.a_patient(local), local_identity_id=local, at=timezone.now(), source="essai")
    stay = pages.a_stay(local, days=5)
    return {"person": person, "local": local, "stay": stay}


def _choice(name, person, **told):
    begun = timezone.now() - timedelta(days=1)
    shared = {"person_id": person, "starts_at": begun, "at": begun, "by_name": "Essai", "door": "self"}
    return apps.get_model("consent", name).objects.create(**(shared | told))


def _withdraw(choice, kind):
    apps.get_model("consent", "Withdrawal").objects.create(
        choice_id=choice.pk, kind=kind, person_id=choice.person_id, at=timezone.now(), by_name="Essai", door="self"
    )


def _statuses(client, known):
    return {client.get(one.format(**known)).status_code for one in ("/fhir/Encounter/{stay}", "/patients/{person}/")}


def test_a_role_that_ends_closes_the_open_session(known):
    alice = pages.alice()
    assert _statuses(alice, known) == {200}

    apps.get_model("access", "RoleAssignment").objects.filter(account_id=UUID(alice.session["_auth_user_id"])).update(
        ends_on=timezone.localdate()
    )

    assert _statuses(alice, known) == {404}


def test_a_stay_that_was_a_mistake_closes_the_record(known):
    alice = pages.alice()
    assert _statuses(alice, known) == {200}

    record.delete("Encounter", known["stay"], at=timezone.now(), source="essai")

    assert alice.get(f"/patients/{known['person']}/").status_code == 302  # to the page of emergency accesses


def test_a_choice_withdrawn_closes_the_record(known):
    doctor = pages.client_of("Ville", Role.TOWN_DOCTOR)
    account = UUID(doctor.session["_auth_user_id"])
    choice = _choice("CareTeamMember", known["person"], account_id=account, label="Ville", level="all")
    assert _statuses(doctor, known) == {200}

    _withdraw(choice, "team")

    assert _statuses(doctor, known) == {404}


def test_an_emergency_access_ended_closes_the_record(known):
    bob = pages.bob()
    door = apps.get_model("access", "EmergencyAccess").objects.create(
        account_id=UUID(bob.session["_auth_user_id"]),
        person_id=known["person"],
        reason="Inconscient",
        at=timezone.now() - timedelta(minutes=5),
        expires_at=timezone.now() + timedelta(hours=1),
    )
    assert _statuses(bob, known) == {200}

    door.ended_at = timezone.now()
    door.save()

    assert _statuses(bob, known) == {404, 302}


@pytest.mark.parametrize("address", READ)
def test_each_reading_leaves_an_event_of_this_person_and_of_no_other(known, address):
    alice = pages.alice()
    before = AuditEvent.objects.order_by("-id").values_list("id", flat=True).first() or 0

    answer = alice.get(address.format(**known))

    assert answer.status_code == 200
    assert str(known["local"]).encode() in answer.content or str(known["person"]).encode() in answer.content
    told = AuditEvent.objects.filter(id__gt=before).exclude(person_id=None)
    assert {(one.person_id, one.outcome) for one in told} == {(known["person"], "allowed")}


@pytest.mark.parametrize("address", READ)
def test_a_reading_refused_leaves_no_event_of_a_reading(known, address):
    bob = pages.bob()
    before = AuditEvent.objects.order_by("-id").values_list("id", flat=True).first() or 0

    answer = bob.get(address.format(**known))

    assert str(known["stay"]).encode() not in answer.content.replace(address.format(**known).encode(), b"")
    told = AuditEvent.objects.filter(id__gt=before, person_id=known["person"])
    assert {one.action for one in told} <= {"access_denied"}
