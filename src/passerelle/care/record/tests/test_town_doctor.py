"""The town doctor: Colette follows at the hospital those who chose her, and no one else."""

import time
from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from passerelle.care.consent import api as consent
from passerelle.care.record import api as record
from passerelle.care.record.rules.documents import RESTRICTIONS
from passerelle.care.record.tests import pages
from passerelle.core.access import api as access
from passerelle.core.access.api import AccessRefused, Relation, Role
from passerelle.protocols import fhir

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def ground(db):
    pages.lay_the_ground()


@pytest.fixture
def person():
    """Someone with a stay, a document and results at a hospital where Colette does not work."""
    person_id, local = pages.a_person("aphm")
    pages.a_stay(local)
    return person_id


class Doctor:
    """An account of the town, its browser and what it is."""

    def __init__(self, name="Colette", *roles, establishment=None):
        at = timezone.now()
        self.account = access.open_account(
            email=f"{uuid4()}@exemple.invalid", display_name=name, by=None, at=at, person_id=None
        )
        for role in (Role.TOWN_DOCTOR, *roles):
            access.grant_role(
                account=self.account,
                role=role,
                establishment=establishment,
                starts_on=date(2020, 1, 1),
                by=None,
                at=at,
            )
        self.client = Client()
        self.client.force_login(self.account)
        session = self.client.session
        session["passerelle_second_factor"] = str(self.account.pk)
        session["passerelle_proved_at"] = time.time()
        session.save()

    @property
    def viewer(self):
        return access.viewer_of(self.account, on=timezone.localdate(), second_factor=True)

    def is_chosen_by(self, person_id, *, at=None):
        consent.choose(
            person_id=person_id,
            invitation=consent.Invitation(
                consent.Whom(account_id=self.account.pk), "Dr Colette", consent.Level.ALL_MASKED, is_main_doctor=True
            ),
            by=consent.Voice(access.ANONYMOUS.actor()),
            at=at or timezone.now() - timedelta(days=30),
        )


def status_of(client, name, *args):
    return client.get(reverse(name, args=args)).status_code


def test_the_chosen_doctor_reads_the_record(person):
    colette = Doctor()
    colette.is_chosen_by(person)

    shown = record.timeline(colette.viewer, person, at=timezone.now())

    assert shown.relation is Relation.CHOSEN
    assert (len(shown.stays), len(shown.stays[0].documents), len(shown.stays[0].observations)) == (1, 1, 2)
    assert status_of(colette.client, "record:document", shown.stays[0].documents[0].id) == 200
    page = colette.client.get(reverse("record:timeline", args=[person])).content.decode()
    assert "Professionnel choisi par le patient" in page


def test_a_doctor_whom_nobody_chose_is_a_stranger(person):
    other = Doctor("Paul")
    Doctor().is_chosen_by(person)

    assert record.relation_to(other.viewer, person, at=timezone.now()) is Relation.TERRITORY
    assert status_of(other.client, "record:timeline", person) == 404


def test_the_day_of_another_choice_closes_the_record(person):
    before, after = Doctor("Colette"), Doctor("Paul")
    before.is_chosen_by(person)
    after.is_chosen_by(person, at=timezone.now())

    with pytest.raises(AccessRefused):
        record.timeline(before.viewer, person, at=timezone.now())
    assert status_of(before.client, "record:timeline", person) == 404
    assert status_of(after.client, "record:timeline", person) == 200


def test_a_choice_opens_nothing_before_its_first_day(person):
    colette = Doctor()
    colette.is_chosen_by(person, at=timezone.now() + timedelta(days=1))

    assert status_of(colette.client, "record:timeline", person) == 404


@pytest.mark.parametrize(
    ("restriction", "is_shown"),
    [("MASQUE_PS", True), ("INVISIBLE_PATIENT", True), ("INVISIBLE_REP_LEGAUX", False), ("CONNEXION_SECRETE", False)],
)
def test_a_restricted_document_is_shown_as_the_matrix_says(person, restriction, is_shown):
    colette = Doctor()
    colette.is_chosen_by(person)
    local = pages.local_of(person)
    document_id = pages.a_document(local)
    resource = fhir.loads(record.read("DocumentReference", document_id).body)
    labels = [fhir.codeable_concept(fhir.coding(RESTRICTIONS, restriction))]
    record.put(resource | {"securityLabel": labels}, local_identity_id=local, at=timezone.now(), source="essai")

    shown = {row.id for row in record.documents(colette.viewer, person, at=timezone.now())}

    assert (document_id in shown) is is_shown
    assert status_of(colette.client, "record:document", document_id) == (200 if is_shown else 404)


def test_the_care_team_of_a_hospital_comes_before_the_choice(person):
    both = Doctor("Colette", Role.CLINICIAN, establishment="aphm")
    both.is_chosen_by(person)

    assert record.relation_to(both.viewer, person, at=timezone.now()) is Relation.TREATING


def test_a_hospital_where_one_is_no_clinician_does_not_hide_the_choice(person):
    colette = Doctor(establishment="aphm")
    colette.is_chosen_by(person)

    assert record.relation_to(colette.viewer, person, at=timezone.now()) is Relation.CHOSEN


def test_the_page_lists_those_who_chose_and_offers_no_search(person):
    colette = Doctor()
    colette.is_chosen_by(person)
    stranger, _ = pages.a_person("aphm", birth_name="GARRIGUE")

    page = colette.client.get(reverse("record:patients")).content.decode()

    assert reverse("record:timeline", args=[person]) in page
    assert reverse("record:timeline", args=[stranger]) not in page
    assert "Mes patients" in page
    assert 'role="search"' not in page
    assert colette.client.post(reverse("record:patients"), {"text": "garrigue"}).status_code == 404


def test_the_page_says_when_nobody_chose_yet():
    assert "Personne ne vous a encore choisi" in Doctor().client.get(reverse("record:patients")).content.decode()


def test_a_patient_has_no_list_of_patients(person):
    assert status_of(pages.the_patient(person), "record:patients") == 404
