from datetime import timedelta

import pytest

from passerelle.core.notify import api as notify
from passerelle.core.notify.models import Message
from passerelle.core.notify.tests.cast import AT, awaits, number

pytestmark = pytest.mark.django_db


def test_the_same_key_twice_is_one_message():
    notify.enqueue([awaits(0)], at=AT)

    again = notify.enqueue([awaits(0), awaits(1)], at=AT)

    assert (again.kept, again.known) == (1, 1)
    assert Message.objects.count() == 2


def test_one_refusal_stops_no_other():
    taken = notify.enqueue(
        [
            awaits(0),
            awaits(1, to="04 91 00 00 00"),
            awaits(2, template="inconnu"),
            awaits(3, words={"place": "aphm", "link": "r/scanner"}),
            awaits(4, channel="email", to="pas une adresse", template="something_awaits_email"),
            awaits(5, expires_at=AT),
        ],
        at=AT,
    )

    assert (taken.kept, taken.known) == (1, 0)
    assert sorted(taken.refused) == [f"essai:{rank}" for rank in range(1, 6)]
    assert "téléphone fixe" in taken.refused["essai:1"]
    assert "mot de santé" in taken.refused["essai:3"]


def test_a_message_is_followed_by_its_key():
    notify.enqueue([awaits(0)], at=AT)

    found = notify.followed(["essai:0", "essai:1"])

    assert list(found) == ["essai:0"]
    assert (found["essai:0"].state, found["essai:0"].is_settled) == ("waiting", False)


def test_who_said_stop_gets_nothing_and_whoever_asks_knows():
    notify.stop(recipient="+33 6 39 98 00 00", by="SMS reçu", at=AT)

    notify.enqueue([awaits(0), awaits(1)], at=AT)

    assert notify.followed(["essai:0"])["essai:0"].state == "stopped"
    assert notify.followed(["essai:0"])["essai:0"].has_failed
    assert notify.followed(["essai:1"])["essai:1"].state == "waiting"


def test_stop_holds_what_already_waits_and_what_is_not_sent_is_not_sent_late():
    notify.enqueue([awaits(0)], at=AT)

    assert notify.stop(recipient=number(0), by="SMS reçu", at=AT)
    assert not notify.stop(recipient=number(0), by="SMS reçu", at=AT)
    assert notify.lift_stop(recipient=number(0), by="Camille, accueil", at=AT)

    assert notify.followed(["essai:0"])["essai:0"].state == "stopped"
    assert not notify.has_stopped(number(0))
    assert not notify.lift_stop(recipient=number(0), by="Camille, accueil", at=AT)


def test_what_waits_is_cancelled_with_its_reason():
    notify.enqueue([awaits(0), awaits(1)], at=AT)

    assert notify.cancel(["essai:0", "essai:9"], at=AT, reason="rendez-vous déplacé") == 1
    assert notify.cancel(["essai:0"], at=AT, reason="rendez-vous déplacé") == 0

    assert notify.followed(["essai:0"])["essai:0"].state == "cancelled"
    assert Message.objects.get(key="essai:0").steps.get().note == "rendez-vous déplacé"


def test_a_message_not_before_a_moment_waits_for_it():
    notify.enqueue([awaits(0, not_before=AT + timedelta(hours=3))], at=AT)

    assert Message.objects.get().due_at == AT + timedelta(hours=3)
