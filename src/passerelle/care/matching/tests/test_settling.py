"""What a human decides of a pair, and its undoing."""

import pytest

from passerelle.care.identity.api import AssignmentRefused, person_of
from passerelle.care.identity.tests.cast import at, matricule, qualified
from passerelle.care.matching import api
from passerelle.care.matching.models import Pair
from passerelle.care.matching.tests.cast import ZOE, arrives, like
from passerelle.core.audit import api as audit

OFFICER = audit.Actor(None, "Nora Alaoui", "identity_officer", "aphm")


def _proposed(first, second):
    first_id, second_id = sorted((first.id, second.id))
    return Pair.objects.create(
        first_id=first_id,
        second_id=second_id,
        first_establishment="aphm",
        second_establishment="arles",
        weight=31.5,
        probability=0.98,
        explanation={
            "fields": [
                {"field": "name", "agreement": "exact", "weight": 11.0, "why_fr": "Nom identique", "label": "Nom"}
            ],
            "guards": ["Rien ne confirme"],
            "notes": [],
        },
        model_version="essai",
        traits="0",
        proposed_at=at(0),
    )


@pytest.fixture
def two(hospitals):
    return arrives(ZOE, "1"), arrives(like(), "2")


def test_an_open_pair_shows_its_frozen_explanation(two):
    row = _proposed(*two)

    (shown,) = api.open_pairs()

    assert shown.id == row.pk
    assert (shown.fields[0].why_fr, shown.guards) == ("Nom identique", ("Rien ne confirme",))


def test_pairs_are_kept_to_the_establishments_asked_for(two):
    _proposed(*two)

    assert len(api.open_pairs(establishments=frozenset({"arles"}))) == 1
    assert api.open_pairs(establishments=frozenset({"salon"})) == []
    assert api.count_open_pairs(establishments=frozenset({"aphm"})) == 1


def test_the_same_person_has_then_both_files(two):
    row = _proposed(*two)

    settled = api.settle_pair(pair_id=row.pk, is_same=True, by=OFFICER, at=at(1), reason="pièce vue")

    assert settled.state == api.PairState.SAME
    assert person_of(two[0].id) == person_of(two[1].id)


def test_different_persons_stay_apart(two):
    row = _proposed(*two)

    settled = api.settle_pair(pair_id=row.pk, is_same=False, by=OFFICER, at=at(1))

    assert settled.state == api.PairState.DIFFERENT
    assert person_of(two[0].id) != person_of(two[1].id)


def test_a_pair_is_decided_once(two):
    row = _proposed(*two)
    api.settle_pair(pair_id=row.pk, is_same=False, by=OFFICER, at=at(1))

    with pytest.raises(api.NotOpen):
        api.settle_pair(pair_id=row.pk, is_same=True, by=OFFICER, at=at(2))


def test_undoing_gives_each_file_back_to_its_person(two):
    row = _proposed(*two)
    before = [person_of(one.id) for one in two]
    api.settle_pair(pair_id=row.pk, is_same=True, by=OFFICER, at=at(1))

    undone = api.undo_pair(pair_id=row.pk, by=OFFICER, at=at(2), reason="erreur")

    assert [person_of(one.id) for one in two] == before
    assert undone.state == api.PairState.DIFFERENT


def test_what_joined_nothing_cannot_be_undone(two):
    row = _proposed(*two)

    with pytest.raises(api.NotJoined):
        api.undo_pair(pair_id=row.pk, by=OFFICER, at=at(2), reason="erreur")


def test_two_qualified_ins_are_never_joined(hospitals):
    first = arrives(ZOE, "1", held=qualified(matricule(1)))
    second = arrives(like(), "2", held=qualified(matricule(2)))
    row = _proposed(first, second)

    with pytest.raises(AssignmentRefused):
        api.settle_pair(pair_id=row.pk, is_same=True, by=OFFICER, at=at(1))

    assert person_of(first.id) != person_of(second.id)
    assert api.pair(row.pk).is_open
