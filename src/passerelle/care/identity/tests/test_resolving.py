import pytest
from msgspec.structs import replace

from passerelle.care.identity.models import Identifier, LocalIdentity, Membership, Person
from passerelle.care.identity.selectors import local_identities, local_traits, person_of, traits
from passerelle.care.identity.services.resolving import UnidentifiedPatient, locate, resolve
from passerelle.care.identity.tests.cast import NOON, OID_REAL, TRAITS, at, matricule, named, patient, qualified

pytestmark = pytest.mark.usefixtures("hospitals")


def come(who, code="aphm", *, hours=0.0, event_hours=None, is_identity_event=True):
    return resolve(
        who,
        establishment=code,
        at=at(hours),
        source="essai",
        event_at=at(hours if event_hours is None else event_hours),
        is_identity_event=is_identity_event,
    )


def test_the_same_ipp_comes_twice_and_is_one_local_identity():
    first = come(patient("1"))
    second = come(patient("1"), hours=1)
    assert first == second
    assert LocalIdentity.objects.count() == Person.objects.count() == Membership.objects.count() == 1


def test_two_establishments_without_ins_are_two_persons():
    assert come(patient("1")).person_id != come(patient("1", "arles"), "arles").person_id


def test_the_same_qualified_ins_at_two_establishments_is_one_person():
    here = come(patient("1", held=qualified()))
    there = come(patient("7", "arles", held=qualified()), "arles")
    assert here.person_id == there.person_id
    assert [ref.establishment for ref in local_identities(here.person_id)] == ["aphm", "arles"]


def test_a_test_number_never_joins_the_same_number_said_real():
    here = come(patient("1", held=qualified()))
    there = come(patient("7", "arles", held=qualified(oid=OID_REAL)), "arles")
    assert here.person_id != there.person_id


def test_a_wrong_key_keeps_the_number_and_joins_nobody():
    wrong = matricule()[:13] + "00"
    here = come(patient("1", held=qualified(wrong)))
    there = come(patient("7", "arles", held=qualified(wrong)), "arles")
    assert here.person_id != there.person_id
    assert here.status == "VALI"
    assert local_traits(here.id).ins_matricule == wrong
    assert Identifier.objects.filter(local_identity=here.id, value=wrong).exists()


def test_a_wrong_key_does_not_replace_a_right_number():
    come(patient("1", held=qualified()))
    after = come(patient("1", held=qualified(matricule()[:13] + "00")), hours=1)
    assert after.status == "QUAL"
    assert local_traits(after.id).ins_matricule == matricule()


def test_a_provisional_identity_qualified_later_joins_the_person_of_its_ins():
    known = come(patient("7", "arles", held=qualified()), "arles")
    alone = come(patient("1"))
    after = come(patient("1", held=qualified()), hours=1)
    assert alone.person_id != known.person_id
    assert after.person_id == known.person_id
    held = list(Membership.objects.filter(local_identity=after.id).order_by("since", "pk"))
    assert [(row.person_id, row.until) for row in held] == [(alone.person_id, at(1)), (known.person_id, None)]


def test_a_first_qualification_gives_its_ins_to_the_person_already_there():
    before = come(patient("1"))
    after = come(patient("1", held=qualified()), hours=1)
    assert after.person_id == before.person_id
    assert Person.objects.get().ins_matricule == matricule()


def test_an_establishment_that_gives_another_ins_leaves_the_others_behind():
    come(patient("1", held=qualified()))
    there = come(patient("7", "arles", held=qualified()), "arles")
    moved = come(patient("1", held=qualified(matricule(2))), hours=1)
    assert moved.person_id != there.person_id
    assert [ref.establishment for ref in local_identities(there.person_id)] == ["arles"]


def test_a_person_alone_keeps_its_id_when_its_ins_changes():
    before = come(patient("1", held=qualified()))
    after = come(patient("1", held=qualified(matricule(2))), hours=1)
    assert after.person_id == before.person_id
    assert Person.objects.get().ins_matricule == matricule(2)


def test_a_report_with_an_ins_alone_finds_the_file_of_the_establishment():
    admitted = come(patient("1", held=qualified()))
    report = come(patient(None, held=qualified()), hours=1, is_identity_event=False)
    assert report.id == admitted.id


def test_an_admission_gives_its_ipp_to_the_file_a_report_had_opened():
    report = come(patient(None, held=qualified()), is_identity_event=False)
    admitted = come(patient("1", held=qualified()), hours=1)
    assert admitted.id == report.id
    assert admitted.ipp == "1"


def test_two_ipps_of_one_ins_in_one_establishment_are_two_files_of_one_person():
    first = come(patient("1", held=qualified()))
    second = come(patient("2", held=qualified()), hours=1)
    assert first.id != second.id
    assert first.person_id == second.person_id


def test_the_authority_says_whose_patient_it_is_whatever_the_sender():
    assert come(patient("7", "arles"), "aphm").establishment == "arles"


def test_nobody_named_is_refused():
    with pytest.raises(UnidentifiedPatient):
        come(patient(None))


def test_a_late_older_event_never_overwrites_newer_traits():
    come(patient("1", traits=named("NOUVEAU")), hours=2)
    come(patient("1", traits=named("ANCIEN")), hours=3, event_hours=1)
    assert LocalIdentity.objects.get().birth_name == "NOUVEAU"
    assert LocalIdentity.objects.get().search_name == " NOUVEAU ZOE "


def test_a_trait_not_told_is_left_alone():
    come(patient("1"))
    come(patient("1", traits=replace(TRAITS, phone=None, sex="U")), hours=1)
    row = LocalIdentity.objects.get()
    assert (row.phone, row.sex) == ("0491000000", "F")


def test_a_report_never_lowers_the_status():
    come(patient("1", held=qualified()))
    come(patient("1"), hours=1, is_identity_event=False)
    assert LocalIdentity.objects.get().status == "QUAL"


def test_attributes_follow_the_last_identity_event():
    come(replace(patient("1"), attributes=frozenset({"DOUT"})))
    assert LocalIdentity.objects.get().attributes == ["DOUT"]
    come(patient("1"), hours=1)
    assert LocalIdentity.objects.get().attributes == []


def test_locating_changes_nothing():
    assert locate(patient("1"), establishment="aphm") is None
    known = come(patient("1"))
    assert locate(patient("1"), establishment="aphm") == known
    assert LocalIdentity.objects.count() == 1


def test_the_banner_shows_the_best_known_traits():
    come(patient("1", held=qualified()))
    there = come(patient("7", "arles", held=qualified(), traits=named("AUTRE")), "arles", hours=1)
    come(patient("7", "arles", traits=named("AUTRE")), "arles", hours=2)
    shown = traits(there.person_id)
    assert shown.birth_name == "ÉTOILE-DUPONT"
    assert shown.display_name == "MARTIN Zoé (née ÉTOILE-DUPONT)"
    assert shown.ins_display.replace("\u00a0", "") == matricule()


def test_unknown_ids_are_lookup_errors():
    nobody = Person(created_at=NOON).pk
    for read in (person_of, traits, local_traits):
        with pytest.raises(LookupError):
            read(nobody)
