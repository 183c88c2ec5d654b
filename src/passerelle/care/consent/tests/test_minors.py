"""Parents, guardians, and what the young keep to themselves."""

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passerelle.care.consent import api as consent
from passerelle.care.consent.models import Representation
from passerelle.care.consent.tests import cast
from passerelle.care.consent.tests.cast import CHILD, NOON, by, found, later

STAFF = consent.Door.STAFF


@pytest.fixture
def family(db):
    """A mother and her daughter of fourteen."""
    cast.lay_the_ground()
    mother, daughter = cast.a_person(), cast.a_person(born=CHILD)
    mandate = consent.Mandate(mother, consent.Nature.PARENT, evidence="Livret de famille")
    consent.represent(person_id=daughter, mandate=mandate, by=by(STAFF), at=NOON)
    return mother, daughter


def test_a_parent_represents_until_the_eighteenth_birthday(family):
    mother, daughter = family
    birthday = consent.majority_at(CHILD)

    assert consent.is_representative(mother, daughter, at=birthday - timedelta(seconds=1))
    assert not consent.is_representative(mother, daughter, at=birthday)
    assert [one.person_id for one in consent.represented(mother, at=NOON)] == [daughter]
    assert not consent.is_representative(daughter, mother, at=NOON)


def test_a_mandate_may_end_sooner_but_not_later(db):
    cast.lay_the_ground()
    for told in (later(days=10), later(days=9999), None):
        child = cast.a_person(born=CHILD)
        mandate = consent.Mandate(uuid4(), consent.Nature.MINOR_GUARDIAN, ends_at=told)
        consent.represent(person_id=child, mandate=mandate, by=by(STAFF), at=NOON)
    ends = [row.ends_at for row in Representation.objects.all()]

    majority = consent.majority_at(CHILD)
    assert sorted(ends) == sorted([later(days=10), majority, majority])


@pytest.mark.django_db
def test_an_adult_is_represented_by_a_guardian_not_by_a_parent():
    cast.lay_the_ground()
    adult, guardian = cast.a_person(), cast.a_person()

    with pytest.raises(consent.OfAge):
        consent.represent(
            person_id=adult, mandate=consent.Mandate(guardian, consent.Nature.PARENT), by=by(STAFF), at=NOON
        )
    consent.represent(
        person_id=adult, mandate=consent.Mandate(guardian, consent.Nature.ADULT_GUARDIAN), by=by(STAFF), at=NOON
    )
    assert consent.is_representative(guardian, adult, at=later(days=9000))


@pytest.mark.django_db
def test_without_a_birth_date_nobody_represents_a_child():
    cast.lay_the_ground()
    unknown = cast.a_person(born=None)

    with pytest.raises(consent.BirthDateNeeded):
        consent.represent(
            person_id=unknown, mandate=consent.Mandate(uuid4(), consent.Nature.PARENT), by=by(STAFF), at=NOON
        )


def test_nobody_represents_themselves_nor_twice(family):
    mother, daughter = family

    with pytest.raises(consent.RepresentsOneself):
        consent.represent(
            person_id=mother, mandate=consent.Mandate(mother, consent.Nature.PARENT), by=by(STAFF), at=NOON
        )
    with pytest.raises(consent.AlreadyChosen):
        consent.represent(
            person_id=daughter, mandate=consent.Mandate(mother, consent.Nature.PARENT), by=by(STAFF), at=later(days=1)
        )


def test_a_secret_holds_from_the_moment_the_minor_asks(family):
    _, daughter = family
    stay = uuid4()
    consent.keep_secret(person_id=daughter, item=consent.Item.STAY, item_id=stay, by=by(), at=NOON)

    assert consent.secret_items(daughter, at=NOON) == {stay}


def test_the_note_of_the_doctor_is_one_more_fact(family):
    _, daughter = family
    stay = uuid4()
    consent.keep_secret(person_id=daughter, item=consent.Item.STAY, item_id=stay, by=by(), at=NOON)
    consent.keep_secret(person_id=daughter, item=consent.Item.STAY, item_id=stay, by=by(STAFF), at=later(days=1))

    with pytest.raises(consent.AlreadyChosen):
        consent.keep_secret(person_id=daughter, item=consent.Item.STAY, item_id=stay, by=by(STAFF), at=later(days=2))
    consent.tell_again(person_id=daughter, item_id=stay, by=by(), at=later(days=3))
    assert consent.secret_items(daughter, at=later(days=3)) == frozenset()


def test_a_parent_neither_asks_for_a_secret_nor_lifts_one(family):
    _, daughter = family
    stay = uuid4()
    consent.keep_secret(person_id=daughter, item=consent.Item.STAY, item_id=stay, by=by(), at=NOON)
    parent = by(consent.Door.REPRESENTATIVE)

    with pytest.raises(consent.NotForParents):
        consent.keep_secret(person_id=daughter, item=consent.Item.DOCUMENT, item_id=uuid4(), by=parent, at=NOON)
    with pytest.raises(consent.NotForParents):
        consent.tell_again(person_id=daughter, item_id=stay, by=parent, at=NOON)
    assert consent.secret_items(daughter, at=NOON) == {stay}


@pytest.mark.parametrize("born", [cast.ADULT, None])
@pytest.mark.django_db
def test_only_a_minor_asks_for_a_secret(born):
    cast.lay_the_ground()

    with pytest.raises(consent.NotAMinor):
        consent.keep_secret(
            person_id=cast.a_person(born=born), item=consent.Item.STAY, item_id=uuid4(), by=by(), at=NOON
        )


def test_a_minor_names_no_trusted_person(family):
    with pytest.raises(consent.NotByRepresentative):
        consent.trust(person_id=family[1], trusted=consent.Trusted("Paul", phone="1"), by=by(), at=NOON)
    assert found(family[1]) == consent.NOTHING


@given(born=st.dates(min_value=date(1900, 1, 1), max_value=date(2100, 1, 1)))
def test_majority_is_the_eighteenth_birthday_in_paris(born):
    at = consent.majority_at(born)

    birthday = (3, 1) if (born.month, born.day) == (2, 29) else (born.month, born.day)
    assert (at.month, at.day) == birthday or (at.month, at.day) == (2, 29)
    assert (at.year - born.year, at.hour, at.tzinfo.key) == (18, 0, "Europe/Paris")
    assert consent.is_minor(born, at - timedelta(seconds=1))
    assert not consent.is_minor(born, at)


def test_a_period_ends_at_the_end_of_its_last_day_in_paris():
    assert consent.end_of_day(date(2026, 3, 31)).astimezone(UTC) == datetime(2026, 3, 31, 22, tzinfo=UTC)
