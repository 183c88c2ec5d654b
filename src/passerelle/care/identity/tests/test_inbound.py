"""What messages do to identities. Source: IHE PAM France 2.11 (A28, A31, A40, A47), RNIV."""

import pytest
from msgspec.structs import replace

from passerelle.care.exchange.api import Rejected
from passerelle.care.identity.inbound import handle
from passerelle.care.identity.models import Identifier, LocalIdentity, Merge, Person
from passerelle.care.identity.selectors import local_identities, local_traits, person_of
from passerelle.care.identity.services.resolving import locate
from passerelle.care.identity.tests.cast import adt, at, inbound, ipp, matricule, named, patient, qualified
from passerelle.protocols import pamfr

pytestmark = pytest.mark.usefixtures("hospitals")


def arrive(event, code="aphm", *, received=0.0):
    handle(inbound(event, code, received=at(received)))


def the_file(number="1", code="aphm"):
    return LocalIdentity.objects.get(ipp=number, establishment=code)


@pytest.mark.parametrize("trigger", ["A28", "A31", "A01", "A03", "Z99"])
def test_any_event_that_names_a_patient_makes_the_patient_known(trigger):
    arrive(adt(trigger, patient("1")))
    assert the_file().birth_name == "ÉTOILE-DUPONT"


def test_an_update_changes_traits_and_an_older_one_does_not():
    arrive(adt("A28", patient("1")))
    arrive(adt("A31", patient("1", traits=named("NEUF")), when=at(2)), received=2)
    arrive(adt("A31", patient("1", traits=named("VIEUX")), when=at(1)), received=3)
    assert the_file().birth_name == "NEUF"


def test_a_report_makes_a_patient_known_without_lowering_the_status():
    arrive(adt("A28", patient("1", held=qualified())))
    report = pamfr.DocumentEvent("ORU", "R01", at(1), patient("1"), at(1))
    arrive(report, received=1)
    assert the_file().status == "QUAL"


def merge(survivor="1", victim="2", *, received=1.0, **more):
    prior = more.pop("prior", (ipp(victim),))
    arrive(adt("A40", patient(survivor, **more), when=at(received), prior=prior), received=received)


def test_a_merge_makes_the_prior_identity_an_alias():
    arrive(adt("A28", patient("1")))
    arrive(adt("A28", patient("2")))
    merge()
    assert the_file("2").superseded_by == the_file("1")
    assert person_of(the_file("2").pk) == person_of(the_file("1").pk)
    assert {ref.ipp for ref in local_identities(person_of(the_file("1").pk))} == {"1", "2"}


def test_a_late_message_for_the_old_number_goes_to_the_survivor_with_a_flag():
    arrive(adt("A28", patient("1")))
    arrive(adt("A28", patient("2")))
    merge()
    arrive(adt("A31", patient("2", traits=named("TARDIF")), when=at(2)), received=2)
    found = locate(patient("2"), establishment="aphm")
    assert (found.id, found.via_alias) == (the_file("1").pk, the_file("2").pk)
    assert the_file("1").birth_name == "ÉTOILE-DUPONT"
    assert the_file("2").birth_name == "TARDIF"  # kept under its own number, for the day the merge is undone


def test_a_merge_before_the_first_message_of_the_absorbed_one_holds_when_it_comes():
    arrive(adt("A28", patient("1")))
    merge()
    arrive(adt("A04", patient("2"), when=at(2)), received=2)
    assert locate(patient("2"), establishment="aphm").id == the_file("1").pk


def test_a_merge_again_changes_nothing():
    arrive(adt("A28", patient("1")))
    merge()
    merge(received=2)
    assert Merge.objects.count() == 1


def test_a_merge_onto_itself_is_refused():
    arrive(adt("A28", patient("1")))
    with pytest.raises(Rejected, match="elle-même"):
        merge("1", "1")


def test_a_merge_that_would_make_a_loop_is_refused():
    merge("1", "2")
    with pytest.raises(Rejected, match="boucle"):
        merge("2", "1", received=2)


def test_an_identity_absorbed_by_another_cannot_be_absorbed_again():
    merge("1", "2")
    with pytest.raises(Rejected, match="déjà"):
        merge("3", "2", received=2)


def test_a_chain_of_merges_ends_at_its_last_survivor():
    merge("1", "2")
    merge("3", "1", received=2)
    assert locate(patient("2"), establishment="aphm").id == the_file("3").pk
    assert person_of(the_file("2").pk) == person_of(the_file("3").pk)


@pytest.mark.parametrize(
    ("prior", "where"),
    [
        (pamfr.Identifier("2", "PI", "AILLEURS", "9.9.9"), "MRG-1.4"),
        (ipp("2", "arles"), "MRG-1.4"),
        (pamfr.Identifier("2", "PI"), "MRG-1.4"),
        (pamfr.Identifier(matricule(), "INS", "", "1.2.250.1.213.1.4.10"), "MRG-1"),
    ],
)
def test_a_merge_with_a_wrong_authority_is_refused(prior, where):
    with pytest.raises(Rejected) as refusal:
        merge(prior=(prior,))
    assert refusal.value.where == where


def test_a_merge_without_an_ipp_to_keep_is_refused():
    with pytest.raises(Rejected, match="PID-3"):
        merge(None, "2", held=qualified())


def test_two_different_qualified_ins_are_never_merged_by_a_message():
    arrive(adt("A28", patient("1", held=qualified(matricule(1)))))
    arrive(adt("A28", patient("2", held=qualified(matricule(2)))))
    with pytest.raises(Rejected, match="identitovigilance"):
        merge("1", "2", held=qualified(matricule(1)))


def test_the_survivor_of_a_merge_joins_the_person_of_a_qualified_absorbed_one():
    arrive(adt("A28", patient("7", "arles", held=qualified())), "arles")
    arrive(adt("A28", patient("2", held=qualified())))
    merge("1", "2")
    assert person_of(the_file("1").pk) == person_of(the_file("7", "arles").pk)


def change_ins(new, *, when=2.0, prior=None):
    prior = prior or pamfr.Identifier(matricule(1), "INS", "ASIP-SANTE-INS-NIR", "1.2.250.1.213.1.4.10")
    arrive(adt("A47", patient("1", held=new, erases_ins=new is None), when=at(when), prior=(prior,)), received=when)


def test_a47_changes_the_ins_and_the_person():
    arrive(adt("A28", patient("1", held=qualified(matricule(1)))))
    arrive(adt("A28", patient("7", "arles", held=qualified(matricule(1)))), "arles")
    change_ins(qualified(matricule(2)))
    assert local_traits(the_file().pk).ins_matricule == matricule(2)
    assert person_of(the_file().pk) != person_of(the_file("7", "arles").pk)
    assert not Identifier.objects.get(local_identity=the_file(), value=matricule(1)).is_current


def test_a47_deletes_every_ins_and_leaves_the_person_it_had_joined():
    arrive(adt("A28", patient("1", held=qualified())))
    arrive(adt("A28", patient("7", "arles", held=qualified())), "arles")
    change_ins(None)
    held = local_traits(the_file().pk)
    assert (held.ins_matricule, held.status) == ("", "PROV")
    assert person_of(the_file().pk) != person_of(the_file("7", "arles").pk)
    assert Person.objects.get(pk=person_of(the_file("7", "arles").pk)).ins_matricule == matricule()


def test_a47_on_a_person_known_nowhere_else_keeps_the_person():
    arrive(adt("A28", patient("1", held=qualified())))
    before = person_of(the_file().pk)
    change_ins(None)
    assert person_of(the_file().pk) == before
    assert Person.objects.get().ins_matricule == ""


def test_a_late_message_with_a_deleted_ins_does_not_bring_it_back():
    arrive(adt("A28", patient("1", held=qualified())))
    change_ins(None)
    arrive(adt("A31", patient("1", held=qualified()), when=at(1)), received=3)
    assert local_traits(the_file().pk).ins_matricule == ""


def test_an_older_deletion_does_not_remove_a_newer_ins():
    arrive(adt("A28", patient("1", held=qualified()), when=at(3)))
    change_ins(None, when=2)
    assert local_traits(the_file().pk).ins_matricule == matricule()


def test_a_message_that_names_nobody_is_refused():
    with pytest.raises(Rejected, match="PID-3"):
        arrive(adt("A28", replace(patient("1"), identifiers=())))


def test_a_message_of_an_unknown_establishment_is_refused():
    with pytest.raises(Rejected, match="MSH-4"):
        arrive(adt("A28", patient("1")), "")
