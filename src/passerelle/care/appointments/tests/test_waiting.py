"""The waiting list: in its order, for a stated time, never twice the same place to the same person."""

from datetime import timedelta

import pytest

from passerelle.care.appointments import api
from passerelle.care.appointments.models import Booking, Offer, WaitingEntry
from passerelle.care.appointments.rules.vocabulary import Answer, Standing, State, Via, What
from passerelle.care.appointments.selectors.counted import changed_without_a_call, refilled_without_a_call
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

pytestmark = pytest.mark.django_db
LATER = TUESDAY + timedelta(weeks=2)


@pytest.fixture(autouse=True)
def ground():
    lay_the_ground()
    a_kind()


@pytest.fixture
def agenda():
    return an_open_agenda()


@pytest.fixture
def kept(agenda):
    """The appointment that will be given up."""
    return books(agenda, a_patient(name="RENONCE")[0], at(TUESDAY, 9))


def waits(agenda, hours, rank, name="ATTEND"):
    row = books(agenda, a_patient(name=name)[0], at(LATER, *hours))
    entry = api.bring_forward(appointment_id=row.id, by=ZOE, at=NOW + timedelta(minutes=rank))
    return row, entry


def given_up(kept, when=NOW):
    return api.cancel(appointment_id=kept.id, by=DESK, via=Via.DESK, at=when)


def open_offer():
    return Offer.objects.select_related("entry", "hold").get(answer=Answer.NONE.value)


def test_a_freed_place_is_kept_for_the_first_of_the_list(agenda, kept):
    heard = []
    api.on_change(heard.append, name="essai")
    waits(agenda, (9, 30), 2, "SECOND")
    first, entry = waits(agenda, (9,), 1, "PREMIER")

    given_up(kept)

    offer = open_offer()
    assert offer.entry_id == entry
    assert offer.expires_at == NOW + timedelta(hours=24)
    assert (offer.hold.starts_at, offer.hold.state) == (at(TUESDAY, 9), State.HELD.value)
    told = [one for one in heard if one.what is What.OFFERED]
    assert [(one.row.local_identity_id, one.until) for one in told] == [(first.local_identity_id, offer.expires_at)]
    with pytest.raises(api.SlotTaken):
        books(agenda, a_patient()[0], at(TUESDAY, 9))


def test_an_accepted_place_moves_the_appointment_and_frees_the_next_one(agenda, kept):
    first, _ = waits(agenda, (9,), 1)
    last, last_entry = waits(agenda, (11,), 2, "DERNIER")
    given_up(kept)

    moved = api.accept_offer(offer_id=open_offer().pk, by=ZOE, via=Via.PATIENT, at=NOW + timedelta(hours=1))

    assert (moved.id, moved.starts_at) == (first.id, at(TUESDAY, 9))
    assert api.changes_of(first.id)[0].what_label == "Déplacé"
    offer = open_offer()  # the place that the first one leaves suits the last one
    assert (offer.entry_id, offer.hold.starts_at) == (last_entry, at(LATER, 9))
    assert api.appointment_row(last.id).starts_at == at(LATER, 11)


def test_an_accepted_place_is_one_act_in_the_minutes_saved_not_two(agenda, kept):
    waits(agenda, (9,), 1)
    given_up(kept)
    day, after = NOW.date(), NOW.date() + timedelta(days=1)
    before = list(changed_without_a_call(day, after))
    assert refilled_without_a_call(day, after) == []

    api.accept_offer(offer_id=open_offer().pk, by=ZOE, via=Via.PATIENT, at=NOW + timedelta(hours=1))

    assert refilled_without_a_call(day, after) == [("aphm", 1)]
    assert changed_without_a_call(day, after) == before


def test_a_refused_place_goes_to_the_next_and_one_keeps_ones_rank(agenda, kept):
    _, first = waits(agenda, (9,), 1)
    _, second = waits(agenda, (9, 30), 2)
    given_up(kept)

    api.refuse_offer(offer_id=open_offer().pk, by=ZOE, via=Via.PATIENT, at=NOW + timedelta(hours=1))

    assert open_offer().entry_id == second
    assert WaitingEntry.objects.get(pk=first).standing == Standing.WAITING.value
    other = books(agenda, a_patient()[0], at(TUESDAY, 10))
    given_up(other, NOW + timedelta(hours=2))
    assert Offer.objects.get(entry=first, answer=Answer.NONE.value).hold.starts_at == at(TUESDAY, 10)


def test_two_places_refused_elsewhere_do_not_hide_one_never_offered(agenda):
    other = an_open_agenda(name="Consultations B")
    gone = [
        books(where, a_patient()[0], at(TUESDAY, hours)) for where, hours in ((agenda, 9), (other, 10), (agenda, 10))
    ]
    _, entry = waits(agenda, (9,), 1)
    for kept in gone[:2]:
        given_up(kept)
        api.refuse_offer(offer_id=open_offer().pk, by=ZOE, via=Via.PATIENT, at=NOW)

    given_up(gone[2])

    assert (open_offer().entry_id, open_offer().hold.agenda, open_offer().hold.starts_at) == (
        entry,
        agenda,
        at(TUESDAY, 10),
    )


def test_who_came_to_the_appointment_waits_no_more_and_may_wait_for_the_next_one(agenda):
    row, entry = waits(agenda, (9,), 1)
    after = at(LATER, 12)
    api.arrive(appointment_id=row.id, by=DESK, via=Via.DESK, at=at(LATER, 9))
    again = books(agenda, row.local_identity_id, at(LATER + timedelta(weeks=1), 9), when=after)

    refill(at=after)

    assert WaitingEntry.objects.get(pk=entry).standing == Standing.LEFT.value
    assert api.bring_forward(appointment_id=again.id, by=ZOE, at=after) != entry


def test_without_an_answer_in_time_the_place_goes_to_the_next(agenda, kept):
    _, first = waits(agenda, (9,), 1)
    _, second = waits(agenda, (9, 30), 2)
    given_up(kept)
    late = open_offer()

    assert expire_offers(at=late.expires_at - timedelta(seconds=1)) == 0
    assert expire_offers(at=late.expires_at) == 1

    assert open_offer().entry_id == second
    assert Offer.objects.get(entry=first).answer == Answer.EXPIRED.value
    with pytest.raises(api.OfferClosed):
        api.accept_offer(offer_id=late.pk, by=ZOE, via=Via.PATIENT, at=late.expires_at)


def test_a_place_too_near_is_offered_to_nobody_but_free_to_all(agenda, kept):
    waits(agenda, (9,), 1)

    given_up(kept, at(TUESDAY - timedelta(days=1), 20))

    assert not Offer.objects.exists()
    books(agenda, a_patient()[0], at(TUESDAY, 9), when=at(TUESDAY - timedelta(days=1), 21))


def test_a_place_that_is_later_than_what_one_has_is_not_offered(agenda):
    row = books(agenda, a_patient()[0], at(TUESDAY, 9))
    api.bring_forward(appointment_id=row.id, by=ZOE, at=NOW)
    other = books(agenda, a_patient()[0], at(TUESDAY, 11))

    given_up(other)

    assert not Offer.objects.exists()


def test_who_cancels_leaves_the_list_and_what_was_offered_goes_to_the_next(agenda, kept):
    first, entry = waits(agenda, (9,), 1)
    _, second = waits(agenda, (9, 30), 2)
    given_up(kept)

    api.cancel(appointment_id=first.id, by=ZOE, via=Via.PATIENT, at=NOW + timedelta(hours=1))

    assert WaitingEntry.objects.get(pk=entry).standing == Standing.LEFT.value
    assert {one.entry_id for one in Offer.objects.filter(answer=Answer.NONE.value)} == {second}


def test_who_leaves_the_list_is_called_no_more(agenda, kept):
    _, entry = waits(agenda, (9,), 1)
    api.leave_list(entry_id=entry, by=ZOE, via=Via.PATIENT, at=NOW)

    given_up(kept)

    assert not Offer.objects.exists()


def test_one_is_on_a_list_once(agenda):
    row, _ = waits(agenda, (9,), 1)

    with pytest.raises(api.AlreadyWaiting):
        api.bring_forward(appointment_id=row.id, by=ZOE, at=NOW)


def test_nobody_waits_while_an_earlier_place_that_suits_them_is_free(agenda):
    row, _ = waits(agenda, (9,), 1)

    made = refill(at=NOW)

    assert made == 1
    assert open_offer().hold.starts_at == at(TUESDAY - timedelta(weeks=1), 9) + timedelta(0)
    assert refill(at=NOW) == 0
    assert api.appointment_row(row.id).starts_at == at(LATER, 9)


def test_who_has_no_appointment_yet_gets_one_from_an_offer(agenda):
    file, _ = a_patient()
    wish = api.Wish("aphm", "controle", file, NOW.date(), not_after=TUESDAY + timedelta(days=1))
    api.join_list(wish=wish, by=DESK, at=NOW)
    refill(at=NOW)

    row = api.accept_offer(offer_id=open_offer().pk, by=ZOE, via=Via.PATIENT, at=NOW + timedelta(hours=1))

    assert (row.state, row.local_identity_id) == (State.BOOKED, file)
    assert Booking.objects.taking().count() == 1
