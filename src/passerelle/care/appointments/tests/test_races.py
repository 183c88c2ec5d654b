"""Many at once, each on its own connection: one wins, the others are told kindly."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection

from passerelle.care.appointments import api
from passerelle.care.appointments.models import Booking, Offer
from passerelle.care.appointments.rules.vocabulary import Via
from passerelle.care.appointments.services.booking import Wanted
from passerelle.care.appointments.services.refilling import expire_offers, refill
from passerelle.care.appointments.tests.cast import (
    DESK,
    NOW,
    TUESDAY,
    ZOE,
    a_kind,
    a_patient,
    an_open_agenda,
    at,
    books,
    lay_the_ground,
)

pytestmark = pytest.mark.django_db(transaction=True)
LANES = 20


@pytest.fixture
def agenda():
    lay_the_ground()
    a_kind()
    return an_open_agenda()


def all_at_once(acts):
    """Do these acts on twenty connections at once; return what each gave, a refusal being given back."""

    def done(act):
        try:
            return act()
        except (api.SlotTaken, api.OfferClosed) as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(LANES) as pool:
        return list(pool.map(done, acts))


def test_of_two_hundred_racers_one_wins_and_the_others_are_told_the_nearest_places(agenda):
    files = [a_patient(name=f"COUREUR {rank}")[0] for rank in range(200)]

    told = all_at_once([lambda file=file: books(agenda, file, at(TUESDAY, 10)) for file in files])

    won = [one for one in told if isinstance(one, api.AppointmentRow)]
    lost = [one for one in told if isinstance(one, api.SlotTaken)]
    assert (len(won), len(lost)) == (1, 199)
    assert all(at(TUESDAY, 9, 30) in [slot.starts_at for slot in one.nearest] for one in lost)
    assert Booking.objects.taking().filter(agenda=agenda).count() == 1


def test_a_button_pressed_twenty_times_books_once(agenda):
    file, _ = a_patient()

    told = all_at_once([lambda: books(agenda, file, at(TUESDAY, 10), key="un-seul-formulaire") for _ in range(20)])

    assert len({one.id for one in told}) == 1
    assert Booking.objects.count() == 1


def test_moves_that_cross_never_share_a_place_nor_wait_for_ever(agenda):
    other = an_open_agenda(name="Consultations B")
    rows = [books(one, a_patient()[0], at(TUESDAY, 9)) for one in (agenda, other)]

    def cross(row, there):
        return lambda: api.move(
            appointment_id=row.id, starts_at=at(TUESDAY, 11), agenda_id=there.pk, by=DESK, via=Via.DESK, at=NOW
        )

    told = all_at_once([cross(rows[0], other), cross(rows[1], agenda)] * 5)

    assert all(isinstance(one, api.AppointmentRow) for one in told)
    assert {api.appointment_row(row.id).starts_at for row in rows} == {at(TUESDAY, 11)}


def test_a_freed_place_is_offered_once_to_the_first_of_the_list_while_racers_want_it(agenda):
    kept = books(agenda, a_patient()[0], at(TUESDAY, 9))
    later = at(TUESDAY + timedelta(weeks=2), 9)
    first = books(agenda, a_patient(name="PREMIER")[0], later)
    second = books(agenda, a_patient(name="SECOND")[0], later + timedelta(minutes=30))
    for minutes, row in enumerate((first, second)):
        api.bring_forward(appointment_id=row.id, by=ZOE, at=NOW + timedelta(minutes=minutes))
    racers = [a_patient()[0] for _ in range(30)]

    acts = [lambda: api.cancel(appointment_id=kept.id, by=DESK, via=Via.DESK, at=NOW)]
    acts += [lambda file=file: books(agenda, file, at(TUESDAY, 9)) for file in racers]
    told = all_at_once(acts)

    assert Booking.objects.taking().filter(agenda=agenda, starts_at=at(TUESDAY, 9)).count() == 1
    offers = list(Offer.objects.select_related("entry"))
    won = [one for one in told[1:] if isinstance(one, api.AppointmentRow)]
    assert (len(offers), len(won)) in {(1, 0), (0, 1)}
    assert all(one.entry.booking_id == first.id for one in offers)


def test_an_offer_accepted_expired_and_swept_at_once_gives_one_place_to_one_person(agenda):
    kept = books(agenda, a_patient()[0], at(TUESDAY, 9))
    row = books(agenda, a_patient()[0], at(TUESDAY + timedelta(weeks=1), 9))
    api.bring_forward(appointment_id=row.id, by=ZOE, at=NOW)
    api.cancel(appointment_id=kept.id, by=DESK, via=Via.DESK, at=NOW)
    offer = Offer.objects.get()
    late = offer.expires_at

    def accept():
        return api.accept_offer(offer_id=offer.pk, by=ZOE, via=Via.PATIENT, at=late - timedelta(seconds=1))

    all_at_once(
        [accept, lambda: expire_offers(at=late), accept, lambda: refill(at=late), lambda: expire_offers(at=late)]
    )

    places = Booking.objects.taking().filter(agenda=agenda, starts_at=at(TUESDAY, 9))
    assert places.count() <= 1
    assert api.appointment_row(row.id).starts_at in {at(TUESDAY, 9), at(TUESDAY + timedelta(weeks=1), 9)}
    offer.refresh_from_db()
    assert offer.answer in {"accepted", "expired"}
    assert (offer.answer == "accepted") == (api.appointment_row(row.id).starts_at == at(TUESDAY, 9))


def test_a_request_key_is_of_one_patient(agenda):
    books(agenda, a_patient()[0], at(TUESDAY, 9), key="cle")
    wanted = Wanted(agenda.pk, "controle", at(TUESDAY, 10), a_patient()[0], Via.DESK, "cle")

    with pytest.raises(api.NotBookable):
        api.book(wanted=wanted, by=DESK, at=NOW)
