from datetime import date
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from passerelle.care.identity.api import BulkIdentity, bulk_load, demographics, people, search_people, traits
from passerelle.care.identity.models import LocalIdentity, Membership, Person
from passerelle.care.identity.tests.cast import NOON, OID_TEST, matricule

pytestmark = pytest.mark.usefixtures("hospitals")


def load(birth_name="ÉTOILE-DUPONT", *, given=("Zoé", "Anne"), person_id=None, code="aphm", **more):
    values = {
        "id": uuid4(),
        "person_id": person_id or uuid4(),
        "establishment": code,
        "ipp": str(LocalIdentity.objects.count() + 100),
        "authority_namespace": code.upper(),
        "authority_oid": "",
        "birth_name": birth_name,
        "given_names": given,
        "birth_date": date(1984, 3, 12),
        "sex": "F",
        "since": NOON,
    }
    row = BulkIdentity(**(values | more))
    bulk_load([row], source="essai") if row.person_id not in _persons() else _join(row)
    return row


def _persons():
    return set(Person.objects.values_list("pk", flat=True))


def _join(row):
    """Load a second local identity of a person already there."""
    other = BulkIdentity(**{**{name: getattr(row, name) for name in row.__slots__}, "person_id": uuid4()})
    bulk_load([other], source="essai")
    Membership.objects.filter(local_identity=row.id).update(person=row.person_id)


@pytest.mark.parametrize(
    "text",
    [
        "etoile",
        "ÉTOILE",
        "dupont",
        "zoe dup",
        "dup zoé",
        "étoile-dupont anne",
        "12/03/1984",
        "zoé 12/03/1984",
        "1984-03-12 etoile",
        "martin",
    ],
)
def test_a_person_is_found_by_any_words_in_any_order(text):
    row = load(used_name="MARTIN")
    assert [found.person_id for found in search_people(text)] == [row.person_id]


@pytest.mark.parametrize("text", ["", "   ", "-", "durand", "toile", "zoé durand", "12/03/1985", "%", "_", "9999"])
def test_who_does_not_match_is_not_found(text):
    load()
    assert search_people(text) == []


def test_a_person_is_found_by_ipp_and_by_ins():
    row = load(ipp="A0042", ins_matricule=matricule(), ins_oid=OID_TEST, status="QUAL")
    for text in ("A0042", matricule(), matricule()[:13], f"zoé {matricule()}"):
        assert [found.person_id for found in search_people(text)] == [row.person_id], text


def test_a_birth_date_may_be_given_apart():
    row = load()
    assert [found.person_id for found in search_people("zoé", birth_date=date(1984, 3, 12))] == [row.person_id]
    assert search_people("zoé", birth_date=date(1999, 1, 1)) == []


def test_one_line_per_person_with_its_local_identities():
    row = load()
    load(person_id=row.person_id, code="arles")
    (found,) = search_people("etoile")
    assert {one.establishment for one in found.local_identities} == {"aphm", "arles"}


def test_whole_words_come_before_beginnings_and_then_the_alphabet():
    for name in ("MARTINEZ", "MARTIN", "MARTINEAU"):
        load(name)
    assert [found.traits.birth_name for found in search_people("martin")] == ["MARTIN", "MARTINEAU", "MARTINEZ"]


@pytest.mark.parametrize("typed", ["florence vacher", "Vacher Florence", "VACHER florence 12/03/1984"])
def test_the_very_name_typed_comes_before_names_that_only_hold_its_words(typed):
    load("AUBERT", given=("Corinne", "Florence", "Brigitte"), used_name="VACHER")
    load("VACHER", given=("Anne", "Florence"))
    wanted = load("VACHER", given=("Florence", "Zoé"))
    married = load("ZOLA", given=("Florence",), used_name="Vacher")

    found = [row.person_id for row in search_people(typed)]

    assert found[:2] == [wanted.person_id, married.person_id]
    assert len(found) == 4


def test_a_family_name_comes_before_a_given_name():
    load("ABADIE", given=("Martin",))
    load("ÉTOILE-DUPONT", given=("Martin",))
    wanted = load("MARTIN")
    composed = load("Étoile Martin")

    assert search_people("martin")[0].person_id == wanted.person_id
    assert search_people("etoile-martin")[0].person_id == composed.person_id


def test_people_come_in_the_order_asked_and_the_unknown_are_left_out():
    first, second = load("ZOLA"), load("ABADIE")

    asked = [first.person_id, uuid4(), second.person_id]

    assert [row.traits.birth_name for row in people(asked)] == ["ZOLA", "ABADIE"]


def test_at_most_twenty_lines():
    for _ in range(25):
        load()
    assert len(search_people("etoile")) == 20
    assert len(search_people("etoile", limit=500)) == 20
    assert len(search_people("etoile", limit=3)) == 3


def test_a_search_may_stay_inside_some_establishments():
    row = load(code="arles")
    load()
    assert [one.person_id for one in search_people("etoile", establishments=frozenset({"arles"}))] == [row.person_id]
    assert search_people("etoile", establishments=frozenset()) == []


def test_a_search_costs_the_same_for_one_line_as_for_many():
    def queries():
        with CaptureQueriesContext(connection) as captured:
            search_people("etoile")
        return len(captured)

    load()
    alone = queries()
    for _ in range(5):
        load()
    assert queries() == alone


def test_a_bulk_load_makes_qualified_persons_once():
    person_id = uuid4()
    common = {
        "person_id": person_id,
        "authority_oid": "",
        "birth_name": "DUPONT",
        "given_names": ("Zoé",),
        "birth_date": date(1984, 3, 12),
        "sex": "F",
        "since": NOON,
    }
    rows = [
        BulkIdentity(id=uuid4(), establishment="aphm", ipp="1", authority_namespace="APHM", **common),
        BulkIdentity(
            id=uuid4(),
            establishment="arles",
            ipp="2",
            authority_namespace="ARLES",
            ins_matricule=matricule(),
            ins_oid=OID_TEST,
            status="QUAL",
            **common,
        ),
    ]
    assert bulk_load(rows, source="essai") == 2
    assert Person.objects.get().ins_matricule == matricule()
    assert traits(person_id).status == "QUAL"
    told = demographics([row.id for row in rows])
    assert {one.person_id for one in told.values()} == {person_id}
    assert {one.sex for one in told.values()} == {"F"}
