"""What follows an emergency access, and what patients ask."""

from datetime import date, timedelta
from itertools import count
from uuid import UUID, uuid4

import pytest
from django.db import DatabaseError, transaction
from hypothesis import given
from hypothesis import strategies as st

from passerelle.care.consent import api as consent
from passerelle.care.consent.models import EmergencyReview
from passerelle.care.consent.rules.followup import Opening, Stage, stage_of, too_often
from passerelle.care.consent.tests import cast
from passerelle.care.consent.tests.cast import NOON, by, later
from passerelle.core.access import api as access
from passerelle.core.access.api import Relation, Role
from passerelle.core.audit import api as audit
from passerelle.core.parameters.api import load_parameters

_numbers = count(1)


@pytest.fixture
def lea(db):
    cast.lay_the_ground()
    load_parameters(at=NOON)
    return cast.a_person("arles")


def someone(role, establishment=None):
    opened = access.open_account(email=f"f{next(_numbers)}@exemple.invalid", display_name=role.label, by=None, at=NOON)
    access.grant_role(
        account=opened, role=role, establishment=establishment, starts_on=date(2020, 1, 1), by=None, at=NOON
    )
    return access.viewer_of(opened, on=NOON.date(), second_factor=True)


def an_emergency(person_id, *, at=NOON, viewer=None):
    return access.open_emergency_access(
        viewer=viewer or someone(Role.CLINICIAN, "aphm"),
        person_id=person_id,
        reason=access.Urgency("Inconsciente aux urgences", "vital"),
        relation=Relation.TERRITORY,
        at=at,
    ).id


def review(viewer, emergency_id, *, at=NOON, is_justified=True, note="Vu avec le service."):
    consent.review_emergency(viewer=viewer, emergency_id=emergency_id, is_justified=is_justified, note=note, at=at)


def stages(viewer, at):
    return [row.stage for row in consent.reviews(viewer, at=at)]


def test_every_emergency_access_awaits_a_review_and_is_late_after_seven_days(lea):
    dpo = someone(Role.DPO)
    an_emergency(lea)

    assert stages(dpo, NOON) == stages(dpo, later(days=7) - timedelta(seconds=1)) == [Stage.TO_REVIEW]
    assert stages(dpo, later(days=7)) == [Stage.LATE]


@pytest.mark.parametrize(("verdict", "stage"), [(True, Stage.JUSTIFIED), (False, Stage.NOT_JUSTIFIED)])
def test_a_review_gives_its_verdict_with_its_note(lea, verdict, stage):
    dpo = someone(Role.DPO)
    opened = an_emergency(lea)
    review(dpo, opened, is_justified=verdict, note=" Relu. ", at=later(days=1))

    (row,) = consent.reviews(dpo, at=later(days=9))
    assert (row.stage, row.note, row.by_name, row.reviewed_at) == (stage, "Relu.", dpo.name, later(days=1))
    assert "Accès d’urgence revu" in [one.action_label for one in audit.accesses_to(lea, limit=9)]


def test_a_verdict_is_given_once_and_never_changed(lea):
    dpo = someone(Role.DPO)
    opened = an_emergency(lea)
    review(dpo, opened)

    with pytest.raises(consent.AlreadyReviewed):
        review(dpo, opened, is_justified=False)
    with pytest.raises(DatabaseError), transaction.atomic():
        EmergencyReview.objects.update(is_justified=False)


def test_a_verdict_needs_a_note(lea):
    with pytest.raises(consent.NothingSaid):
        review(someone(Role.DPO), an_emergency(lea), note="  ")


def test_the_director_reviews_the_accesses_of_their_hospital_only(lea):
    here, there = someone(Role.DIRECTOR, "aphm"), someone(Role.DIRECTOR, "salon")
    opened = an_emergency(lea)

    assert len(consent.reviews(here, at=NOON)) == 1
    assert consent.reviews(there, at=NOON) == []
    with pytest.raises(access.AccessRefused):
        review(there, opened)
    review(here, opened)
    assert stages(here, NOON) == [Stage.JUSTIFIED]


@pytest.mark.parametrize("role", [Role.CLINICIAN, Role.PATIENT, Role.SECURITY_OFFICER, Role.INTEGRATOR])
def test_nobody_else_reviews(lea, role):
    with pytest.raises(access.AccessRefused):
        review(someone(role, "aphm"), an_emergency(lea))


def test_nobody_reviews_their_own_access(lea):
    account = access.open_account(email="deux@exemple.invalid", display_name="Deux rôles", by=None, at=NOON)
    for role, place in ((Role.CLINICIAN, "aphm"), (Role.DPO, None)):
        access.grant_role(account=account, role=role, establishment=place, starts_on=NOON.date(), by=None, at=NOON)
    both = access.viewer_of(account, on=NOON.date(), second_factor=True)

    with pytest.raises(consent.OwnAccess):
        review(both, an_emergency(lea, viewer=both))


def test_an_access_that_does_not_exist_is_refused(lea):
    with pytest.raises(access.AccessRefused):
        review(someone(Role.DPO), uuid4())
    assert consent.review_of(someone(Role.DPO), uuid4(), at=NOON) is None


def test_the_patient_is_told_until_they_say_they_have_seen(lea):
    opened = [an_emergency(lea), an_emergency(lea, at=later(hours=1))]

    assert [one.id for one in consent.unseen_emergencies(lea)] == opened[::-1]
    assert consent.acknowledge_notices(person_id=lea, at=later(hours=2)) == 2
    assert consent.acknowledge_notices(person_id=lea, at=later(hours=3)) == 0
    assert consent.unseen_emergencies(lea) == []
    third = an_emergency(lea, at=later(hours=4))
    assert [one.id for one in consent.unseen_emergencies(lea)] == [third]
    told = {row.emergency.id: row.was_seen for row in consent.reviews(someone(Role.DPO), at=later(hours=5))}
    assert told == {opened[0]: True, opened[1]: True, third: False}


def test_one_access_more_than_the_threshold_in_a_day_raises_the_alarm(lea):
    alice, dpo = someone(Role.CLINICIAN, "aphm"), someone(Role.DPO)
    alarms = []
    for rank in range(5):
        an_emergency(cast.a_person(), viewer=alice, at=later(hours=rank))
        alarms.append(any(row.is_too_often for row in consent.reviews(dpo, at=later(hours=rank))))

    assert alarms == [False, False, False, False, True]


moments = st.lists(st.integers(0, 100).map(lambda hours: later(hours=hours)), max_size=12)


@given(moments=moments, threshold=st.integers(1, 5))
def test_the_alarm_counts_every_span_of_a_day(moments, threshold):
    account = UUID(int=1)
    spans = [sum(first <= one < first + timedelta(days=1) for one in moments) for first in moments]

    alarmed = too_often([Opening(account, one) for one in moments], threshold=threshold)

    assert alarmed == (frozenset({account}) if any(count > threshold for count in spans) else frozenset())


@given(verdict=st.none() | st.booleans(), hours=st.integers(0, 400))
def test_a_verdict_never_comes_late(verdict, hours):
    stage = stage_of(NOON, verdict=verdict, days=7, at=later(hours=hours))

    assert (stage in {Stage.LATE, Stage.TO_REVIEW}) == (verdict is None)
    assert (stage is Stage.LATE) == (verdict is None and hours >= 7 * 24)


def ask(person_id, *, at=NOON, is_report=False, text="Pourquoi ce jour-là ?"):
    return consent.ask(person_id=person_id, text=text, about="Dr Y", is_report=is_report, by=by().actor, at=at)


def test_a_question_waits_for_its_answer(lea):
    dpo = someone(Role.DPO)
    first, second = ask(lea), ask(lea, at=later(days=1), is_report=True)
    consent.answer(viewer=dpo, question_id=first, text="Pour votre rendez-vous.", at=later(days=2))

    waiting, done = consent.questions(at=later(days=2))
    assert (waiting.id, waiting.is_report, waiting.answers) == (second, True, ())
    assert (done.id, [one.text for one in done.answers]) == (first, ["Pour votre rendez-vous."])
    assert waiting.due_at == later(days=31)
    assert [one.id for one in consent.questions_of(lea, at=later(days=2))] == [second, first]
    assert consent.questions_of(cast.a_person(), at=later(days=2)) == []


def test_an_empty_question_is_not_one(lea):
    with pytest.raises(consent.NothingSaid):
        ask(lea, text=" ")


@pytest.mark.parametrize("role", [Role.CLINICIAN, Role.DIRECTOR, Role.PATIENT])
def test_only_the_officer_answers(lea, role):
    asked = ask(lea)

    with pytest.raises(access.AccessRefused):
        consent.answer(viewer=someone(role, "aphm"), question_id=asked, text="Oui.", at=NOON)
    with pytest.raises(access.AccessRefused):
        consent.answer(viewer=someone(Role.DPO), question_id=uuid4(), text="Oui.", at=NOON)
    with pytest.raises(consent.NothingSaid):
        consent.answer(viewer=someone(Role.DPO), question_id=asked, text=" ", at=NOON)


def test_the_log_tells_each_choice_from_its_making_to_its_end(lea):
    document = uuid4()
    consent.oppose(person_id=lea, scope=consent.Scope.SHARING, by=by(), at=NOON)
    consent.mask_document(person_id=lea, document_id=document, title="Lettre", by=by(), at=later(hours=1))
    consent.unmask_document(person_id=lea, document_id=document, by=by(name="Léa R."), at=later(hours=2))

    masked, opposed = consent.choices_log(lea)
    assert (masked.what, masked.kind_label, masked.withdrawn_at) == ("Lettre", "Document masqué", later(hours=2))
    assert masked.withdrawn_by == "Léa R."
    assert (opposed.what, opposed.withdrawn_at) == ("Le partage entre établissements", None)
    assert [masked.is_in_force(later(hours=hours)) for hours in (0, 1, 2)] == [False, True, False]
    assert consent.receipt(lea, opposed.id) == opposed
    assert consent.receipt(cast.a_person(), opposed.id) is None
