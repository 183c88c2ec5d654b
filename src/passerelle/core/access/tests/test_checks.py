"""A check decides, leaves its event, and refuses like a missing page; an emergency opens a door for a while."""

import uuid
from datetime import timedelta

import pytest

from passerelle.core.access import api as access
from passerelle.core.access.api import Act, Kind, Relation, Role, State, Viewer
from passerelle.core.access.services.checks import _action
from passerelle.core.access.tests.cast import AT, account, load_places
from passerelle.core.audit import api as audit
from passerelle.core.audit.models import AuditEvent

pytestmark = pytest.mark.django_db

PERSON = uuid.UUID(int=42)
ALICE = Viewer(
    account_id=uuid.UUID(int=1),
    name="Dr Alice",
    assignments=frozenset({(Role.CLINICIAN, "aphm"), (Role.COMMITTEE_MEMBER, "aphm")}),
    second_factor=True,
)


def _read_document(relation, **more):
    access.check(
        ALICE, Kind.DOCUMENT, Act.READ, relation=relation, target="document:1", person_id=PERSON, at=AT, **more
    )


def test_what_is_allowed_passes_and_leaves_its_event():
    _read_document(Relation.TREATING, reason="consultation")

    event = AuditEvent.objects.get(person_id=PERSON)
    assert (event.action, event.outcome, event.role, event.establishment) == (
        "document_opened",
        "allowed",
        "clinician",
        "aphm",
    )
    assert event.detail == {
        "kind": "document",
        "act": "read",
        "relation": "treating",
        "state": "normal",
        "line": "S1",
    }
    assert audit.accesses_to(PERSON, limit=5)[0].reason == "consultation"


def test_what_is_refused_leaves_its_event_and_looks_missing():
    with pytest.raises(access.AccessRefused):
        _read_document(Relation.NONE)

    event = AuditEvent.objects.get(person_id=PERSON)
    assert (event.action, event.outcome) == ("access_denied", "denied")
    assert audit.accesses_to(PERSON, limit=5) == []


def test_a_list_is_decided_without_a_trace():
    assert access.allowed(ALICE, Kind.DOCUMENT, Act.READ, relation=Relation.TREATING)
    assert not access.allowed(ALICE, Kind.DOCUMENT, Act.READ, relation=Relation.TREATING, state=State.OPPOSED)
    assert not AuditEvent.objects.exists()


@pytest.mark.parametrize(
    ("kind", "act", "action"),
    [
        (Kind.PATIENT, Act.SEARCH, audit.Action.RECORD_SEARCHED),
        (Kind.PATIENT, Act.EXPORT, audit.Action.RECORD_EXPORTED),
        (Kind.ENCOUNTER, Act.READ, audit.Action.RECORD_READ),
        (Kind.ENCOUNTER, Act.UPDATE, audit.Action.RECORD_WRITTEN),
        (Kind.OBSERVATION, Act.HISTORY, audit.Action.HISTORY_READ),
        (Kind.IDENTITY, Act.READ, audit.Action.IDENTITY_READ),
        (Kind.IDENTITY, Act.UPDATE, audit.Action.IDENTITY_CHANGED),
        (Kind.IDENTITY, Act.MERGE, audit.Action.IDENTITY_MERGED),
        (Kind.MESSAGE, Act.READ, audit.Action.MESSAGE_READ),
        (Kind.MESSAGE, Act.REPLAY, audit.Action.MESSAGE_REPLAYED),
        (Kind.VOTE, Act.VOTE, audit.Action.VOTE_CAST),
        (Kind.AUDIT, Act.SEARCH, audit.Action.AUDIT_READ),
        (Kind.PROJECT, Act.READ, audit.Action.RESOURCE_READ),
        (Kind.PROJECT, Act.UPDATE, audit.Action.RESOURCE_CHANGED),
    ],
)
def test_each_act_has_its_word_in_the_journal(kind, act, action):
    assert _action(kind, act) is action


def test_an_emergency_access_opens_for_four_hours_at_most_and_the_patient_sees_why():
    alice = account("alice", Role.CLINICIAN)
    viewer = access.viewer_of(alice, on=AT.date(), second_factor=True)

    opened = access.open_emergency_access(
        viewer=viewer,
        person_id=PERSON,
        reason="Patient inconscient aux urgences",
        relation=Relation.NONE,
        at=AT,
        lasting=timedelta(days=2),
    )

    assert opened.expires_at == AT + timedelta(hours=4)
    assert access.has_emergency_access(viewer, PERSON, at=AT)
    assert access.has_emergency_access(viewer, PERSON, at=AT + timedelta(hours=3, minutes=59))
    assert not access.has_emergency_access(viewer, PERSON, at=opened.expires_at)
    assert not access.has_emergency_access(viewer, uuid.UUID(int=43), at=AT)
    assert not access.has_emergency_access(access.ANONYMOUS, PERSON, at=AT)
    row = audit.accesses_to(PERSON, limit=5)[0]
    assert (row.action_label, row.reason) == ("Accès d’urgence ouvert", "Patient inconscient aux urgences")


def test_an_emergency_access_needs_a_reason():
    with pytest.raises(access.ReasonMissing):
        access.open_emergency_access(viewer=ALICE, person_id=PERSON, reason=" ", relation=Relation.NONE, at=AT)


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.CLINICIAN], ids=lambda role: role.value)
def test_only_a_clinician_opens_an_emergency_access(role):
    viewer = Viewer(account_id=uuid.UUID(int=1), name="X", assignments=frozenset({(role, None)}))

    with pytest.raises(access.AccessRefused):
        access.open_emergency_access(viewer=viewer, person_id=PERSON, reason="curiosité", relation=Relation.NONE, at=AT)


def test_a_role_is_held_from_its_first_day_until_the_day_before_its_end():
    load_places()
    alice = account("alice")
    assignment = access.grant_role(
        account=alice, role=Role.PILOT, establishment="arles", starts_on=AT.date(), by=None, at=AT
    )
    access.end_role(assignment_id=assignment.pk, ends_on=AT.date() + timedelta(days=2), by=None, at=AT)

    held = [
        access.viewer_of(alice, on=AT.date() + timedelta(days=shift), second_factor=True).has(Role.PILOT, "arles")
        for shift in (-1, 0, 1, 2)
    ]

    assert held == [False, True, True, False]


def test_a_viewer_knows_where_a_role_is_held():
    viewer = Viewer(assignments=frozenset({(Role.INTEGRATOR, "arles"), (Role.PILOT, "salon"), (Role.DPO, None)}))

    assert viewer.establishments == {"arles", "salon"}
    assert viewer.establishments_as(Role.INTEGRATOR) == {"arles"}
    assert viewer.has(Role.DPO, "arles")
    assert viewer.has(Role.PILOT)
    assert not viewer.has(Role.PILOT, "arles")


def test_an_event_is_signed_in_the_role_that_was_used():
    assert ALICE.actor(Role.COMMITTEE_MEMBER).role == "committee_member"
    assert access.ANONYMOUS.actor() == audit.Actor(account_id=None, name="", role="", establishment="")


def test_an_account_is_opened_in_small_letters_without_a_password():
    opened = access.open_account(email="Bob@Exemple.invalid", display_name="Bob", by=None, at=AT)

    assert opened.email == "bob@exemple.invalid"
    assert not opened.has_usable_password()
    assert str(opened) == "Bob"


def opened_by(viewer, *, at=AT, person_id=PERSON):
    return access.open_emergency_access(
        viewer=viewer,
        person_id=person_id,
        reason=access.Urgency("Patient inconscient aux urgences", "unconscious"),
        relation=Relation.NONE,
        at=at,
    )


def test_a_door_closes_when_its_holder_says_so():
    load_places()
    viewer = access.viewer_of(account("alice", Role.CLINICIAN, establishment="aphm"), on=AT.date(), second_factor=True)
    opened = opened_by(viewer)
    soon, later = AT + timedelta(minutes=10), AT + timedelta(minutes=20)

    assert [row.id for row in access.open_emergencies(viewer, at=soon)] == [opened.id]
    assert access.end_emergency_access(viewer=viewer, emergency_id=opened.id, at=soon) == PERSON
    assert access.end_emergency_access(viewer=viewer, emergency_id=opened.id, at=later) == PERSON

    (row,) = access.emergencies(person_id=PERSON)
    assert (row.closes_at, row.was_ended, row.reason_label) == (soon, True, "Patient qui ne peut pas s’exprimer")
    assert row.establishment == "aphm"
    assert not access.has_emergency_access(viewer, PERSON, at=soon)
    assert access.open_emergencies(viewer, at=soon) == access.open_emergencies(access.ANONYMOUS, at=AT) == []
    assert AuditEvent.objects.filter(action="emergency_ended").count() == 1


def test_nobody_closes_the_door_of_another():
    alice, bob = (
        access.viewer_of(account(name, Role.CLINICIAN), on=AT.date(), second_factor=True) for name in ("alice", "bob")
    )
    opened = opened_by(alice)

    with pytest.raises(access.AccessRefused):
        access.end_emergency_access(viewer=bob, emergency_id=opened.id, at=AT)
    assert access.has_emergency_access(alice, PERSON, at=AT)


def test_doors_are_counted_over_a_day():
    alice = access.viewer_of(account("alice", Role.CLINICIAN), on=AT.date(), second_factor=True)
    for hours in (0, 1, 24):
        opened_by(alice, at=AT + timedelta(hours=hours), person_id=uuid.uuid4())

    counts = [access.emergency_count(alice.account_id, at=AT + timedelta(hours=h)) for h in (0, 1, 24, 25, 48)]

    assert counts == [1, 2, 2, 1, 0]
    assert len(access.emergencies(since=AT + timedelta(hours=1))) == 2
    assert access.emergencies(establishments=frozenset({"arles"})) == []
