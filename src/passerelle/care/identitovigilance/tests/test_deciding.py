"""What officers decide of a pair. Source: RNIV 2; rules of the house for two signatures."""

from datetime import timedelta

import pytest

from passerelle.care.identitovigilance.holdings import Held, HoldingsSource, register_holdings
from passerelle.care.identitovigilance.models import Decision, DecisionState, Verdict
from passerelle.care.identitovigilance.selectors.worklist import Asked, decision_lines, pair_lines
from passerelle.care.identitovigilance.services.claiming import HELD_FOR, ClaimedByOther, claim, release
from passerelle.care.identitovigilance.services.deciding import (
    AlreadyAwaiting,
    EvidenceNeeded,
    NotAwaiting,
    ReasonNeeded,
    Ruling,
    SamePerson,
    countersign,
    decide_pair,
)
from passerelle.care.identitovigilance.services.undoing import undo_tie
from passerelle.care.identitovigilance.tests.cast import ZOE, arrives, at, like, pair_of, viewer_of
from passerelle.care.identity import api as identity
from passerelle.care.identity.tests.cast import matricule, qualified
from passerelle.care.matching import api as matching
from passerelle.core.access.api import AccessRefused, Role

pytestmark = pytest.mark.usefixtures("hospitals")

UNION = Ruling(Verdict.SAME, reason="les deux dossiers concordent", evidence="dossier")


@pytest.fixture
def alice():
    return viewer_of(Role.IDENTITY_OFFICER, "aphm", "Alice")


@pytest.fixture
def ada():
    return viewer_of(Role.IDENTITY_OFFICER, "aphm", "Ada")


@pytest.fixture
def across():
    """Return a pair of two hospitals whose trust is low: one signature is enough."""
    here = arrives(like(ZOE, establishment="aphm", status="PROV"), "1")
    there = arrives(like(ZOE, status="PROV"), "7")
    return pair_of(here, there)


@pytest.fixture
def inside():
    """Return a pair of two files of one hospital."""
    first = arrives(like(ZOE, establishment="aphm", status="PROV"), "1")
    second = arrives(like(ZOE, establishment="aphm", status="PROV"), "2")
    return pair_of(first, second)


def test_two_files_of_two_hospitals_become_one_person_and_keep_their_numbers(alice, across):
    done = decide_pair(pair_id=across.id, ruling=UNION, by=alice, at=at(2))
    assert done.state == DecisionState.EFFECTIVE
    assert identity.person_of(across.first_id) == identity.person_of(across.second_id)
    assert done.merge_id is None
    assert matching.pair(across.id).state == matching.PairState.SAME


def test_two_files_of_one_hospital_are_merged_onto_the_one_that_is_kept(alice, inside):
    ruling = Ruling(Verdict.SAME, reason="même pièce", evidence="titre", survivor_id=inside.second_id)
    done = decide_pair(pair_id=inside.id, ruling=ruling, by=alice, at=at(2))
    assert identity.local_traits(inside.first_id).superseded_by == inside.second_id
    assert identity.tie("merge", done.merge_id).is_in_force


@pytest.mark.parametrize("which", ["across", "inside"])
def test_what_was_united_is_separated_as_if_it_had_never_been(alice, which, request):
    pair = request.getfixturevalue(which)
    before = [identity.person_of(id_) for id_ in (pair.first_id, pair.second_id)]
    done = decide_pair(pair_id=pair.id, ruling=UNION, by=alice, at=at(2))
    kind, tie_id = ("merge", done.merge_id) if done.merge_id else ("joining", done.joining_id)
    undo_tie(kind=kind, tie_id=tie_id, by=alice, at=at(3), reason="frère et sœur")
    assert [identity.person_of(id_) for id_ in (pair.first_id, pair.second_id)] == before
    assert identity.local_traits(pair.first_id).superseded_by is None
    assert Decision.objects.get(pk=done.pk).state == DecisionState.UNDONE
    assert matching.pair(pair.id).state == matching.PairState.DIFFERENT


def test_a_merge_made_by_a_message_can_be_undone_by_the_cell(alice):
    first, second = arrives(ZOE, "1"), arrives(like(ZOE, establishment="aphm", birth_name="Autre"), "2")
    merge_id = identity.merge(survivor_id=first.id, victim_id=second.id, at=at(1), source="message 1")
    undo_tie(kind="merge", tie_id=merge_id, by=alice, at=at(2), reason="deux patients")
    assert identity.person_of(second.id) == second.person_id
    assert Decision.objects.get().verdict == Verdict.SEPARATED


def test_a_separation_says_why(alice, inside):
    done = decide_pair(pair_id=inside.id, ruling=UNION, by=alice, at=at(2))
    with pytest.raises(ReasonNeeded):
        undo_tie(kind="merge", tie_id=done.merge_id, by=alice, at=at(3), reason=" ")
    assert identity.tie("merge", done.merge_id).is_in_force


def test_two_persons_are_not_proposed_again(alice, across):
    decide_pair(pair_id=across.id, ruling=Ruling(Verdict.DIFFERENT), by=alice, at=at(2))
    matching.match_one(across.first_id, at=at(3))
    assert pair_lines(alice, Asked(), at=at(4)) == []
    assert identity.person_of(across.first_id) != identity.person_of(across.second_id)


def test_a_pair_put_off_stays_open_and_goes_last(alice, across):
    decide_pair(pair_id=across.id, ruling=Ruling(Verdict.LATER), by=alice, at=at(2))
    (line,) = pair_lines(alice, Asked(), at=at(3))
    assert line.is_put_off


def test_a_union_names_the_proof_and_gives_a_reason_when_only_traits_were_seen(alice, across):
    assert across.guards
    with pytest.raises(EvidenceNeeded):
        decide_pair(pair_id=across.id, ruling=Ruling(Verdict.SAME, reason="oui"), by=alice, at=at(2))
    with pytest.raises(ReasonNeeded):
        decide_pair(pair_id=across.id, ruling=Ruling(Verdict.SAME, evidence="traits"), by=alice, at=at(2))
    assert not Decision.objects.exists()


class TestTwoSignatures:
    @pytest.fixture
    def trusted(self):
        here = arrives(like(ZOE, establishment="aphm"), "1")
        there = arrives(like(ZOE, phone="", email="", street="", postal_code=""), "7")
        return pair_of(here, there)

    def test_two_trusted_identities_wait_for_a_second_officer(self, alice, ada, trusted):
        signed = decide_pair(pair_id=trusted.id, ruling=UNION, by=alice, at=at(2))
        assert signed.state == DecisionState.AWAITING
        assert identity.person_of(trusted.first_id) != identity.person_of(trusted.second_id)
        assert pair_lines(ada, Asked(), at=at(3)) == []
        with pytest.raises(AlreadyAwaiting):
            decide_pair(pair_id=trusted.id, ruling=UNION, by=ada, at=at(3))
        countersign(decision_id=signed.pk, agrees=True, by=ada, at=at(4))
        assert identity.person_of(trusted.first_id) == identity.person_of(trusted.second_id)

    def test_nobody_signs_twice(self, alice, trusted):
        signed = decide_pair(pair_id=trusted.id, ruling=UNION, by=alice, at=at(2))
        with pytest.raises(SamePerson):
            countersign(decision_id=signed.pk, agrees=True, by=alice, at=at(3))
        assert not decision_lines(alice, awaiting=True)[0].may_sign

    def test_a_refused_signature_opens_the_pair_again(self, alice, ada, trusted):
        signed = decide_pair(pair_id=trusted.id, ruling=UNION, by=alice, at=at(2))
        with pytest.raises(ReasonNeeded):
            countersign(decision_id=signed.pk, agrees=False, by=ada, at=at(3))
        countersign(decision_id=signed.pk, agrees=False, by=ada, at=at(3), note="pièces différentes")
        assert len(pair_lines(ada, Asked(), at=at(4))) == 1
        with pytest.raises(NotAwaiting):
            countersign(decision_id=signed.pk, agrees=True, by=ada, at=at(5))

    def test_many_documents_ask_for_two_officers(self, alice, across):
        papers = [Held("DocumentReference", "documents", 51)]
        register_holdings("essai", HoldingsSource(lambda ids: {ids[0]: papers}, lambda *_: []))
        try:
            signed = decide_pair(pair_id=across.id, ruling=UNION, by=alice, at=at(2))
        finally:
            register_holdings("essai", HoldingsSource(lambda _: {}, lambda *_: []))
        assert signed.state == DecisionState.AWAITING


def test_two_qualified_ins_are_never_joined_whoever_asks(alice, across):
    for number, code, rank in (("1", "aphm", 1), ("7", "arles", 2)):
        arrives(like(ZOE, establishment=code), number, at=at(2), held=qualified(matricule(rank)))
    with pytest.raises(identity.AssignmentRefused):
        identity.join(left_id=across.first_id, right_id=across.second_id, at=at(3), source="essai")
    assert identity.person_of(across.first_id) != identity.person_of(across.second_id)


def test_one_officer_at_a_time(alice, ada, across):
    claim(subject=f"pair:{across.id}", by=alice, at=at(2))
    with pytest.raises(ClaimedByOther):
        decide_pair(pair_id=across.id, ruling=Ruling(Verdict.DIFFERENT), by=ada, at=at(2))
    (line,) = pair_lines(ada, Asked(), at=at(2))
    assert (line.holder, line.is_mine) == ("Alice", False)
    release(subject=f"pair:{across.id}", by=ada)
    with pytest.raises(ClaimedByOther):
        claim(subject=f"pair:{across.id}", by=ada, at=at(2))
    assert claim(subject=f"pair:{across.id}", by=ada, at=at(2) + HELD_FOR + timedelta(seconds=1)).account_name == "Ada"


def test_who_has_no_right_decides_nothing(across):
    bob = viewer_of(Role.ADMISSION_CLERK, "arles", "Bob")
    with pytest.raises(AccessRefused):
        decide_pair(pair_id=across.id, ruling=UNION, by=bob, at=at(2))
    assert not Decision.objects.exists()
