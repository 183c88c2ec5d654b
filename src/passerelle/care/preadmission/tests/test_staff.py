"""Who is ready, what is missing, who to remind; proofs compared; comings that open, move and stop."""

import io
import zipfile
from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from passerelle.care.appointments import api as appointments
from passerelle.care.identity import api as identity
from passerelle.care.identity.models import IdentityEvidence
from passerelle.care.preadmission import api as preadmission
from passerelle.care.preadmission.models import Piece, Preadmission
from passerelle.care.preadmission.rules.plans import PlansError, plan_for, read_plans
from passerelle.care.preadmission.rules.readiness import Handed, lacks
from passerelle.care.preadmission.rules.vocabulary import Judgement, PieceKind, Step
from passerelle.care.preadmission.selectors.finding import by_id
from passerelle.care.preadmission.services.opening import follow_appointment
from passerelle.care.preadmission.services.pieces import KEPT_AFTER, forget_old
from passerelle.care.preadmission.tests.cast import STEPS, coming, desk, officer, photograph
from passerelle.care.record import api as record
from passerelle.care.record.tests import pages
from passerelle.core.access.api import Role, Viewer
from passerelle.core.files.models import StoredFile

pytestmark = pytest.mark.django_db


def at(name, *args):
    return reverse(f"preadmission:{name}", args=args)


def clerk_viewer(establishment="aphm"):
    return Viewer(account_id=uuid4(), assignments=frozenset({(Role.ADMISSION_CLERK, establishment)}))


@pytest.fixture
def zoe():
    pages.lay_the_ground()
    person_id, local = pages.a_person("aphm")
    return person_id, local, coming(local)


def hand_in(zoe):
    patient = pages.the_patient(zoe[0])
    sent = STEPS["identite"] | {"front": photograph(), "back": photograph()}
    patient.post(at("step", zoe[2], "identite"), sent)
    return patient


def do_the_rest(patient, zoe):
    for step in STEPS:
        if step != "identite":
            patient.post(at("step", zoe[2], step), STEPS[step])
    patient.post(at("check", zoe[2]))


def the_row():
    today = timezone.localdate()
    (row,) = preadmission.ready_list(clerk_viewer(), "aphm", today, days=7, at=timezone.now())
    return row


def test_the_list_says_what_is_missing_with_a_link_for_each(zoe):
    shown = desk().get(at("ready")).content.decode()

    assert "questionnaire d’anesthésie" in shown
    assert at("step", zoe[2], "anesthesie") in shown
    assert "D’ALLÈGRE" in shown
    row = the_row()
    assert (row.is_to_remind, row.row.is_ready, len(row.theirs)) == (True, False, 7)


def test_ready_is_when_the_officer_compared_too(zoe):
    do_the_rest(hand_in(zoe), zoe)
    assert (the_row().theirs, the_row().ours) == ([], ["pièce d’identité à comparer"])

    officer().post(at("compare", zoe[2]), {"judgement": "agrees"})

    assert the_row().row.is_ready
    assert not the_row().is_to_remind


def test_what_cannot_be_read_is_asked_again(zoe):
    do_the_rest(hand_in(zoe), zoe)

    officer().post(at("compare", zoe[2]), {"judgement": "unreadable", "note": "Reflet"})

    assert any("à reprendre" in one for one in the_row().theirs)
    assert [one.id for one in preadmission.to_remind("aphm", at=timezone.now())] == [zoe[2]]


def test_a_photograph_alone_validates_nothing(zoe):
    hand_in(zoe)

    officer().post(at("compare", zoe[2]), {"judgement": "agrees"})

    assert not IdentityEvidence.objects.exists()
    assert identity.local_traits(zoe[1]).status == "PROV"


def test_the_original_seen_by_an_officer_validates_and_forgets_the_images(zoe):
    hand_in(zoe)
    emma = officer()
    page = emma.get(at("compare", zoe[2])).content.decode()
    assert "D’ALLÈGRE" in page
    assert 'alt="Pièce d’identité, recto"' in page

    emma.post(at("compare", zoe[2]), {"judgement": "validated", "proof": "CN"})

    assert identity.local_traits(zoe[1]).status == "VALI"
    assert IdentityEvidence.objects.get().code == "CN"
    assert not StoredFile.objects.exists()
    assert Piece.objects.exclude(forgotten_at=None).count() == 2


def test_an_officer_says_which_proof_was_seen(zoe):
    hand_in(zoe)

    shown = officer().post(at("compare", zoe[2]), {"judgement": "validated"}).content.decode()

    assert "Dites quelle pièce vous avez vue" in shown
    assert not IdentityEvidence.objects.exists()


def test_the_work_of_the_officer_is_a_list(zoe):
    hand_in(zoe)

    assert at("compare", zoe[2]) in officer().get(at("pieces")).content.decode()
    assert at("compare", zoe[2]) not in officer("salon").get(at("pieces")).content.decode()
    assert desk().get(at("pieces")).status_code == 404


def test_images_of_comings_that_are_over_are_forgotten(zoe):
    hand_in(zoe)
    starts = by_id(zoe[2]).starts_at

    assert forget_old(at=starts + KEPT_AFTER) == 0
    assert forget_old(at=starts + KEPT_AFTER + timedelta(minutes=1)) == 2
    assert not StoredFile.objects.exists()


def test_the_list_costs_as_many_queries_for_five_as_for_one(zoe, django_assert_max_num_queries):
    for _ in range(4):
        coming(pages.a_person("aphm")[1])

    with django_assert_max_num_queries(16):
        rows = preadmission.ready_list(clerk_viewer(), "aphm", timezone.localdate(), days=7, at=timezone.now())

    assert len(rows) == 5


def test_the_list_is_of_the_places_of_the_viewer(zoe):
    today, now = timezone.localdate(), timezone.now()

    assert preadmission.ready_list(clerk_viewer("salon"), "aphm", today, days=7, at=now) == []
    assert preadmission.ready_list(clerk_viewer(), "aphm", today, days=1, at=now) == []
    assert preadmission.ready_list(clerk_viewer(), "aphm", today, days=7, service="pédiatrie", at=now) == []
    assert len(preadmission.ready_list(clerk_viewer(), "aphm", today, days=7, service="chirurgie", at=now)) == 1


@pytest.mark.parametrize(("which", "is_there"), [("oui", True), ("prets", False), ("", True)])
def test_the_list_is_filtered(zoe, which, is_there):
    shown = desk().get(at("ready"), {"manque": which, "jours": "7"}).content.decode()

    assert ("D’ALLÈGRE" in shown) is is_there


def test_the_spreadsheet_holds_no_formula_and_leaves_an_event(zoe):
    pages.a_person("aphm")
    Preadmission.objects.filter(pk=zoe[2]).update(service="=1+1")

    answer = desk().get(at("export"), {"jours": "7"})

    with zipfile.ZipFile(io.BytesIO(answer.content)) as book:
        sheet, words = book.read("xl/worksheets/sheet1.xml"), book.read("xl/sharedStrings.xml").decode()
    assert b"<f>" not in sheet
    assert "questionnaire d’anesthésie" in words
    assert "Combien" not in words
    assert pages.alice().get(at("export")).status_code == 404


# ------------------------------------------------------------------------------------------- comings and plans


def changed(what, local, *, id_, kind="chirurgie-ambulatoire", days=5):
    now = timezone.now()
    starts = now + timedelta(days=days)
    row = appointments.AppointmentRow(
        id=id_,
        number="1",
        establishment="aphm",
        establishment_name="AP-HM",
        site="",
        site_name="",
        city="",
        agenda_id=None,
        agenda_name="Chirurgie",
        practitioner="",
        place="",
        kind_code=kind,
        label="Consultation",
        team_label="Consultation",
        starts_at=starts,
        ends_at=starts + timedelta(minutes=30),
        state=appointments.State.BOOKED,
        via=appointments.Via.PATIENT,
        is_external=False,
        local_identity_id=local,
        person_id=None,
        person_name="",
        phone="",
        email="",
        version=1,
    )
    return appointments.Changed(what, row, now, appointments.Via.PATIENT)


def test_an_appointment_that_asks_for_it_opens_moves_and_stops_its_file(zoe):
    id_, what = uuid4(), appointments.What

    follow_appointment(changed(what.BOOKED, zoe[1], id_=id_))
    first = Preadmission.objects.get(coming_id=id_)
    follow_appointment(changed(what.MOVED, zoe[1], id_=id_, days=9))
    moved = Preadmission.objects.get(coming_id=id_)
    follow_appointment(changed(what.CANCELLED, zoe[1], id_=id_))
    stopped = Preadmission.objects.get(coming_id=id_)
    follow_appointment(changed(what.RESTORED, zoe[1], id_=id_))

    assert moved.pk == first.pk
    assert moved.starts_at - first.starts_at > timedelta(days=3)
    assert stopped.state == "off"
    assert Preadmission.objects.get(coming_id=id_).state == "open"


def test_an_appointment_of_another_kind_opens_nothing(zoe):
    id_ = uuid4()

    follow_appointment(changed(appointments.What.BOOKED, zoe[1], id_=id_, kind="vaccination"))

    assert not Preadmission.objects.filter(coming_id=id_).exists()


def encounter(local, *, status="planned", days=6, name="Chirurgie digestive"):
    start = timezone.now() + timedelta(days=days)
    resource = {
        "resourceType": "Encounter",
        "id": str(uuid4()),
        "status": status,
        "class": {"system": pages.ACT_CODE, "code": "IMP"},
        "subject": {"reference": f"Patient/{local}"},
        "period": {"start": start.isoformat()},
        "location": [{"location": {"display": name}}],
    }
    return record.put(resource, local_identity_id=local, at=timezone.now(), source="essai").id, resource


def test_a_planned_stay_opens_its_file_once_and_a_cancelled_one_stops_it(zoe):
    id_, resource = encounter(zoe[1])

    preadmission.open_planned(at=timezone.now())
    preadmission.open_planned(at=timezone.now())
    row = Preadmission.objects.get(coming_id=id_)
    record.put(resource | {"status": "cancelled"}, local_identity_id=zoe[1], at=timezone.now(), source="essai")
    preadmission.open_planned(at=timezone.now())

    assert (row.plan, row.service) == ("operation", "Chirurgie digestive")
    assert Preadmission.objects.get(coming_id=id_).state == "off"


def test_a_stay_that_began_opens_nothing(zoe):
    encounter(zoe[1], status="in-progress", days=-1)

    assert preadmission.open_planned(at=timezone.now()) == 0


def test_a_stay_without_operation_asks_for_six_steps():
    found = plan_for(preadmission.Coming.STAY, "Médecine interne")

    assert found is not None
    assert (found.code, len(found.steps), found.questionnaire_of(Step.ANESTHESIA)) == ("sejour", 6, "")


@pytest.mark.parametrize(
    "plans",
    [
        "- {code: a, steps: [rien]}",
        "- {code: a, steps: []}",
        "- {code: a, steps: [couverture, identite]}",
        "- {code: a, steps: [sante]}",
        "- {steps: [identite]}",
    ],
)
def test_a_wrong_plan_is_refused(tmp_path, plans):
    path = tmp_path / "plans.yaml"
    path.write_text(plans, encoding="utf-8")

    with pytest.raises(PlansError):
        read_plans(path)


def test_what_is_missing_comes_before_what_the_hospital_checks():
    waiting = Handed(PieceKind.ID_FRONT, Judgement.WAITING)
    again = Handed(PieceKind.VITALE, Judgement.UNREADABLE)

    found = lacks([Step.IDENTITY, Step.COVERAGE], frozenset({Step.IDENTITY, Step.COVERAGE}), [waiting, again])

    assert [(one.step, one.is_ours) for one in found] == [(Step.COVERAGE, False), (Step.IDENTITY, True)]


def test_what_patients_did_themselves_is_counted(zoe):
    hand_in(zoe)
    clerk = desk()
    clerk.post(at("step", zoe[2], "couverture"), STEPS["couverture"])
    today = timezone.localdate()

    assert list(preadmission.acts(today, today + timedelta(days=1))) == [("aphm", 1)]
