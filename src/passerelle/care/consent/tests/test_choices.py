"""Making and withdrawing choices, one kind after the other."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, transaction

from passerelle.care.consent import api as consent
from passerelle.care.consent.models import CareTeamMember, Withdrawal
from passerelle.care.consent.services import facts
from passerelle.care.consent.tests import cast
from passerelle.care.consent.tests.cast import NOON, by, found, later
from passerelle.care.identity import api as identity
from passerelle.core.access.api import Role, Viewer
from passerelle.core.audit import api as audit
from passerelle.core.audit.models import AuditEvent

pytestmark = pytest.mark.django_db
DOCTOR = consent.Whom(rpps="99000000017")
ARLES = consent.Whom(establishment="arles")


@pytest.fixture(autouse=True)
def ground(db):
    cast.lay_the_ground()


@pytest.fixture
def lea():
    return cast.a_person()


def choose(person_id, whom=DOCTOR, *, at=NOON, **more):
    invitation = consent.Invitation(whom, more.pop("label", "Dr Mistral"), **more)
    return consent.choose(person_id=person_id, invitation=invitation, by=by(), at=at)


def test_a_chosen_professional_is_in_the_care_team_until_the_end_told(lea):
    choose(lea, ends_at=later(days=30))

    assert [one.label for one in consent.chosen_professionals(lea, at=NOON)] == ["Dr Mistral"]
    assert found(lea, later(days=30) - timedelta(seconds=1)).level_of(DOCTOR) is consent.Level.ALL
    assert found(lea, later(days=30)).level_of(DOCTOR) is None
    assert consent.chosen_professionals(lea, at=NOON - timedelta(seconds=1)) == []


def test_choosing_again_at_another_level_replaces_the_choice(lea):
    choose(lea, level=consent.Level.ALL_MASKED)
    choose(lea, level=consent.Level.SUMMARY, at=later(hours=1))

    assert found(lea, NOON).level_of(DOCTOR) is consent.Level.ALL_MASKED
    assert found(lea, later(hours=1)).level_of(DOCTOR) is consent.Level.SUMMARY
    assert len(consent.chosen_professionals(lea, at=later(hours=1))) == 1


def test_the_very_same_choice_is_not_made_twice(lea):
    choose(lea)

    with pytest.raises(consent.AlreadyChosen):
        choose(lea, at=later(hours=1))


def test_a_choice_cannot_end_before_it_begins(lea):
    with pytest.raises(consent.EndsBeforeItBegins):
        choose(lea, ends_at=NOON)


def test_there_is_one_main_doctor_at_a_time(lea):
    other = consent.Whom(account_id=uuid4())
    choose(lea, is_main_doctor=True)
    choose(lea, other, is_main_doctor=True, label="Dr Câprier", at=later(days=1))

    (only,) = consent.chosen_professionals(lea, at=later(days=1))
    assert only.account_id == other.account_id
    assert found(lea, NOON).level_of(DOCTOR) is not None


def test_a_place_that_is_chosen_is_each_of_its_professionals(lea):
    choose(lea, ARLES, label="Arles", level=consent.Level.SUMMARY)
    viewer = Viewer(account_id=uuid4(), assignments=frozenset({(Role.CLINICIAN, "arles")}))
    stranger = Viewer(account_id=uuid4(), assignments=frozenset({(Role.CLINICIAN, "salon")}))

    assert consent.level_of(viewer, lea, at=NOON) is consent.Level.SUMMARY
    assert consent.level_of(stranger, lea, at=NOON) is None
    assert consent.patients_who_chose(viewer, at=NOON) == []


def test_a_professional_finds_those_who_chose_them_by_account_or_by_rpps(lea):
    account_id = uuid4()
    choose(lea, consent.Whom(account_id=account_id))
    other = cast.a_person()
    choose(other, at=later(hours=1))
    viewer = Viewer(account_id=account_id, professional_rpps=DOCTOR.rpps)

    assert consent.patients_who_chose(viewer, at=later(hours=1)) == [other, lea]
    assert consent.patients_who_chose(viewer, at=NOON) == [lea]
    assert consent.patients_who_chose(Viewer(), at=NOON) == []


def test_whoever_has_no_rpps_is_not_taken_for_another_without_one(lea):
    choose(lea, consent.Whom(account_id=uuid4()))

    assert consent.patients_who_chose(Viewer(account_id=uuid4()), at=NOON) == []
    assert consent.level_of(Viewer(account_id=uuid4()), lea, at=NOON) is None


def test_an_opposition_to_a_place_stops_that_place_only(lea):
    consent.oppose(person_id=lea, scope=consent.Scope.ESTABLISHMENT, whom=ARLES, label="Arles", by=by(), at=NOON)

    assert consent.is_opposed(lea, establishment="arles", at=NOON)
    assert not consent.is_opposed(lea, establishment="aphm", at=NOON)
    assert not consent.is_opposed(lea, rpps=DOCTOR.rpps, at=NOON)


def test_an_opposition_to_sharing_stops_everybody(lea):
    consent.oppose(person_id=lea, scope=consent.Scope.SHARING, by=by(), at=NOON)

    assert consent.is_opposed(lea, establishment="aphm", at=NOON)
    assert consent.is_opposed(lea, rpps="99", at=NOON)
    assert not found(lea).opposes_emergency


def test_the_same_opposition_is_not_made_twice(lea):
    consent.oppose(person_id=lea, scope=consent.Scope.EMERGENCY, by=by(), at=NOON)

    with pytest.raises(consent.AlreadyChosen):
        consent.oppose(person_id=lea, scope=consent.Scope.EMERGENCY, by=by(), at=later(days=1))
    assert found(lea).opposes_emergency


def test_a_withdrawal_ends_a_choice_and_keeps_its_past(lea):
    choice_id = choose(lea)
    consent.withdraw(person_id=lea, choice_id=choice_id, kind="careteam", by=by(), at=later(days=1))

    assert found(lea, later(days=1)).level_of(DOCTOR) is None
    assert found(lea, later(hours=23)).level_of(DOCTOR) is consent.Level.ALL
    with pytest.raises(consent.NoSuchChoice):
        consent.withdraw(person_id=lea, choice_id=choice_id, kind="careteam", by=by(), at=later(days=2))
    assert Withdrawal.objects.count() == 1


def test_nobody_withdraws_the_choice_of_another(lea):
    choice_id = choose(lea)

    with pytest.raises(consent.NoSuchChoice):
        consent.withdraw(person_id=cast.a_person(), choice_id=choice_id, kind="careteam", by=by(), at=later(days=1))


def test_a_document_is_masked_and_shown_again(lea):
    document = uuid4()
    consent.mask_document(person_id=lea, document_id=document, by=by(), at=NOON)
    consent.unmask_document(person_id=lea, document_id=document, by=by(), at=later(days=1))

    assert consent.masked_documents(lea, at=NOON) == {document}
    assert consent.masked_documents(lea, at=later(days=1)) == frozenset()
    consent.unmask_document(person_id=lea, document_id=uuid4(), by=by(), at=later(days=1))


def test_a_masked_document_is_masked_once(lea):
    document = uuid4()
    consent.mask_document(person_id=lea, document_id=document, by=by(), at=NOON)

    with pytest.raises(consent.AlreadyChosen):
        consent.mask_document(person_id=lea, document_id=document, by=by(), at=later(days=1))


def test_an_identity_is_protected_until_its_end(lea):
    reason = consent.ProtectionReason.VIOLENCE
    consent.protect(person_id=lea, reason=reason, ends_at=later(days=10), by=by(consent.Door.STAFF), at=NOON)

    assert consent.protected(lea, at=later(days=9))
    assert not consent.protected(lea, at=later(days=10))
    with pytest.raises(consent.AlreadyChosen):
        consent.protect(person_id=lea, reason=reason, by=by(consent.Door.STAFF), at=later(days=1))


def test_one_trusted_person_at_a_time_and_it_opens_nothing(lea):
    consent.trust(person_id=lea, trusted=consent.Trusted("Paul Romarin", phone="0199001122"), by=by(), at=NOON)
    consent.trust(person_id=lea, trusted=consent.Trusted("Rose Cade", email="r@x.invalid"), by=by(), at=later(days=1))

    (only,) = consent.trusted_persons(lea, at=later(days=1))
    assert (only.name, only.acceptance) == ("Rose Cade", consent.Acceptance.ASKED)
    assert found(lea, later(days=1)) == consent.NOTHING


def test_nobody_names_a_trusted_person_for_another(lea):
    with pytest.raises(consent.NotByRepresentative):
        consent.trust(
            person_id=lea,
            trusted=consent.Trusted("Paul", phone="1"),
            by=by(consent.Door.REPRESENTATIVE),
            at=NOON,
        )


def test_every_choice_leaves_an_event_the_patient_reads(lea):
    choice_id = choose(lea)
    consent.withdraw(person_id=lea, choice_id=choice_id, kind="careteam", by=by(), at=later(days=1))

    actions = [row.action_label for row in audit.accesses_to(lea, limit=9)]
    assert actions == ["Choix du patient retiré", "Choix du patient enregistré"]
    assert AuditEvent.objects.filter(person_id=lea, detail__choice="careteam").count() == 2


def test_the_database_refuses_to_edit_a_choice(lea):
    choice_id = choose(lea)

    with pytest.raises(DatabaseError, match="se retire"), transaction.atomic():
        CareTeamMember.objects.filter(pk=choice_id).update(level="summary")
    with pytest.raises(DatabaseError, match="se retire"), transaction.atomic():
        CareTeamMember.objects.filter(pk=choice_id).delete()


def test_choices_follow_the_person_whom_identity_joins_with_another(lea):
    other = cast.a_person("arles")
    document = uuid4()
    for person_id in (lea, other):
        choose(person_id, consent.Whom(rpps=f"99{person_id.int % 1000}"))
    consent.mask_document(person_id=other, document_id=document, by=by(), at=NOON)
    files = [identity.local_identities(person_id)[0].id for person_id in (lea, other)]

    tie = identity.join(left_id=files[0], right_id=files[1], at=later(days=1), source="essai")
    together = identity.person_of(files[0])

    assert len(found(together, later(days=2)).care_team) == 2
    assert consent.masked_documents(together, at=later(days=2)) == {document}
    identity.unjoin(joining_id=tie, at=later(days=3), reason="essai")
    assert consent.masked_documents(other, at=later(days=4)) == {document}
    assert consent.masked_documents(lea, at=later(days=4)) == frozenset()


def test_a_choice_made_before_a_joining_is_withdrawn_after_it(lea):
    other = cast.a_person("arles")
    choices = {person_id: choose(person_id) for person_id in (lea, other)}
    files = [identity.local_identities(person_id)[0].id for person_id in (lea, other)]
    identity.join(left_id=files[0], right_id=files[1], at=later(days=1), source="essai")
    together = identity.person_of(files[0])

    for choice_id in choices.values():
        consent.withdraw(person_id=together, choice_id=choice_id, kind="careteam", by=by(), at=later(days=2))

    assert found(together, later(days=2)) == consent.NOTHING


def test_one_question_answers_for_many_persons(lea, django_assert_num_queries):
    persons = [lea, *(cast.a_person() for _ in range(4))]
    for person_id in persons[:3]:
        choose(person_id)

    with django_assert_num_queries(1):
        told = consent.restrictions_of(persons, at=NOON)

    assert [bool(told[person_id].care_team) for person_id in persons] == [True, True, True, False, False]


def test_the_listeners_hear_inside_the_transaction(lea, monkeypatch):
    heard = []
    monkeypatch.setattr(facts, "_listeners", [lambda *told: heard.append((*told, connection.in_atomic_block))])
    choose(lea)

    assert heard == [(lea, NOON, True)]
