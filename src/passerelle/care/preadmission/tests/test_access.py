"""Who may see and write a pre-admission: a relative with a right, a minor, the desk, the others."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.contrib.auth import get_user_model
from django.urls import reverse
from django.utils import timezone

from passerelle.care.consent import api as consent
from passerelle.care.preadmission import api as preadmission
from passerelle.care.preadmission.selectors.finding import by_id
from passerelle.care.preadmission.tests.cast import STEPS, coming, desk, officer, photograph
from passerelle.care.record.tests import pages
from passerelle.core.access import api as access
from passerelle.core.access.api import Role, Viewer
from passerelle.core.audit import api as audit
from passerelle.core.audit.models import AuditEvent

pytestmark = pytest.mark.django_db
YEAR = timezone.localdate().year


def at(name, *args):
    return reverse(f"preadmission:{name}", args=args)


def voice(name="Lou", door=consent.Door.SELF):
    return consent.Voice(audit.Actor(None, name, "patient"), door)


@pytest.fixture
def family():
    """Lou, fifteen, and Nadine her mother, who entered her space."""
    pages.lay_the_ground()
    lou, local = pages.a_person("aphm", birth_name="BASTIDON", given=("Lou",), born=date(YEAR - 15, 1, 2))
    nadine, _ = pages.a_person("aphm", birth_name="BASTIDON", given=("Nadine",), born=date(1980, 1, 2))
    mandate = consent.Mandate(nadine, consent.Nature.PARENT, "livret de famille")
    consent.represent(person_id=lou, mandate=mandate, by=voice("Denis", consent.Door.STAFF), at=timezone.now())
    mother = pages.client_of("Nadine", Role.PATIENT, person_id=nadine)
    session = mother.session
    session[consent.SPACE_KEY] = str(lou)
    session.save()
    return lou, local, nadine, mother


def test_a_parent_prepares_the_coming_of_the_child_and_it_is_said(family):
    _, local, _, mother = family
    file_id = coming(local)

    page = mother.get(at("step", file_id, "accords")).content.decode()
    mother.post(at("step", file_id, "couverture"), STEPS["couverture"])

    assert "que vous représentez" in page
    step = by_id(file_id).step(preadmission.Step.COVERAGE)
    assert (step.door, step.by_name) == ("representative", "Nadine")


def test_a_minor_is_asked_neither_directives_nor_trusted_person_but_who_signs(family):
    lou, local, _, mother = family
    file_id = coming(local)

    for browser in (mother, pages.client_of("Lou", Role.PATIENT, person_id=lou)):
        accords = browser.get(at("step", file_id, "accords")).content.decode()
        contacts = browser.get(at("step", file_id, "contacts")).content.decode()
        assert "directives anticipées" not in accords
        assert "Qui signera l’autorisation de soins" in accords
        assert "Personne de confiance" not in contacts
    assert "Autorisation de soins d’une personne mineure" in mother.get(at("paper", file_id)).content.decode()


def test_what_the_minor_keeps_secret_does_not_exist_for_the_parent(family):
    lou, local, nadine, mother = family
    file_id = coming(local)
    secret = by_id(file_id).coming_id
    consent.keep_secret(person_id=lou, item=consent.Item.APPOINTMENT, item_id=secret, by=voice(), at=timezone.now())

    for name, args in (("overview", ()), ("step", ("identite",)), ("check", ()), ("paper", ())):
        assert mother.get(at(name, file_id, *args)).status_code == 404
    assert "Rien à préparer" in mother.get(at("mine")).content.decode()
    assert preadmission.next_step(patient(nadine), lou, at=timezone.now()) is None
    assert preadmission.file_of(patient(nadine), secret, at=timezone.now()) is None
    own = pages.client_of("Lou", Role.PATIENT, person_id=lou)
    assert own.get(at("step", file_id, "identite")).status_code == 200
    assert preadmission.next_step(patient(lou), lou, at=timezone.now()) is not None


def patient(person_id):
    return Viewer(
        account_id=uuid4(),
        person_id=person_id,
        assignments=frozenset({(Role.PATIENT, None)}),
        second_factor=True,
    )


def test_a_stranger_finds_no_page_of_it(family):
    _, local, _, _ = family
    file_id = coming(local)
    other, _ = pages.a_person("aphm")
    strangers = (
        pages.the_patient(other),
        desk("salon"),
        officer("salon"),
        pages.bob(),
        pages.charlie(),
        pages.client_of("Rémi", Role.RESEARCHER, establishment="aphm"),
    )

    for browser in strangers:
        for name, args in (("overview", ()), ("step", ("identite",)), ("check", ()), ("receipt", ()), ("paper", ())):
            assert browser.get(at(name, file_id, *args)).status_code == 404


def test_the_ward_reads_where_it_stands_and_writes_nothing(family):
    _, local, _, _ = family
    file_id = coming(local)
    alice = pages.alice()

    page = alice.get(at("overview", file_id)).content.decode()

    assert "Votre santé" in page
    assert at("step", file_id, "sante") not in page
    assert alice.get(at("step", file_id, "sante")).status_code == 404


def test_a_protected_identity_is_not_in_the_list_of_the_desk(family):
    lou, local, _, _ = family
    coming(local)
    consent.protect(
        person_id=lou,
        reason=consent.ProtectionReason.VIOLENCE,
        by=voice("Emma", consent.Door.STAFF),
        at=timezone.now(),
    )

    assert "BASTIDON" not in desk().get(at("ready")).content.decode()
    assert "BASTIDON" in officer().get(at("ready")).content.decode()


def test_photographs_are_for_who_handed_them_in_and_for_the_officer(family):
    _, local, _, mother = family
    file_id = coming(local)
    mother.post(at("step", file_id, "identite"), STEPS["identite"] | {"front": photograph()})
    (piece,) = by_id(file_id).pieces

    assert mother.get(at("piece", file_id, piece.id)).status_code == 200
    assert officer().get(at("compared_piece", file_id, piece.id)).status_code == 200
    assert desk().get(at("piece", file_id, piece.id)).status_code == 404
    assert desk().get(at("compared_piece", file_id, piece.id)).status_code == 404
    assert pages.alice().get(at("compared_piece", file_id, piece.id)).status_code == 404
    assert officer("salon").get(at("compared_piece", file_id, piece.id)).status_code == 404


def test_a_relative_whom_the_person_chose_reads_and_does_not_write():
    pages.lay_the_ground()
    zoe, local = pages.a_person("aphm")
    paul, _ = pages.a_person("aphm", birth_name="PROCHE", given=("Paul",))
    until = timezone.now() + timedelta(days=30)
    mandate = consent.Mandate(paul, consent.Nature.DELEGATE, "choix de la personne", until)
    consent.represent(person_id=zoe, mandate=mandate, by=voice("Zoé"), at=timezone.now())
    relative = pages.client_of("Paul", Role.PATIENT, person_id=paul)
    session = relative.session
    session[consent.SPACE_KEY] = str(zoe)
    session.save()
    file_id = coming(local)

    page = relative.get(at("overview", file_id)).content.decode()

    assert at("step", file_id, "identite") not in page
    assert relative.post(at("step", file_id, "couverture"), STEPS["couverture"]).status_code == 404


def test_a_clerk_of_one_hospital_writes_nothing_where_they_hold_another_role():
    pages.lay_the_ground()
    _, local = pages.a_person("salon")
    file_id = coming(local, establishment="salon")
    both = desk()
    account = get_user_model().objects.get(pk=both.session["_auth_user_id"])
    access.grant_role(
        account=account,
        role=Role.CLINICIAN,
        establishment="salon",
        starts_on=date(2020, 1, 1),
        by=None,
        at=timezone.now(),
    )

    assert both.get(at("overview", file_id)).status_code == 200
    assert both.post(at("step", file_id, "couverture"), STEPS["couverture"]).status_code == 404
    assert by_id(file_id).done == 0
    export = both.get(at("export"), {"etablissement": "salon"})
    assert "salon" not in AuditEvent.objects.filter(action=audit.Action.RECORD_EXPORTED.value).get().target
    assert export.status_code == 200


def test_the_list_of_a_hospital_is_for_who_works_there_on_comings():
    pages.lay_the_ground()
    _, local = pages.a_person("salon")
    coming(local, establishment="salon")
    roles = frozenset({(Role.ADMISSION_CLERK, "aphm"), (Role.INTEGRATOR, "salon")})

    found = preadmission.ready_list(
        Viewer(account_id=uuid4(), assignments=roles), "salon", timezone.localdate(), days=60, at=timezone.now()
    )

    assert found == []
