"""Pages of those who keep agendas, of those who read indicators, of patients."""

import io
from datetime import date, datetime, timedelta
from uuid import uuid4

import pikepdf
import pytest
from django.utils import timezone

from passerelle.care.appointments import api as appointments
from passerelle.care.appointments.api import Via
from passerelle.care.appointments.models import Opening
from passerelle.care.appointments.tests.cast import DESK, PARIS, Someone
from passerelle.care.consent import api as consent
from passerelle.care.reminders.letters.as_pdf import Letter, pdf_of
from passerelle.care.reminders.models import Beginning, LetterBatch, Outcome, ReachChoice, Reminder
from passerelle.care.reminders.services.planning import plan
from passerelle.care.reminders.tests.cast import books, patient, scene
from passerelle.core.access.api import Role
from passerelle.core.audit import api as audit

pytestmark = pytest.mark.django_db


def _in_days(days, hour=9):
    day = timezone.localdate() + timedelta(days=days)
    return datetime(day.year, day.month, day.day, hour, tzinfo=PARIS)


def _booked(days, **told):
    agenda = scene()
    Opening.objects.update(valid_from="2020-01-01", weekday=_in_days(days).weekday())
    return books(agenda, patient(**told), _in_days(days), when=timezone.now())


@pytest.fixture
def clerk():
    from passerelle.care.appointments.tests.cast import lay_the_ground

    lay_the_ground()
    return Someone("Camille Accueil", Role.ADMISSION_CLERK, "aphm")


def test_what_leaves_tomorrow_is_shown_and_nothing_is_made(clerk):
    _booked(4)

    page = clerk.client.get("/rappels/").content.decode()

    assert "…12" in page
    assert "0639980012" not in page
    assert "SMS" in page
    assert not Reminder.objects.exists()


def test_why_nothing_leaves_is_told(clerk):
    _booked(4, sms=None)

    assert "N’a pas accepté les SMS" in clerk.client.get("/rappels/").content.decode()


def test_another_establishment_sees_nothing_of_it(clerk):
    row = _booked(4)
    other = Someone("Alex Ailleurs", Role.ADMISSION_CLERK, "arles")

    assert "ALLÈGRE" not in other.client.get("/rappels/").content.decode()
    assert other.client.get(f"/rappels/rendez-vous/{row.id}/").status_code == 404
    assert clerk.client.get(f"/rappels/rendez-vous/{row.id}/").status_code == 200


def test_a_protected_identity_is_not_told_to_the_desk(clerk):
    row = _booked(4, name="CELEBRE")
    voice = consent.Voice(audit.Actor(None, "Zoé"))
    consent.protect(person_id=row.person_id, reason=consent.ProtectionReason.STAFF, by=voice, at=timezone.now())

    page = clerk.client.get("/rappels/").content.decode()

    assert "Identité protégée" in page
    assert "CELEBRE" not in page
    assert clerk.client.get(f"/rappels/rendez-vous/{row.id}/").status_code == 404


@pytest.mark.parametrize("address", ["/rappels/", "/rappels/courriers/", "/rappels/regles/"])
def test_who_keeps_no_agenda_finds_no_page(clerk, address):
    pilot = Someone("Paul Pilote", Role.PILOT, "aphm")

    assert pilot.client.get(address).status_code == 404
    assert clerk.client.get(address).status_code == 200


def test_the_trace_of_an_appointment_says_what_became_of_each_reminder(clerk):
    row = _booked(4)
    plan(at=timezone.now() + timedelta(days=1))
    appointments.cancel(appointment_id=row.id, by=DESK, via=Via.DESK, at=timezone.now())

    page = clerk.client.get(f"/rappels/rendez-vous/{row.id}/").content.decode()

    assert "Le rendez-vous a été annulé." in page
    assert [one.actor_name for one in audit.accesses_to(row.person_id, limit=5)] == ["Camille Accueil"]


def test_letters_are_printed_in_a_batch_then_noted_posted(clerk):
    _booked(8, sms=None)
    plan(at=_in_days(0, 12))

    assert "1 courrier" in clerk.client.get("/rappels/courriers/").content.decode()
    clerk.client.post("/rappels/courriers/aphm/preparer/")
    batch = LetterBatch.objects.get()
    pdf = clerk.client.get(f"/rappels/courriers/{batch.pk}/")
    assert (pdf["Content-Type"], pdf.content[:5]) == ("application/pdf", b"%PDF-")
    clerk.client.post(f"/rappels/courriers/{batch.pk}/poste/")

    assert Reminder.objects.get(step="j7").state == "posted"
    again = clerk.client.post(f"/rappels/courriers/{batch.pk}/poste/", follow=True).content.decode()
    assert "déjà noté posté" in again
    assert (
        "Aucun courrier n’attend."
        in clerk.client.post("/rappels/courriers/aphm/preparer/", follow=True).content.decode()
    )


def test_a_letter_called_off_after_printing_is_told_and_not_counted_as_posted(clerk):
    row = _booked(8, sms=None)
    plan(at=_in_days(0, 12))
    clerk.client.post("/rappels/courriers/aphm/preparer/")

    appointments.cancel(appointment_id=row.id, by=DESK, via=Via.DESK, at=timezone.now())
    page = clerk.client.get("/rappels/courriers/").content.decode()
    clerk.client.post(f"/rappels/courriers/{LetterBatch.objects.get().pk}/poste/")

    assert "dont 1 à retirer" in page
    assert Reminder.objects.get(step="j7").state == "cancelled"


def test_the_letters_of_another_establishment_are_not_found(clerk):
    batch = LetterBatch.objects.create(establishment="arles", count=1, made_at=timezone.now(), made_by="Alex")

    assert clerk.client.get(f"/rappels/courriers/{batch.pk}/").status_code == 404
    assert clerk.client.post("/rappels/courriers/arles/preparer/").status_code == 404


def test_the_address_of_a_letter_is_in_the_window_of_its_envelope():
    letter = Letter(("CAMILLE ESSAI", "3 RUE DES ROSES", "13005 MARSEILLE"), "mardi", "Hôpital", "", "https://x/r/ABC")
    made = pdf_of([letter, letter], establishment="Essai", place="Marseille", made_at=timezone.now())

    with pikepdf.open(io.BytesIO(made)) as pdf:
        starts = _starts_of_text(pdf.pages[0])
        assert len(pdf.pages) == 2

    in_window = [(x, y) for x, y in starts if 109 < x < 112 and 50 < y < 80]
    assert len(in_window) == 3
    assert [(x, y) for x, y in starts if x >= 105 and y < 88 and (x, y) not in in_window] == []


def _starts_of_text(page):
    """Return where each text begins, in millimetres from the left and the top."""
    height, stack, matrix, found = float(page.mediabox[3]), [], pikepdf.Matrix(), []
    for operands, operator in pikepdf.parse_content_stream(page):
        match str(operator):
            case "q":
                stack.append(matrix)
            case "Q":
                matrix = stack.pop()
            case "cm":
                matrix = pikepdf.Matrix(*map(float, operands)) @ matrix
            case "Tm":
                placed = pikepdf.Matrix(*map(float, operands)) @ matrix
                found.append((placed.e * 25.4 / 72, (height - placed.f) * 25.4 / 72))
    return found


def _outcomes(month, *, missed, came, reminded):
    Outcome.objects.bulk_create(
        Outcome(
            appointment_id=uuid4(),
            establishment="aphm",
            month=month,
            was_missed=rank < missed,
            was_reminded=reminded,
            noted_at=timezone.now(),
        )
        for rank in range(missed + came)
    )


def _month(ago):
    today = timezone.localdate()
    index = today.year * 12 + today.month - 1 - ago
    return date(index // 12, index % 12 + 1, 1)


def test_shares_before_and_after_are_shown_with_their_interval_and_small_cells_hidden(clerk):
    Beginning.objects.create(establishment="aphm", since=_month(1), by_name="Essai")
    _outcomes(_month(2), missed=10, came=90, reminded=False)
    _outcomes(_month(1), missed=5, came=95, reminded=True)
    _outcomes(_month(1), missed=1, came=4, reminded=False)
    reader = Someone("Paul Pilote", Role.PILOT, "aphm")

    page = reader.client.get("/rappels/manques/?etablissement=aphm").content.decode()
    shown = " ".join(page.replace("\u00a0", " ").replace("\u202f", " ").split())

    assert '10,0 % <span class="muted">[5,5 ; 17,4]' in shown
    assert "5,7 %" in shown
    assert "5,0 %" not in shown  # with the share of all, it would tell the five who were not reminded
    assert "20,0" not in shown
    assert "masqué" in shown


def test_a_person_chooses_how_to_be_reminded(clerk):
    _, person = patient_of_an_account()
    someone = Someone("Zoé", Role.PATIENT, person_id=person)

    assert "Mes rappels" in someone.client.get("/rappels/mes-rappels/").content.decode()
    someone.client.post("/rappels/mes-rappels/", {"sms": "on"})

    chosen = ReachChoice.objects.get(person_id=person)
    assert (chosen.sms, chosen.email, chosen.door) == (True, False, "self")


def patient_of_an_account():
    from passerelle.care.appointments.tests.cast import a_patient

    return a_patient()
