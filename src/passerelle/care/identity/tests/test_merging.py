"""Merges are reversible. Source: IHE PAM A40 and A37; RNIV 2."""

import threading

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from passerelle.care.identity.models import LocalIdentity, Membership, Person
from passerelle.care.identity.selectors import local_identities, person_of
from passerelle.care.identity.services.membership import AssignmentRefused, assign_person
from passerelle.care.identity.services.merging import MergeRefused, NotMerged, OtherEstablishment, merge, unmerge
from passerelle.care.identity.services.resolving import resolve
from passerelle.care.identity.tests.cast import at, make_establishments, matricule, patient, qualified


def come(who, code="aphm", *, hours=0.0):
    return resolve(who, establishment=code, at=at(hours), source="essai")


def current_state():
    people = dict(Membership.objects.current().values_list("local_identity_id", "person_id"))
    return people, dict(LocalIdentity.objects.values_list("pk", "superseded_by_id"))


qualifications = st.sampled_from([None, 1, 2])


class UnmergeUndoesMerge(TestCase):
    @settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(st.lists(qualifications, min_size=2, max_size=5), st.data())
    def test_unmerge_after_merge_is_as_if_nothing_had_been(self, held, data):
        make_establishments()
        known = [
            come(patient(str(rank), held=held[rank] and qualified(matricule(held[rank])))).id
            for rank in range(len(held))
        ]
        done = []
        for step in range(data.draw(st.integers(1, 4))):
            survivor, victim = data.draw(st.sampled_from(known)), data.draw(st.sampled_from(known))
            before = current_state()
            try:
                done.append((before, merge(survivor_id=survivor, victim_id=victim, at=at(step), source="essai")))
            except MergeRefused:
                assert current_state() == before
        seen = set()
        undoable = [(before, merge_id) for before, merge_id in done if not (merge_id in seen or seen.add(merge_id))]
        for before, merge_id in reversed(undoable):
            unmerge(merge_id=merge_id, at=at(10), reason="essai")
            assert current_state() == before

    def test_a_merge_is_undone_once(self):
        make_establishments()
        first, second = come(patient("1")), come(patient("2"))
        merge_id = merge(survivor_id=first.id, victim_id=second.id, at=at(1), source="essai")
        unmerge(merge_id=merge_id, at=at(2), reason="erreur de saisie")
        with pytest.raises(NotMerged):
            unmerge(merge_id=merge_id, at=at(3), reason="encore")

    def test_identities_of_two_establishments_are_not_merged(self):
        make_establishments()
        first, second = come(patient("1")), come(patient("7", "arles"), "arles")
        with pytest.raises(OtherEstablishment):
            merge(survivor_id=first.id, victim_id=second.id, at=at(1), source="essai")


pytestmark_db = pytest.mark.usefixtures("hospitals")


@pytestmark_db
def test_a_human_joins_two_files_and_a_message_does_not_undo_it():
    here, there = come(patient("1")), come(patient("7", "arles", held=qualified()), "arles")
    assign_person(local_identity_id=here.id, person_id=there.person_id, at=at(1), source="cellule : même personne")
    come(patient("1", held=qualified(matricule(2))), hours=2)
    assert person_of(here.id) == there.person_id


@pytestmark_db
def test_a_human_separates_a_file_into_a_person_of_its_own():
    here, there = come(patient("1", held=qualified())), come(patient("7", "arles", held=qualified()), "arles")
    alone = assign_person(local_identity_id=here.id, person_id=None, at=at(1), source="cellule : usurpation")
    assert person_of(here.id) == alone != there.person_id
    assert [ref.id for ref in local_identities(there.person_id)] == [there.id]


@pytestmark_db
def test_two_qualified_ins_are_not_joined_even_by_a_human():
    here = come(patient("1", held=qualified(matricule(1))))
    there = come(patient("7", "arles", held=qualified(matricule(2))), "arles")
    with pytest.raises(AssignmentRefused):
        assign_person(local_identity_id=here.id, person_id=there.person_id, at=at(1), source="cellule")


@pytestmark_db
def test_a_local_identity_is_never_in_two_persons_at_once():
    here = come(patient("1"))
    other = Person.objects.create(created_at=at(0))
    with pytest.raises(Exception, match="membership_one"), transaction.atomic():
        Membership.objects.create(local_identity_id=here.id, person=other, since=at(1), reason="manual")


@pytest.mark.django_db(transaction=True)
def test_workers_that_create_the_same_person_at_once_make_one():
    make_establishments()
    start, failures = threading.Barrier(6), []

    def work(rank):
        try:
            start.wait()
            code = ("aphm", "arles", "salon")[rank % 3]
            come(patient("9", code, held=qualified()), code)
        except Exception as fault:  # noqa: BLE001 - told to the main thread
            failures.append(fault)
        finally:
            connection.close()

    workers = [threading.Thread(target=work, args=(rank,)) for rank in range(6)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert failures == []
    assert Person.objects.filter(ins_matricule=matricule()).count() == 1
    assert LocalIdentity.objects.count() == 3
    assert Membership.objects.current().values("person").distinct().count() == 1
