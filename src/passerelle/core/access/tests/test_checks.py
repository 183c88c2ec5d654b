"""A check decides, leaves its event, and refuses like a missing page; an emergency opens a door for a while."""

import uuid
from datetime import date, timedelta

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


def test_a_person_has_one_chosen_doctor_at_a_time():
    first, second = account("colette", Role.TOWN_DOCTOR), account("didier", Role.TOWN_DOCTOR)
    viewers = [access.viewer_of(each, on=AT.date(), second_factor=True) for each in (first, second)]
    june, july = date(2025, 6, 1), date(2025, 7, 1)

    access.choose_doctor(person_id=PERSON, account_id=first.pk, on=june, by=None, at=AT)
    access.choose_doctor(person_id=PERSON, account_id=second.pk, on=july, by=None, at=AT)
    access.choose_doctor(person_id=PERSON, account_id=second.pk, on=AT.date(), by=None, at=AT)

    def chosen(on):
        return [access.is_chosen_doctor(viewer, PERSON, on=on) for viewer in viewers]

    assert chosen(date(2025, 5, 31)) == [False, False]
    assert chosen(june) == chosen(date(2025, 6, 30)) == [True, False]
    assert chosen(july) == chosen(AT.date()) == [False, True]
    assert access.patients_who_chose(viewers[1], on=AT.date()) == [PERSON]
    assert access.patients_who_chose(access.ANONYMOUS, on=AT.date()) == []
    assert AuditEvent.objects.filter(action="doctor_chosen", person_id=PERSON).count() == 2
