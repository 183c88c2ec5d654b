"""Un-merge after merge is as if nothing had been, whatever was merged, told and undone meanwhile.

The oracle is a twin world: the same messages reach twins that are never merged. Once every merge is undone, in any
order, both worlds say the same of everybody. Source: RNIV 2; IHE PAM A40 and A37.
"""

from collections import Counter

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from passerelle.care.identity.models import Identifier, LocalIdentity, Membership, Merge
from passerelle.care.identity.selectors import local_identities, person_of
from passerelle.care.identity.services.joining import join, unjoin
from passerelle.care.identity.services.membership import AssignmentRefused, assign_person
from passerelle.care.identity.services.merging import MergeRefused, merge, unmerge
from passerelle.care.identity.services.resolving import resolve
from passerelle.care.identity.tests.cast import at, make_establishments, matricule, named, patient, qualified

NODES, HERE = 8, 6  # six files of one hospital, two of another
nodes = st.integers(0, NODES - 1)


class Territory(RuleBasedStateMachine):
    """Eight files of two hospitals, and their twins that nobody merges nor joins."""

    @initialize()
    def open_files(self):
        self.hour = 0
        self.undoable: dict = {}
        self.held: dict = {}
        self.point = transaction.atomic()
        self.point.__enter__()
        make_establishments()
        self.files = [self._come("f", rank, None, "NOM") for rank in range(NODES)]
        self.twins = [self._come("t", rank, None, "NOM") for rank in range(NODES)]

    def teardown(self):
        if not hasattr(self, "point"):
            return
        try:
            for act_id in [
                *list(self.undoable)[1::2],
                *list(self.undoable)[::2],
            ]:  # neither first nor last in, first out
                self._undo(act_id)
            self._compare_with_twins()
        finally:
            transaction.set_rollback(True)
            self.point.__exit__(None, None, None)

    def _come(self, world, rank, ins, name):
        held = qualified(matricule(ins)) if ins else None
        place = "arles" if rank >= HERE else "aphm"
        who = patient(f"{world}{rank}", place, held=held, traits=named(name))
        return resolve(who, establishment=place, at=at(self.hour), source="essai").id

    @rule(node=nodes, ins=st.sampled_from([None, 1, 2, 3]), name=st.sampled_from(["ABRI", "BALME", "COL"]))
    def tell(self, node, ins, name):
        """A file that had an INS keeps having one: only A47 takes it away, and the lanes of A47 are not drawn here."""
        self.hour += 1
        ins = ins or self.held.get(node)
        self.held[node] = ins
        self._come("f", node, ins, name)
        self._come("t", node, ins and ins + 100, name)

    @rule(survivor=nodes, victim=nodes)
    def merge_two(self, survivor, victim):
        self._act(
            unmerge,
            "merge_id",
            lambda: merge(
                survivor_id=self.files[survivor], victim_id=self.files[victim], at=at(self.hour), source="essai"
            ),
        )

    @rule(one=nodes, other=nodes)
    def join_two(self, one, other):
        if one != other:
            left, right = self.files[one], self.files[other]
            self._act(
                unjoin, "joining_id", lambda: join(left_id=left, right_id=right, at=at(self.hour), source="essai")
            )

    def _act(self, undo, name, act):
        self.hour += 1
        before = state()
        try:
            done = act()
        except (MergeRefused, AssignmentRefused):
            assert state() == before
        else:
            self.undoable[done] = (undo, name)

    @rule(data=st.data())
    def undo_several_in_any_order(self, data):
        for act_id in data.draw(st.permutations(list(self.undoable)))[:3]:
            self._undo(act_id)

    @rule(one=nodes, other=nodes, is_merge=st.booleans())
    def undo_at_once_what_was_just_done(self, one, other, is_merge):
        """Nothing told in between: not even the ids of persons change."""
        held = set(self.undoable)
        before = state()
        (self.merge_two if is_merge else self.join_two)(one, other)
        for act_id in set(self.undoable) - held:
            self._undo(act_id)
        assert set(self.undoable) != held or state() == before

    def _undo(self, act_id):
        self.hour += 1
        undo, name = self.undoable.pop(act_id)
        undo(**{name: act_id}, at=at(self.hour), reason="essai")

    def _compare_with_twins(self):
        assert partition(self.files) == partition(self.twins)
        for mine, twin in zip(told_of(self.files), told_of(self.twins), strict=True):
            assert mine == twin

    @invariant()
    def a_merged_file_is_with_its_survivor(self):
        for row in LocalIdentity.objects.exclude(superseded_by=None):
            assert person_of(row.pk) == person_of(row.superseded_by_id)

    @invariant()
    def everybody_is_somewhere_once(self):
        held = Counter(Membership.objects.current().values_list("local_identity_id", flat=True))
        assert set(held.values()) <= {1}
        assert len(held) == LocalIdentity.objects.count()

    @invariant()
    def aliases_are_the_victims_of_the_merges_in_force(self):
        aliases = LocalIdentity.objects.exclude(superseded_by=None).values_list("pk", "superseded_by")
        assert set(aliases) == set(Merge.objects.filter(undone_at=None).values_list("victim", "survivor"))


def state():
    """Return all that can be seen: who is where, in the name of whom, with which INS."""
    rows = Membership.objects.current().values_list(
        "local_identity_id", "person_id", "person__ins_family", "person__ins_matricule"
    )
    return set(rows), dict(LocalIdentity.objects.values_list("pk", "superseded_by_id"))


def partition(files):
    rank = {id_: number for number, id_ in enumerate(files)}
    groups = {}
    for id_ in files:
        groups.setdefault(person_of(id_), set()).add(rank[id_])
    return sorted(map(sorted, groups.values()))


def told_of(files):
    """Return what each file says, and the INS of its person, in terms that twins share."""
    found = []
    for id_ in files:
        row = LocalIdentity.objects.get(pk=id_)
        person = Membership.objects.current().select_related("person").get(local_identity=row).person
        numbers = Identifier.objects.filter(local_identity=row).count()
        found.append((row.birth_name, row.status, worlds(row.ins_matricule), worlds(person.ins_matricule), numbers))
    return found


def worlds(number):
    """Return the rank of an INS, whichever world it is of."""
    return int(number[7:13]) % 100 if number else None


def explore(*, examples, steps):
    """Run the machine; each step asks PostgreSQL, so that shrinking would take minutes."""
    run_state_machine_as_test(
        Territory,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            phases=[Phase.explicit, Phase.reuse, Phase.generate],
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
        ),
    )


class UnmergeUndoesMerge(TestCase):
    def test_in_any_order_with_messages_in_between(self):
        explore(examples=8, steps=12)

    @pytest.mark.slow
    def test_in_any_order_with_messages_in_between_at_length(self):
        explore(examples=80, steps=20)

    def test_a_human_decision_taken_before_a_merge_stands_after_it_is_undone(self):
        make_establishments()
        here, other = come("1"), come("2", 1)
        there = resolve(
            patient("7", "arles", held=qualified(matricule(2))), establishment="arles", at=at(0), source="x"
        )
        assign_person(local_identity_id=here.id, person_id=there.person_id, at=at(1), source="cellule")
        with pytest.raises(MergeRefused):
            merge(survivor_id=here.id, victim_id=other.id, at=at(2), source="essai")
        plain = come("3")
        done = merge(survivor_id=plain.id, victim_id=here.id, at=at(3), source="essai")
        assert person_of(plain.id) == there.person_id
        unmerge(merge_id=done, at=at(4), reason="essai")
        assert person_of(plain.id) == plain.person_id
        come("1", 3, hours=5)  # a later INS does not undo what a human decided
        assert person_of(here.id) == there.person_id

    def test_a_chain_undone_from_its_far_end_leaves_nobody_behind(self):
        make_establishments()
        first, second, third = come("1", 1), come("2"), come("3")
        far = merge(survivor_id=second.id, victim_id=first.id, at=at(1), source="essai")
        near = merge(survivor_id=third.id, victim_id=second.id, at=at(2), source="essai")
        assert len(local_identities(person_of(third.id))) == 3
        unmerge(merge_id=far, at=at(3), reason="essai")
        unmerge(merge_id=near, at=at(4), reason="essai")
        assert [person_of(ref.id) for ref in (first, second, third)] == [
            first.person_id,
            second.person_id,
            third.person_id,
        ]


def come(number, ins=None, *, hours=0.0):
    held = qualified(matricule(ins)) if ins else None
    return resolve(patient(number, held=held), establishment="aphm", at=at(hours), source="essai")
