"""A patient lets a relative in until a day; the relative reads, decides nothing, and is out when it ends."""

import re
from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from passerelle.care.consent import api as consent
from passerelle.care.consent.models import RelativeInvitation
from passerelle.care.record.tests import pages
from passerelle.core.audit import api as audit

pytestmark = pytest.mark.django_db


def at(name, *args):
    return reverse(f"patientspace:{name}", args=args)


class Two:
    """Zoé, and her son Paul who follows her."""

    def __init__(self):
        self.zoe_id, local = pages.a_person("aphm", given=("Zoé",), born=date(1950, 3, 28))
        self.paul_id, _ = pages.a_person("aphm", given=("Paul",), born=date(1980, 1, 2))
        pages.a_stay(local, documents=1)
        self.zoe, self.paul = pages.the_patient(self.zoe_id), pages.the_patient(self.paul_id)

    def invite(self, days=30):
        last = timezone.localdate() + timedelta(days=days)
        return self.zoe.post(at("invite_relative"), {"name": "Paul", "last_day": last.isoformat()})

    def code(self, days=30):
        return re.search(r'class="mono">([^<]+)<', self.invite(days).content.decode())[1]

    def join(self, code, born="28/03/1950"):
        return self.paul.post(at("join_relative"), {"code": code, "birth_date": born})

    def enter(self):
        return self.paul.post(at("enter_space", self.zoe_id))


@pytest.fixture
def two(db):
    pages.lay_the_ground()
    return Two()


def test_a_relative_enters_and_every_page_says_whose_space_it_is(two):
    assert two.join(two.code()).status_code == 302
    assert two.enter().status_code == 302

    assert "Vous êtes dans l’espace de Zoé" in two.paul.get(at("home")).content.decode()
    assert "Paul" in two.zoe.get(at("relatives")).content.decode()


def test_a_relative_reads(two):
    yesterday = timezone.now() - timedelta(days=1)  # the second wall counts from the beginning of a transaction
    by = consent.Voice(audit.Actor(uuid4(), "Zoé", "patient"))
    ends_at = yesterday + timedelta(days=30)
    code = consent.invite_relative(person_id=two.zoe_id, name="Paul", ends_at=ends_at, by=by, at=yesterday)
    found = consent.offered(code=code, birth_date=date(1950, 3, 28), at=yesterday)
    consent.accept_invitation(invitation_id=found.id, relative_id=two.paul_id, by=by, at=yesterday)
    two.enter()

    assert "Lettre de liaison" in two.paul.get(at("home")).content.decode()


@pytest.mark.parametrize(
    "page", [("find_member",), ("find_refused",), ("oppose_widely", "partage"), ("trusted",), ("invite_relative",)]
)
def test_a_relative_decides_nothing(two, page):
    two.join(two.code())
    two.enter()

    assert two.paul.get(at(*page)).status_code == 404


def test_the_code_serves_once_and_needs_the_birth_date(two):
    code = two.code()

    assert "n’ouvrent aucun espace" in two.join(code, "29/03/1950").content.decode()
    assert two.join(code).status_code == 302
    assert "n’ouvrent aucun espace" in two.join(code).content.decode()


def test_five_false_dates_end_the_code(two):
    code = two.code()
    for _ in range(5):
        two.join(code, "01/01/1950")

    assert two.join(code).status_code == 200
    assert not consent.represented(two.paul_id, at=timezone.now())


def test_it_ends_by_itself_after_the_last_day(two):
    two.join(two.code(days=3))
    last_evening = consent.end_of_day(timezone.localdate() + timedelta(days=3))

    assert consent.represented(two.paul_id, at=last_evening - timedelta(seconds=1))
    assert not consent.represented(two.paul_id, at=last_evening)


def test_the_patient_closes_their_space(two):
    two.join(two.code())
    two.enter()
    [held] = consent.representatives(two.zoe_id, at=timezone.now())

    two.zoe.post(at("end_relative", held.id))

    assert "Vous êtes dans l’espace" not in two.paul.get(at("home")).content.decode()
    assert two.enter().status_code == 404


def test_the_relative_gives_it_back(two):
    two.join(two.code())

    two.paul.post(at("give_up", two.zoe_id))

    assert two.enter().status_code == 404
    assert two.paul.post(at("give_up", two.zoe_id)).status_code == 404


def test_a_code_is_cancelled_before_it_serves(two):
    code = two.code()

    two.zoe.post(at("cancel_relative", RelativeInvitation.objects.get().pk))

    assert two.join(code).status_code == 200


@pytest.mark.parametrize(("days", "sentence"), [(-1, "date de fin"), (400, "plus proche")])
def test_an_end_is_asked_neither_past_nor_far(two, days, sentence):
    page = two.invite(days).content.decode()

    assert sentence in page
    assert not RelativeInvitation.objects.exists()


def test_a_minor_gives_no_code(two):
    child_id, _ = pages.a_person("aphm", born=date(timezone.localdate().year - 16, 1, 1))
    child = pages.the_patient(child_id)

    page = child.post(at("invite_relative"), {"name": "X", "last_day": (timezone.localdate()).isoformat()})

    assert "mineure" in page.content.decode()
    assert "Inviter un proche" not in child.get(at("relatives")).content.decode()


def test_a_code_for_oneself_opens_nothing(two):
    answer = two.zoe.post(at("join_relative"), {"code": two.code(), "birth_date": "28/03/1950"})

    assert "ne se représente pas" in answer.content.decode()


def test_a_parent_is_not_ended_as_a_relative_is(two):
    child_id, _ = pages.a_person("aphm", born=date(timezone.localdate().year - 16, 1, 1))
    by = consent.Voice(audit.Actor(uuid4(), "Accueil", "admission_clerk"), consent.Door.STAFF)
    mandate = consent.Mandate(two.zoe_id, consent.Nature.PARENT, "Livret")
    held = consent.represent(person_id=child_id, mandate=mandate, by=by, at=timezone.now() - timedelta(days=1))

    assert pages.the_patient(child_id).post(at("end_relative", held)).status_code == 404
