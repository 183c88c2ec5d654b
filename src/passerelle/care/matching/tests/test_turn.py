"""The matcher's turn: what waits is stored, then linked, proposed, or left apart."""

from datetime import date

import pytest

from passerelle.care.identity.api import merge, person_of
from passerelle.care.identity.tests.cast import at, matricule, qualified
from passerelle.care.matching.api import PairState, match_waiting, open_pairs, pairs_of, settle_pair
from passerelle.care.matching.models import Pair, StoredProfile, Waiting
from passerelle.care.matching.tests.cast import ZOE, arrives, like
from passerelle.core.audit import api as audit
from passerelle.core.audit.models import AuditEvent

OFFICER = audit.Actor(None, "Nora Alaoui", "identity_officer", "aphm")
pytestmark = pytest.mark.usefixtures("hospitals")


def match(hours=1):
    while match_waiting(lambda: at(hours)):
        pass


def are_one_person(*references):
    return len({person_of(one.id) for one in references}) == 1


def test_the_same_five_traits_and_a_confirmation_link_two_trusted_files():
    first, second = arrives(ZOE, "1"), arrives(like(), "2")

    match()

    assert are_one_person(first, second)
    (linked,) = pairs_of(first.id)
    assert (linked.state, linked.settled_by) == (PairState.LINKED, "Passerelle")
    assert AuditEvent.objects.filter(action="identity_merged", target=f"pair:{linked.id}").exists()


def test_nothing_confirms_homonyms_born_the_same_day():
    first = arrives(ZOE, "1")
    second = arrives(like(phone="0611111111", email="", street="3 rue Paradis"), "2")

    match()

    assert not are_one_person(first, second)
    assert len(open_pairs()) == 1


def test_provisional_files_are_only_proposed():
    first, second = arrives(ZOE, "1"), arrives(like(status="PROV"), "2")

    match()

    assert not are_one_person(first, second)
    assert "ni validée ni qualifiée" in " ".join(open_pairs()[0].guards)


def test_two_ipp_of_one_establishment_are_only_proposed():
    first, second = arrives(ZOE, "1"), arrives(like(establishment="aphm"), "2")

    match()

    assert not are_one_person(first, second)
    assert len(open_pairs()) == 1


def test_two_different_qualified_ins_are_neither_linked_nor_proposed():
    first = arrives(ZOE, "1", held=qualified(matricule(1)))
    second = arrives(like(), "2", held=qualified(matricule(2)))

    match()

    assert not are_one_person(first, second)
    assert open_pairs() == []


def test_twins_are_left_apart():
    first, second = arrives(ZOE, "1"), arrives(like(given_names=("Manon",), first_given="Manon"), "2")

    match()

    assert not are_one_person(first, second)
    assert open_pairs() == []


def test_a_third_file_like_two_persons_is_linked_to_neither():
    arrives(ZOE, "1")
    arrives(like(), "2")
    match()
    Pair.objects.all().delete()
    third = arrives(like(establishment="salon", status="PROV"), "3")

    match()

    assert {pair.second_id for pair in open_pairs()} | {pair.first_id for pair in open_pairs()} >= {third.id}


def test_doing_it_again_changes_nothing():
    first = arrives(ZOE, "1")
    arrives(like(status="PROV"), "2")
    match()
    before = list(Pair.objects.order_by("id").values())
    Waiting.objects.create(local_identity_id=first.id)

    match()

    assert list(Pair.objects.order_by("id").values()) == before
    assert Waiting.objects.count() == 0


def test_a_pair_said_different_is_not_proposed_again():
    first = arrives(ZOE, "1")
    arrives(like(status="PROV"), "2")
    match()
    settle_pair(pair_id=open_pairs()[0].id, is_same=False, by=OFFICER, at=at(2))
    Waiting.objects.create(local_identity_id=first.id)

    match(3)

    assert open_pairs() == []


def test_a_pair_said_different_is_proposed_again_when_traits_change():
    arrives(ZOE, "1")
    arrives(like(status="PROV", birth_date=date(1984, 12, 3)), "2")
    match()
    settle_pair(pair_id=open_pairs()[0].id, is_same=False, by=OFFICER, at=at(2))
    arrives(like(status="PROV"), "2", at=at(3))

    match(4)

    assert len(open_pairs()) == 1


def test_a_proposal_lapses_when_the_traits_of_now_do_not_make_it():
    arrives(ZOE, "1")
    second = arrives(like(status="PROV"), "2")
    match()
    arrives(
        like(birth_name="Vasseur", birth_date=date(1951, 6, 2), phone="0622222222", email="v@essai.invalid"),
        "2",
        at=at(2),
    )

    match(3)

    assert open_pairs() == []
    assert pairs_of(second.id)[0].state == PairState.LAPSED


def test_a_link_falls_when_the_files_come_to_hold_two_qualified_ins():
    first = arrives(ZOE, "1", held=qualified(matricule(1)))
    second = arrives(like(), "2")
    match()
    assert are_one_person(first, second)
    arrives(like(), "2", at=at(2), held=qualified(matricule(2)))

    match(3)

    assert not are_one_person(first, second)


def test_an_absorbed_file_is_searched_no_more():
    first, second = arrives(ZOE, "1"), arrives(like(establishment="aphm"), "2")
    match()
    merge(survivor_id=first.id, victim_id=second.id, at=at(2), source="essai")

    match(3)

    assert open_pairs() == []
    assert set(StoredProfile.objects.values_list("pk", flat=True)) == {first.id}


def test_a_swapped_name_and_a_lunar_date_are_found_and_proposed():
    arrives(ZOE, "1")
    arrives(like(birth_name="Zoé", given_names=("Étoile-Dupont",), first_given="Étoile-Dupont"), "2")
    arrives(like(establishment="salon", birth_date=date(1984, 1, 1)), "3")

    match()

    assert len(open_pairs()) >= 2


def test_a_file_that_fails_does_not_hold_up_the_others(monkeypatch):
    first = arrives(ZOE, "1")
    second = arrives(like(), "2")
    StoredProfile.objects.all().delete()
    Waiting.objects.all().delete()
    Waiting.objects.create(local_identity_id=first.id)
    Waiting.objects.create(local_identity_id=second.id)
    Pair.objects.all().delete()
    from passerelle.care.matching.services import turn

    real = turn.match_one

    def fails_for_the_first(file, *, at):
        if file == first.id:
            raise ZeroDivisionError
        return real(file, at=at)

    monkeypatch.setattr(turn, "match_one", fails_for_the_first)

    match_waiting(lambda: at(1))

    assert set(StoredProfile.objects.values_list("pk", flat=True)) == {second.id}
    left = Waiting.objects.get()
    assert (left.local_identity_id, left.attempts, left.not_before is not None) == (first.id, 1, True)


def test_a_file_that_always_fails_is_left_for_a_human(monkeypatch):
    from passerelle.care.matching.services import turn

    def fails(file, *, at):
        raise ZeroDivisionError

    arrives(ZOE, "1")
    monkeypatch.setattr(turn, "match_one", fails)

    for hours in range(1, 8):
        match_waiting(lambda hours=hours: at(hours))

    left = Waiting.objects.get()
    assert (left.attempts, left.not_before.year) == (5, 9000)
