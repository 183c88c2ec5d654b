"""What patients decide, read back as Consent and CareTeam."""

from datetime import date, timedelta
from uuid import UUID

import pytest
from django.utils import timezone

from passerelle.care.consent import api as consent
from passerelle.care.record import api as record
from passerelle.care.record.tests import pages
from passerelle.core.access import api as access
from passerelle.protocols import fhir

pytestmark = pytest.mark.django_db
ZOE = consent.Voice(access.ANONYMOUS.actor())
PAST = timedelta(days=1)


@pytest.fixture(autouse=True)
def ground(db):
    pages.lay_the_ground()


def stored(type_, local):
    rows = record.search(type_, {}, local_identity_ids=[local], count=50).rows
    return [fhir.loads(row.body) for row in rows]


def choose(person_id, rpps="99000000017", label="Dr Mistral", **more):
    invitation = consent.Invitation(consent.Whom(rpps=rpps), label, **more)
    return consent.choose(person_id=person_id, invitation=invitation, by=ZOE, at=timezone.now() - PAST)


def test_the_team_is_one_resource_per_file_with_its_levels():
    person_id, local = pages.a_person("aphm", "arles")
    choose(person_id, level=consent.Level.SUMMARY)

    for file in (local, pages.local_of(person_id, "arles")):
        (team,) = stored("CareTeam", file)
        (member,) = team["participant"]
        assert team["status"] == "active"
        assert member["member"]["identifier"]["value"] == "99000000017"
        assert member["role"][0]["coding"][0]["code"] == "summary"
        assert team["subject"]["reference"] == f"Patient/{file}"


def test_a_team_without_anybody_left_is_inactive():
    person_id, local = pages.a_person("aphm")
    choice_id = choose(person_id)
    consent.withdraw(person_id=person_id, choice_id=choice_id, kind="careteam", by=ZOE, at=timezone.now())

    (team,) = stored("CareTeam", local)
    assert (team["status"], team.get("participant")) == ("inactive", None)


def test_an_opposition_is_a_consent_that_denies_until_it_is_withdrawn():
    person_id, local = pages.a_person("aphm")
    choice_id = consent.oppose(person_id=person_id, scope=consent.Scope.SHARING, by=ZOE, at=timezone.now() - PAST)
    (told,) = stored("Consent", local)
    assert (told["status"], told["provision"]["type"]) == ("active", "deny")

    consent.withdraw(person_id=person_id, choice_id=choice_id, kind="opposition", by=ZOE, at=timezone.now())

    (told,) = stored("Consent", local)
    assert told["status"] == "inactive"
    assert "end" in told["provision"]["period"]
    assert len(record.history("Consent", UUID(told["id"]))) == 2


def test_a_masked_document_is_told_under_its_own_file_and_kept_from_professionals():
    person_id, local = pages.a_person("aphm", "arles")
    document_id = pages.a_document(local)
    consent.mask_document(person_id=person_id, document_id=document_id, by=ZOE, at=timezone.now() - PAST)

    (told,) = stored("Consent", local)
    assert told["provision"]["data"][0]["reference"]["reference"] == f"DocumentReference/{document_id}"
    assert [one["code"] for one in told["meta"]["security"]] == ["MASQUE_PS"]
    assert stored("Consent", pages.local_of(person_id, "arles")) == []


def test_what_a_minor_decides_alone_is_kept_from_parents():
    fourteen = date(timezone.localdate().year - 14, 1, 1)
    person_id, local = pages.a_person("aphm", born=fourteen)
    stay = pages.a_stay(local)
    choose(person_id)
    consent.keep_secret(person_id=person_id, item=consent.Item.STAY, item_id=stay, by=ZOE, at=timezone.now() - PAST)

    for resource in [*stored("Consent", local), *stored("CareTeam", local)]:
        assert "INVISIBLE_REP_LEGAUX" in [one["code"] for one in resource["meta"]["security"]]
    assert len(stored("Consent", local)) == len(stored("CareTeam", local)) == 1


def test_the_same_choices_told_again_are_not_a_version():
    person_id, local = pages.a_person("aphm")
    choose(person_id)
    choose(person_id, rpps="99000000025", label="Dr Câprier")
    consent.oppose(person_id=person_id, scope=consent.Scope.EMERGENCY, by=ZOE, at=timezone.now())

    (team,) = stored("CareTeam", local)
    assert len(record.history("CareTeam", UUID(team["id"]))) == 2
