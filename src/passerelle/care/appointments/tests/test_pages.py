"""The pages: a patient's few screens, the desk's dense ones, and what nobody else sees."""

from datetime import timedelta
from io import BytesIO
from uuid import uuid4
from zipfile import ZipFile

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from passerelle.care.appointments import api
from passerelle.care.appointments.models import Booking, Closure, Offer, Opening
from passerelle.care.appointments.rules.openings import PARIS
from passerelle.care.appointments.rules.vocabulary import State, Via
from passerelle.care.appointments.tests.cast import (
    DESK,
    ZOE,
    Someone,
    a_kind,
    a_patient,
    an_agenda,
    at,
    books,
    lay_the_ground,
    opens,
)
from passerelle.care.consent import api as consent
from passerelle.care.identity import api as identity
from passerelle.core.access.api import Role
from passerelle.core.audit import api as audit
from passerelle.core.audit.models import AuditEvent

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def ground():
    lay_the_ground()
    a_kind()


@pytest.fixture
def day():
    return timezone.localdate() + timedelta(days=5)


@pytest.fixture
def agenda():
    held = an_agenda(practitioner="Dr Alice Garrigue")
    for weekday in range(7):
        opens(held, weekday)
    return held


@pytest.fixture
def zoe():
    file, person_id = a_patient()
    someone = Someone("Zoé d’Allègre", Role.PATIENT, person_id=person_id)
    someone.file, someone.person_id = file, person_id
    return someone


@pytest.fixture
def desk():
    return Someone("Odile Accueil", Role.ADMISSION_CLERK, "aphm")


def url(name, *args):
    return reverse(f"appointments:{name}", args=args)


def choice(agenda, moment):
    return f"{agenda.pk}_{int(moment.timestamp())}"


def now():
    return timezone.now()


def text_of(answer):
    return answer.content.decode()


def test_a_patient_books_in_five_screens_without_a_script(agenda, zoe, day):
    assert zoe.client.get(url("take")).headers["Location"] == url("take_kind", "aphm")
    assert "Consultation" in text_of(zoe.client.get(url("take_kind", "aphm")))
    when = text_of(zoe.client.get(url("take_when", "aphm", "controle") + f"?jour={day}"))
    value = choice(agenda, at(day, 9, 30))
    assert f"?creneau={value}" in when
    check = text_of(zoe.client.get(url("take_check", "aphm", "controle") + f"?creneau={value}"))
    assert "Dr Alice Garrigue" in check
    told = {"creneau": value, "cle": "une-cle"}
    for _ in range(2):
        done = zoe.client.post(url("take_check", "aphm", "controle"), told)
    booking = Booking.objects.get()
    assert done.headers["Location"] == url("receipt", booking.pk)
    assert booking.number in text_of(zoe.client.get(done.headers["Location"]))
    assert "9 h 30" in text_of(zoe.client.get(url("mine"))).replace("\u00a0", " ")


def test_a_place_taken_meanwhile_is_told_with_others(agenda, zoe, day):
    books(agenda, a_patient()[0], at(day, 9), when=now())

    answer = zoe.client.post(url("take_check", "aphm", "controle"), {"creneau": choice(agenda, at(day, 9)), "cle": "c"})

    assert answer.status_code == 409
    assert choice(agenda, at(day, 9, 30)) in text_of(answer)


def test_a_patient_moves_confirms_and_cancels(agenda, zoe, day):
    row = books(agenda, zoe.file, at(day, 9), when=now())
    zoe.client.post(url("confirm", row.id))
    assert api.appointment_row(row.id).state is State.CONFIRMED

    value = choice(agenda, at(day, 11))
    assert value in text_of(zoe.client.get(url("move", row.id) + f"?jour={day}"))
    assert "Oui, déplacer" in text_of(zoe.client.get(url("move", row.id) + f"?creneau={value}"))
    zoe.client.post(url("move", row.id), {"creneau": value})
    assert api.appointment_row(row.id).starts_at == at(day, 11)

    assert "Ce que cela change" in text_of(zoe.client.get(url("cancel", row.id)))
    zoe.client.post(url("cancel", row.id))
    assert api.appointment_row(row.id).state is State.CANCELLED


def test_a_move_to_an_agenda_that_is_not_there_is_told(agenda, zoe, desk, day):
    row = books(agenda, zoe.file, at(day, 9), when=now())
    told = {"creneau": f"{uuid4()}_{int(at(day, 10).timestamp())}"}

    answers = [zoe.client.post(url("move", row.id), told), desk.client.post(url("desk_move", row.id), told)]

    assert [one.status_code for one in answers] == [302, 302]
    assert "Cet agenda n’existe pas." in text_of(zoe.client.get(url("detail", row.id)))


def test_the_day_tells_the_closure_of_the_whole_establishment(agenda, desk, day):
    api.close(
        establishment="aphm",
        agenda_id=None,
        starts_at=at(day, 8),
        ends_at=at(day, 18),
        reason="Exercice incendie",
        by=DESK,
        at=now(),
    )

    assert "Exercice incendie" in text_of(desk.client.get(url("day", agenda.pk) + f"?jour={day}"))


def test_a_patient_takes_a_place_that_was_freed(agenda, zoe, day):
    kept = books(agenda, a_patient()[0], at(day, 9), when=now())
    row = books(agenda, zoe.file, at(day + timedelta(days=9), 9), when=now())
    zoe.client.post(url("wait", row.id))
    api.cancel(appointment_id=kept.id, by=DESK, via=Via.DESK, at=now())
    offer = Offer.objects.get()

    assert "Une place se libère plus tôt" in text_of(zoe.client.get(url("mine")))
    zoe.client.post(url("accept", offer.pk))

    assert api.appointment_row(row.id).starts_at == at(day, 9)


def test_the_appointment_and_the_offer_of_another_person_do_not_exist(agenda, zoe, day):
    paul, _ = a_patient(name="ROUVIÈRE")
    kept = books(agenda, a_patient()[0], at(day, 9), when=now())
    row = books(agenda, paul, at(day + timedelta(days=2), 9), when=now())
    api.bring_forward(appointment_id=row.id, by=ZOE, at=now())
    api.cancel(appointment_id=kept.id, by=DESK, via=Via.DESK, at=now())
    offer = Offer.objects.get()
    nowhere = zoe.client.get(url("detail", uuid4()))

    asked = [zoe.client.get(url(name, row.id)) for name in ("detail", "as_calendar", "receipt", "move", "cancel")]
    asked += [zoe.client.get(url(name, row.id)) for name in ("desk_detail", "desk_move")]
    asked += [zoe.client.post(url(name, row.id)) for name in ("confirm", "cancel", "wait", "wait_no_more", "desk_wait")]
    asked += [zoe.client.post(url("act", row.id, "annuler")), zoe.client.post(url("accept", offer.pk))]

    assert {one.status_code for one in asked} == {404}
    assert all("ROUVIÈRE" not in one.content.decode() for one in [*asked, nowhere])
    assert api.appointment_row(row.id) == row
    assert Offer.objects.get().answer == "none"


def test_a_parent_books_for_a_child_and_never_learns_of_a_secret(agenda, zoe, day):
    child_file, child = a_patient(name="ENFANT", born=timezone.localdate() - timedelta(days=365 * 16))
    voice = consent.Voice(audit.Actor(None, "Accueil"), consent.Door.STAFF)
    consent.represent(
        person_id=child,
        mandate=consent.Mandate(zoe.person_id, consent.Nature.PARENT, "livret de famille"),
        by=voice,
        at=now() - timedelta(days=1),
    )
    secret = books(agenda, child_file, at(day, 9), when=now())
    shown = books(agenda, child_file, at(day, 11), when=now())
    consent.keep_secret(
        person_id=child,
        item=consent.Item.APPOINTMENT,
        item_id=secret.id,
        by=consent.Voice(audit.Actor(None, "Lou")),
        at=now(),
    )
    zoe.client.post(reverse("patientspace:enter_space", args=[child]))

    page = text_of(zoe.client.get(url("mine")))

    assert "11 h" in page.replace("\u00a0", " ")
    assert str(secret.id) not in page
    assert zoe.client.get(url("detail", secret.id)).status_code == 404
    assert zoe.client.get(url("detail", shown.id)).status_code == 200
    assert api.upcoming(zoe.viewer, child, now())[0].id == shown.id
    api.cancel(appointment_id=shown.id, by=DESK, via=Via.DESK, at=now())
    told = {"creneau": choice(agenda, at(day, 10)), "cle": "k"}
    done = zoe.client.post(url("take_check", "aphm", "controle"), told)
    assert str(secret.id) not in done.headers["Location"]  # « déjà pris » would tell the secret


def test_the_desk_reads_its_agendas_and_no_others(agenda, desk, day):
    elsewhere = an_agenda("Consultations d’Arles", "arles")
    row = books(agenda, a_patient(name="ROUVIÈRE")[0], at(day, 9), when=now())

    assert "ROUVIÈRE" in text_of(desk.client.get(url("day", agenda.pk) + f"?jour={day}"))
    assert "ROUVIÈRE" in text_of(desk.client.get(url("day", agenda.pk) + f"?jour={day}&vue=semaine"))
    assert "Consultations A" in text_of(desk.client.get(url("agendas")))
    assert desk.client.get(url("desk_detail", row.id)).status_code == 200
    for name in ("day", "workbook", "define", "change", "open_weekly", "close"):
        assert desk.client.get(url(name, elsewhere.pk)).status_code == 404, name
    stranger = Someone("Bob d’Arles", Role.ADMISSION_CLERK, "arles")
    assert stranger.client.get(url("desk_detail", row.id)).status_code == 404
    assert stranger.client.post(url("act", row.id, "annuler")).status_code == 404
    assert Client().get(url("day", agenda.pk)).status_code == 302


def test_opening_an_appointment_leaves_its_event(agenda, desk, day):
    file, person_id = a_patient()
    row = books(agenda, file, at(day, 9), when=now())

    desk.client.get(url("desk_detail", row.id))

    event = AuditEvent.objects.filter(target=f"appointment:{row.id}").order_by("-id").first()
    assert (event.person_id, event.action, event.actor_name) == (person_id, "record_read", "Odile Accueil")


def test_a_protected_identity_is_not_told_to_the_desk(agenda, desk, day):
    file, person_id = a_patient(name="CELEBRE")
    row = books(agenda, file, at(day, 9), when=now())
    consent.protect(
        person_id=person_id, reason=consent.ProtectionReason.STAFF, by=consent.Voice(audit.Actor(None, "Zoé")), at=now()
    )

    page = text_of(desk.client.get(url("day", agenda.pk) + f"?jour={day}"))

    assert "CELEBRE" not in page
    assert "Identité protégée" in page
    assert desk.client.get(url("desk_detail", row.id)).status_code == 404


def test_the_desk_notes_arrivals_and_absences(agenda, desk):
    moment = now() - timedelta(hours=1)
    row = books(agenda, a_patient()[0], at(timezone.localdate() + timedelta(days=1), 9), when=moment)
    Booking.objects.filter(pk=row.id).update(starts_at=moment, ends_at=moment + timedelta(minutes=30))

    if timezone.localdate(moment) == timezone.localdate():
        desk.client.post(url("act", row.id, "arrive"))
        assert api.appointment_row(row.id).state is State.ARRIVED
        desk.client.post(url("act", row.id, "retablir"))
    answer = desk.client.post(url("act", row.id, "absent"), {"retour": "https://ailleurs.invalid/"})
    assert answer.headers["Location"] == url("desk_detail", row.id)
    assert api.appointment_row(row.id).state is State.MISSED


def test_the_desk_gives_a_time_to_a_patient(agenda, desk, day):
    _, person_id = a_patient(name="ROUVIÈRE")
    assert "ROUVIÈRE" in text_of(desk.client.get(url("give") + "?q=rouviere"))
    here = url("give_to", person_id)
    assert "orthopédie" in text_of(desk.client.get(here))
    value = choice(agenda, at(day, 10))
    assert value in text_of(desk.client.get(f"{here}?etablissement=aphm&nature=controle&jour={day}"))
    assert "Tout est juste" in text_of(desk.client.get(f"{here}?etablissement=aphm&nature=controle&creneau={value}"))

    told = {"etablissement": "aphm", "nature": "controle", "creneau": value, "cle": "k", "note": "Vient en fauteuil"}
    desk.client.post(here, told)

    booking = Booking.objects.get()
    assert (booking.via, booking.note) == ("desk", "Vient en fauteuil")
    taken = desk.client.post(here, told | {"cle": "autre"})
    assert taken.status_code == 409


def test_a_town_doctor_books_for_who_chose_them_and_nobody_else(agenda, day):
    colette = Someone("Dr Colette Mistral", Role.TOWN_DOCTOR)
    _, person_id = a_patient(name="ROUVIÈRE")
    here = url("give_to", person_id)
    assert colette.client.get(here).status_code == 404
    consent.choose(
        person_id=person_id,
        invitation=consent.Invitation(
            consent.Whom(account_id=colette.account.pk), "Dr Colette Mistral", is_main_doctor=True
        ),
        by=consent.Voice(audit.Actor(None, "Zoé")),
        at=now() - timedelta(days=2),
    )

    assert "ROUVIÈRE" in text_of(colette.client.get(url("give")))
    told = {"etablissement": "aphm", "nature": "controle", "creneau": choice(agenda, at(day, 10)), "cle": "k"}
    colette.client.post(here, told)

    assert Booking.objects.get().via == "town"
    assert colette.client.get(url("agendas")).status_code == 404


def test_the_workbook_holds_texts_and_never_formulas(agenda, desk, day):
    books(agenda, a_patient(name="=CMD()")[0], at(day, 9), when=now())

    answer = desk.client.get(url("workbook", agenda.pk) + f"?jour={day}")

    with ZipFile(BytesIO(answer.content)) as book:
        assert "=CMD() Zoé" in book.read("xl/sharedStrings.xml").decode()
        assert "<f>" not in book.read("xl/worksheets/sheet1.xml").decode()


def test_an_agenda_is_made_opened_and_closed_with_a_warning(desk, day):
    desk.client.post(url("new", "aphm"), {"name": "Cs B", "site": "aphm", "seats": "1", "is_active": "on"})
    (made,) = api.agendas({"aphm"})
    weekly = {
        "weekdays": [str(day.weekday())],
        "starts": "09:00",
        "ends": "12:00",
        "step_minutes": "30",
        "capacity": "1",
        "valid_from": "2026-01-01",
    }
    desk.client.post(url("open_weekly", made.id), weekly)
    agenda = Opening.objects.get().agenda
    row = books(agenda, a_patient(name="TOUCHÉ")[0], at(day, 9), when=now())
    told = {
        "first_day": day.isoformat(),
        "first_hour": "00:00",
        "last_day": day.isoformat(),
        "last_hour": "23:00",
        "reason": "Congrès",
    }

    warned = text_of(desk.client.post(url("close", made.id), told))
    assert "TOUCHÉ" in warned
    assert not Closure.objects.exists()
    desk.client.post(url("close", made.id), told | {"vu": "oui"})

    closure = Closure.objects.get()
    assert api.appointment_row(row.id).state is State.BOOKED
    assert "TOUCHÉ" in text_of(desk.client.get(url("hit", made.id, closure.pk)))
    assert "1 à déplacer" in text_of(desk.client.get(url("define", made.id)))
    desk.client.post(url("reopen", made.id, closure.pk))
    assert not Closure.objects.exists()


@pytest.mark.parametrize(
    "wrong",
    [{"ends": "08:00"}, {"step_minutes": "0"}, {"weekdays": []}, {"valid_until": "2025-01-01"}],
)
def test_an_impossible_opening_is_refused_where_it_is_wrong(agenda, desk, wrong):
    told = {
        "weekdays": ["1"], "starts": "09:00", "ends": "12:00", "step_minutes": "30", "capacity": "1",
        "valid_from": "2026-01-01",
    }  # fmt: skip
    before = Opening.objects.count()

    page = text_of(desk.client.post(url("open_weekly", agenda.pk), told | wrong))

    assert "erreur" in page
    assert Opening.objects.count() == before


def test_the_list_of_the_day_costs_as_much_for_one_patient_as_for_five(
    agenda, desk, day, django_assert_max_num_queries
):
    def count():
        with django_assert_max_num_queries(200) as asked:
            desk.client.get(url("day", agenda.pk) + f"?jour={day}")
        return len(asked)

    books(agenda, a_patient()[0], at(day, 9), when=now())
    count()
    alone = count()
    for minutes in (30, 60, 90, 120):
        books(agenda, a_patient()[0], at(day, 9) + timedelta(minutes=minutes), when=now())

    assert count() == alone


def test_the_waiting_list_is_shown_in_order_and_one_may_be_taken_off(agenda, desk, day):
    rows = [
        books(agenda, a_patient(name=name)[0], at(day, hour), when=now()) for name, hour in (("UN", 9), ("DEUX", 10))
    ]
    for rank, row in enumerate(rows):
        api.bring_forward(appointment_id=row.id, by=ZOE, at=now() + timedelta(minutes=rank))

    page = text_of(desk.client.get(url("waiting")))
    assert page.index("UN Zoé") < page.index("DEUX Zoé")
    entry = agenda.bookings.get(pk=rows[0].id).waiting.get()
    desk.client.post(url("leave", entry.pk))

    assert "UN Zoé" not in text_of(desk.client.get(url("waiting")))


def test_past_and_present_are_told_in_paris_time(agenda, zoe, day):
    books(agenda, zoe.file, at(day, 9), when=now())

    (row,) = api.upcoming(zoe.viewer, zoe.person_id, now())

    assert row.starts_at.astimezone(PARIS).hour == 9
    assert row.moment_in_words.endswith("à 9\u00a0h")
    assert identity.person_of(row.local_identity_id) == zoe.person_id
