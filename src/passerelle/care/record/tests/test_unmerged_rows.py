"""What comes under a merged number is found under it when the merge is undone. Source: IHE PAM A40 and A37; RNIV 2."""

import pytest
from django.utils import timezone
from msgspec.structs import replace

from passerelle.care.identitovigilance.api import Held
from passerelle.care.identity import api as identity
from passerelle.care.identity.tests.cast import adt, at, ipp, make_establishments, patient
from passerelle.care.record.selectors.holdings import arrivals, counts
from passerelle.care.record.tests.test_inbound import a_document, arrive, documents_event, stay_event
from passerelle.protocols import pamfr

LATE = 12  # messages of the absorbed number that come after the merge


@pytest.fixture(autouse=True)
def ground(db):
    make_establishments()


def a_stay_of(ipp_value, nda, hours):
    event = stay_event("A01", hours, number=f"M{nda}")
    who = replace(patient(ipp_value), account=pamfr.Identifier(nda, "AN", "APHM", "1.2.0"))
    arrive(replace(event, patient=who), received=hours)


def numbers_of(id_):
    return {held.kind: held.count for held in counts([id_]).get(id_, ())}


@pytest.mark.parametrize("first", ["the file", "the merge"])
def test_many_late_messages_on_a_merged_number_go_back_to_it_with_nothing_lost(first):
    if first == "the file":
        a_stay_of("2", "B0", 0)
    arrive(adt("A40", patient("1"), when=at(1), prior=(ipp("2"),)), received=1)
    for rank in range(1, LATE + 1):
        a_stay_of("2", f"B{rank}", 1 + rank)
    a_stay_of("1", "A1", 20)
    kept = identity.locate(patient("1"), establishment="aphm")
    late = identity.locate(patient("2"), establishment="aphm")
    assert (late.id, late.via_alias is not None) == (kept.id, True)  # the survivor speaks, the flag says how

    (tie,) = [one for one in identity.ties_of([kept.id]) if one.is_in_force]
    identity.unmerge(merge_id=tie.id, at=at(30), reason="deux patients")

    alone = identity.locate(patient("2"), establishment="aphm")
    assert alone.id != kept.id
    assert alone.person_id != kept.person_id
    assert numbers_of(alone.id)["Encounter"] == LATE + (first == "the file")
    assert numbers_of(kept.id)["Encounter"] == 1


def test_a_document_of_a_merged_number_is_filed_under_it():
    arrive(stay_event("A01", 0, who=patient("2"), number="B0"))
    arrive(adt("A40", patient("1"), when=at(1), prior=(ipp("2"),)), received=1)
    arrive(documents_event(a_document("1.2.3"), who=patient("2"), hours=2), received=2)
    alias = identity.locate(patient("2"), establishment="aphm").via_alias
    assert numbers_of(alias)["DocumentReference"] == 1


def test_what_came_since_a_moment_is_told_by_ids_only():
    arrive(stay_event("A01", 0, who=patient("2"), number="B0"))
    reference = identity.locate(patient("2"), establishment="aphm")
    (found,) = arrivals([reference.id], at(-1), 10)
    assert (found.kind_label, found.local_identity_id) == ("séjours", reference.id)
    assert arrivals([reference.id], timezone.now(), 10) == []
    assert Held("Encounter", "séjours", 1).text == "1 séjour"
