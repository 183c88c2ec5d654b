"""Pages of patients, carers and teams: what they show, to whom, and what they refuse."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from passerelle.care.consent import api as consent
from passerelle.care.devices.models import Alert, Device, HeldMeasure, Measure, Monitoring, Pairing, Share, Threshold
from passerelle.care.devices.selectors.patient import measures_received, todo
from passerelle.care.devices.services.taking import take
from passerelle.care.devices.tests import cast
from passerelle.care.devices.tests.cast import NOW, a_message, arrival
from passerelle.core.audit.api import Actor
from passerelle.core.audit.models import AuditEvent as Event

pytestmark = pytest.mark.django_db
HIGH = {"8480-6": 190, "8462-4": 80}


@pytest.fixture
def alice(db):
    cast.lay_the_ground()
    return cast.alice()


@pytest.fixture
def zoe(alice):
    """Given a patient followed for her blood pressure, a device at home, three weeks of measures."""
    person_id, file = cast.a_person()
    cast.followed(person_id, alice)
    cuff = cast.a_device(alice)
    cast.lent(cuff, person_id, alice)
    take([arrival(cuff, a_message(at=NOW - timedelta(days=day, hours=1), sent=NOW)) for day in range(15)])

    class Zoe:
        id, file_id, device, space = person_id, file, cuff, cast.patient(person_id)

    return Zoe


def page(someone, name, *args, **query):
    return someone.client.get(reverse(f"devices:{name}", args=args), query)


def text_of(answer):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode())).strip()


# --- the patient


def test_a_patient_reads_last_measures_in_plain_words(zoe):
    shown = text_of(page(zoe.space, "mine"))

    assert "128\u00a0/\u00a078\u00a0mmHg, pouls 66".replace("\u00a0", " ") in shown.replace("\u00a0", " ")
    assert "Dans les limites" in shown
    assert "l’équipe « Cardiologie à distance »" in shown
    assert "Tensiomètre de bras T1" in shown


def test_a_patient_without_devices_is_told_so(alice):
    person_id, _ = cast.a_person()

    shown = text_of(page(cast.patient(person_id), "mine"))

    assert "Aucun appareil ne vous est prêté" in shown
    assert "Noter une mesure moi-même" not in shown


@pytest.mark.parametrize("days", ["7", "30", "90", "12", "x"])
def test_a_curve_comes_with_its_limits_its_table_and_what_to_do(zoe, days):
    answer = page(zoe.space, "mine_kind", "tension", jours=days)

    shown = answer.content.decode()
    assert "<svg" in shown
    assert "Limite 135" in shown
    assert "Que faire si" in shown
    assert "masqué" not in shown


def test_a_measure_that_does_not_exist_is_no_page(zoe):
    assert page(zoe.space, "mine_kind", "humeur").status_code == 404


def noted(zoe, **told):
    given = {"v8480_6": "128", "v8462_4": "78", "measured_at": timezone.localtime(NOW).strftime("%Y-%m-%dT%H:%M")}
    return zoe.space.client.post(reverse("devices:enter", args=["tension"]), given | told)


def test_a_patient_notes_a_measure(zoe):
    assert noted(zoe, v8867_4="").status_code == 302

    assert Measure.objects.get(origin="entered").by_name == "Zoé d’Allègre"
    assert "saisie à la main" in page(zoe.space, "mine_kind", "tension").content.decode().lower()


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ({"v8480_6": "1280"}, "pas possible"),
        ({"v8480_6": "70"}, "plus petit"),
        ({"v8480_6": ""}, "obligatoire"),
        ({"v8480_6": "cent"}, "nombre"),
        ({"measured_at": "2090-01-01T10:00"}, "pas encore venu"),
        ({"measured_at": "2020-01-01T10:00"}, "sept jours"),
    ],
)
def test_a_figure_that_cannot_be_is_told_beside_its_field(zoe, told, why):
    answer = noted(zoe, **told)

    assert answer.status_code == 200
    assert why in text_of(answer)
    assert not Measure.objects.filter(origin="entered").exists()


def test_a_rare_figure_is_asked_again_then_taken(zoe):
    asked = noted(zoe, v8480_6="240")
    assert "J’ai relu" in text_of(asked)

    assert noted(zoe, v8480_6="240", needs_word="1").status_code == 200
    assert noted(zoe, v8480_6="240", needs_word="1", is_sure="on").status_code == 302


def test_decimals_are_typed_with_a_comma(zoe):
    moment = timezone.localtime(NOW).strftime("%Y-%m-%dT%H:%M")
    url = reverse("devices:enter", args=["poids"])

    assert zoe.space.client.post(url, {"v29463_7": "72,4", "measured_at": moment}).status_code == 302
    assert Measure.objects.get(kind="poids").values == {"29463-7": 72.4}


def test_a_relative_whom_the_person_chose_reads_the_measures_and_writes_none(zoe):
    paul, _ = cast.a_person(name="PROCHE", given="Paul")
    mandate = consent.Mandate(paul, consent.Nature.DELEGATE, "choix de la personne", NOW + timedelta(days=30))
    voice = consent.Voice(Actor(account_id=None, name="Zoé", role="patient"))
    consent.represent(person_id=zoe.id, mandate=mandate, by=voice, at=NOW)
    relative = cast.patient(paul, "Paul Proche").client
    session = relative.session
    session[consent.SPACE_KEY] = str(zoe.id)
    session.save()
    noting = reverse("devices:enter", args=["poids"])

    assert noting in page(zoe.space, "mine").content.decode()
    assert noting not in relative.get(reverse("devices:mine")).content.decode()
    assert relative.get(noting).status_code == 404


def test_the_home_is_told_what_to_measure(zoe):
    assert todo(zoe.space.viewer, zoe.id, at=NOW + timedelta(hours=1)) == []

    with CaptureQueriesContext(connection) as asked:
        (one,) = todo(zoe.space.viewer, zoe.id, at=NOW + timedelta(hours=30))

    assert len(asked) <= 2
    assert reverse(one.url_name, args=one.url_args) == "/telesurveillance/mes-mesures/tension/"


# --- somebody close


def shared(zoe, carer, *, code=None):
    answer = zoe.space.client.post(reverse("devices:sharing"), {"label": "Ma fille"})
    code = code or re.search(r"[A-Z2-9]{5}-[A-Z2-9]{5}", answer.content.decode())[0]
    return carer.client.post(reverse("devices:close_ones"), {"code": code.lower()})


def test_a_carer_sees_the_curves_and_nothing_else_until_the_patient_stops(zoe):
    carer = cast.patient(cast.a_person(name="FILLE")[0], "Anne d’Allègre")
    assert page(carer, "close_one", zoe.id).status_code == 404

    assert shared(zoe, carer).status_code == 302
    assert "<svg" in page(carer, "close_one", zoe.id).content.decode()
    assert carer.client.get(f"/dossiers/{zoe.id}/").status_code == 404
    assert Event.objects.filter(person_id=zoe.id, actor_name="Anne d’Allègre").exists()

    zoe.space.client.post(reverse("devices:stop_sharing", args=[Share.objects.get().pk]))
    assert page(carer, "close_one", zoe.id).status_code == 404


def test_a_code_serves_once_and_is_not_guessed(zoe):
    carer, other = (cast.patient(cast.a_person(name=one)[0], one) for one in ("FILLE", "VOISIN"))
    answer = zoe.space.client.post(reverse("devices:sharing"), {"label": "Ma fille"})
    code = re.search(r"[A-Z2-9]{5}-[A-Z2-9]{5}", answer.content.decode())[0]
    carer.client.post(reverse("devices:close_ones"), {"code": code})

    assert "pas reconnu" in text_of(other.client.post(reverse("devices:close_ones"), {"code": code}))
    assert "pas reconnu" in text_of(other.client.post(reverse("devices:close_ones"), {"code": "BBBBB-BBBBB"}))
    assert page(other, "close_one", zoe.id).status_code == 404


def test_a_code_that_is_too_old_is_refused(zoe):
    answer = zoe.space.client.post(reverse("devices:sharing"), {"label": "Ma fille"})
    code = re.search(r"[A-Z2-9]{5}-[A-Z2-9]{5}", answer.content.decode())[0]
    Share.objects.update(code_until=timezone.now())

    carer = cast.patient(cast.a_person(name="FILLE")[0], "Anne")
    assert "pas reconnu" in text_of(carer.client.post(reverse("devices:close_ones"), {"code": code}))


def test_a_carer_may_stop_looking(zoe):
    carer = cast.patient(cast.a_person(name="FILLE")[0], "Anne")
    shared(zoe, carer)

    carer.client.post(reverse("devices:stop_sharing", args=[Share.objects.get().pk]), {"proche": "1"})

    assert page(carer, "close_one", zoe.id).status_code == 404


def test_nobody_ends_the_sharing_of_others(zoe):
    carer, other = (cast.patient(cast.a_person(name=one)[0], one) for one in ("FILLE", "VOISIN"))
    shared(zoe, carer)

    other.client.post(reverse("devices:stop_sharing", args=[Share.objects.get().pk]))

    assert page(carer, "close_one", zoe.id).status_code == 200


# --- the team


def test_the_worklist_is_by_risk_then_by_delay(alice, zoe):
    take([arrival(zoe.device, a_message({"8480-6": 140, "8462-4": 95}, at=NOW - timedelta(minutes=2), sent=NOW))])
    take([arrival(zoe.device, a_message({"8480-6": 190, "8462-4": 95}, at=NOW - timedelta(minutes=1), sent=NOW))])

    shown = text_of(page(alice, "alerts"))

    assert shown.index("190") < shown.index("95 mmHg")
    assert "D’ALLÈGRE Zoé" in shown
    assert "reste" in shown.lower()


def test_an_alert_is_taken_then_closed_from_its_page(alice, zoe):
    take([arrival(zoe.device, a_message(HIGH))])
    alert = Alert.objects.get()

    alice.client.post(reverse("devices:take", args=[alert.pk]))
    refused = alice.client.post(reverse("devices:alert", args=[alert.pk]), {"closing": "called", "done": " "})
    assert Alert.objects.get().closed_at is None
    assert "obligatoire" in text_of(refused)
    done = {"closing": "called", "done": "Appelée. Mesure refaite à 132."}
    answer = alice.client.post(reverse("devices:alert", args=[alert.pk]), done, follow=True)

    assert "Alerte close" in text_of(answer)
    assert "Mesure refaite à 132" in text_of(page(alice, "alert", alert.pk))


def test_the_worklist_costs_as_much_for_many_alerts_as_for_one(alice, zoe):
    def counted():
        with CaptureQueriesContext(connection) as asked:
            assert page(alice, "alerts").status_code == 200
        return len(asked)

    take([arrival(zoe.device, a_message(HIGH))])
    counted()
    one = counted()
    for name in ("UN", "DEUX", "TROIS"):
        person_id, _ = cast.a_person(name=name)
        cast.followed(person_id, alice)
        device = cast.a_device(alice)
        cast.lent(device, person_id, alice)
        take([arrival(device, a_message(HIGH))])

    assert counted() == one


def test_another_hospital_finds_no_page_about_this_person(zoe):
    bob = cast.bob()
    take([arrival(zoe.device, a_message(HIGH))])

    for name, argument in (
        ("person", zoe.id),
        ("person_sheet", zoe.id),
        ("begin", zoe.id),
        ("alert", Alert.objects.get().pk),
        ("device", zoe.device.pk),
    ):
        assert page(bob, name, argument).status_code == 404, name
    assert "D’ALLÈGRE" not in text_of(page(bob, "alerts")) + text_of(page(bob, "monitored"))


@pytest.mark.parametrize("name", ["alerts", "monitored", "fleet", "held", "recipients", "register"])
def test_patients_find_no_page_of_the_team(zoe, name):
    assert page(zoe.space, name).status_code == 404


def test_the_team_finds_no_page_of_the_patient(alice, zoe):
    assert page(alice, "mine").status_code == 404


def test_all_the_curves_of_a_person_are_on_one_page_and_leave_one_event(alice, zoe):
    before = Event.objects.filter(person_id=zoe.id, target__startswith="measures:").count()

    shown = page(alice, "person", zoe.id).content.decode()

    assert shown.count("<figure") == 2  # pressures, pulse
    assert "Mettre en vigueur" in shown
    assert Event.objects.filter(person_id=zoe.id, target__startswith="measures:").count() == before + 1


def test_a_threshold_is_changed_from_the_page_and_its_history_shows(alice, zoe):
    told = {"quantity": "8480-6", "rule": "above", "value": "150,5", "severity": "watch", "reason": "Mieux toléré"}
    alice.client.post(reverse("devices:threshold", args=[zoe.id]), told)

    shown = text_of(page(alice, "person", zoe.id))

    assert Threshold.objects.get(until=None, quantity="8480-6", rule="above", severity="watch").value == 150.5
    assert "Historique des seuils" in shown
    assert "Mieux toléré" in shown


@pytest.mark.parametrize(
    "told",
    [
        {"rule": "above", "value": ""},
        {"rule": "above", "value": "900"},
        {"rule": "rise", "value": "2", "hours": ""},
        {"rule": "missing", "hours": ""},
        {"rule": "above", "value": "150", "reason": ""},
    ],
)
def test_a_threshold_that_says_nothing_is_refused(alice, zoe, told):
    given = {"quantity": "8480-6", "severity": "watch", "reason": "Essai"} | told
    count = Threshold.objects.count()

    assert alice.client.post(reverse("devices:threshold", args=[zoe.id]), given).status_code == 200
    assert Threshold.objects.count() == count


def test_a_person_is_found_followed_lent_a_device_and_left(alice):
    person_id, _ = cast.a_person(name="GARRIGUE", given="Basile")
    device = cast.a_device(alice, "balance")
    assert str(person_id) in page(alice, "monitored", q="garrigue").content.decode()

    told = {"establishment": "aphm", "protocol": "insuffisance-cardiaque", "team": "Cardio", "phone": ""}
    alice.client.post(reverse("devices:begin", args=[person_id]), told)
    lent = {"person_id": person_id, "device_id": device.pk, "due_on": ""}
    answer = alice.client.post(reverse("devices:lend"), lent, follow=True)
    assert "Appareil remis" in text_of(answer)
    assert Pairing.objects.get().device == device

    assert Monitoring.objects.get().until is None
    alice.client.post(reverse("devices:end", args=[person_id]), {"why": ""})
    assert Monitoring.objects.get().until is None
    alice.client.post(reverse("devices:end", args=[person_id]), {"why": "Va bien"})
    assert Monitoring.objects.get().ended_why == "Va bien"


def test_a_device_is_registered_and_its_secret_shown_once(alice):
    told = {"model_code": "oxymetre", "serial": "OX-1", "udi": "", "establishment": "aphm"}

    shown = alice.client.post(reverse("devices:register"), told).content.decode()

    device = Device.objects.get(serial="OX-1")
    assert str(device.pk) in shown
    assert "déjà ce numéro" in text_of(alice.client.post(reverse("devices:register"), told))
    assert device.credential not in page(alice, "device", device.pk).content.decode()


@pytest.mark.parametrize(
    ("acts", "state"),
    [
        (["returned"], "to_clean"),
        (["returned", "cleaned"], "available"),
        (["lost", "found", "retired"], "retired"),
        (["cleaned"], "paired"),
    ],
)
def test_a_device_goes_from_state_to_state_from_its_page(alice, zoe, acts, state):
    for what in acts:
        alice.client.post(reverse("devices:act", args=[zoe.device.pk, what]), {"note": ""})

    zoe.device.refresh_from_db()
    assert zoe.device.state == state
    assert page(alice, "device", zoe.device.pk).status_code == 200


def test_what_is_done_with_a_device_is_one_of_a_few_words(alice, zoe):
    assert alice.client.post(reverse("devices:act", args=[zoe.device.pk, "sold"])).status_code == 404


def test_the_fleet_tells_silence_overdue_and_battery(alice, zoe):
    Pairing.objects.update(due_on=timezone.localdate() - timedelta(days=1))
    Device.objects.update(heard_at=NOW - timedelta(days=5), battery=12, place="Armoire 3")

    shown = text_of(page(alice, "fleet"))

    assert "silencieux" in shown
    assert "1 à faire rendre" in shown
    assert "12 %" in shown


def test_a_place_and_a_new_secret_are_noted(alice, zoe):
    alice.client.post(reverse("devices:put_away", args=[zoe.device.pk]), {"place": "Armoire 3"})
    shown = alice.client.post(reverse("devices:renew", args=[zoe.device.pk]))

    zoe.device.refresh_from_db()
    assert zoe.device.place == "Armoire 3"
    assert "ne sera plus montré" in text_of(shown)


def test_a_message_to_check_is_shown_as_it_came_and_settled(alice, zoe):
    take([arrival(zoe.device, b"<b>illisible</b>")])
    held = HeldMeasure.objects.get()
    assert "Message illisible" in text_of(page(alice, "held"))
    assert "&lt;b&gt;illisible" in page(alice, "held_one", held.pk).content.decode()

    url = reverse("devices:held_one", args=[held.pk])
    told = {"decision": "kept", "note": "Essai", "pairing": Pairing.objects.get().pk}
    assert "Dites quand" in text_of(alice.client.post(url, told))
    told["measured_at"] = timezone.localtime(NOW).strftime("%Y-%m-%dT%H:%M")
    assert "message" in text_of(alice.client.post(url, told))
    alice.client.post(url, {"decision": "discarded", "note": "Message d’essai"})

    held.refresh_from_db()
    assert (held.decision, held.settled_by) == ("discarded", "Dr Alice Garrigue")
    assert page(alice, "held_one", held.pk).status_code == 404


def test_a_measure_is_marked_false_from_the_page(alice, zoe):
    measure = Measure.objects.order_by("-measured_at").first()

    alice.client.post(reverse("devices:void", args=[zoe.id, measure.pk]))

    assert "marquée fausse" in text_of(page(alice, "person", zoe.id))
    assert alice.client.post(reverse("devices:void", args=[zoe.id, uuid4()])).status_code == 404


def test_recipients_are_added_checked_and_removed(alice):
    told = {"establishment": "aphm", "line": "second", "label": "Cadre", "channel": "sms", "address": "04 91 00 00 00"}
    assert "pas un numéro de mobile" in text_of(alice.client.post(reverse("devices:recipients"), told))
    alice.client.post(reverse("devices:recipients"), told | {"address": "06 12 34 56 78"})
    assert "Deuxième ligne" in text_of(page(alice, "recipients"))

    row = alice.client.get(reverse("devices:recipients")).context["rows"][0][0]
    alice.client.post(reverse("devices:unsubscribe", args=[row.pk]))

    assert "Personne n’est inscrit" in text_of(page(alice, "recipients"))


@pytest.mark.parametrize("name", ["sheet", "person_sheet"])
def test_sheets_to_print_hold_each_measure(alice, zoe, name):
    answer = page(zoe.space, "sheet") if name == "sheet" else page(alice, "person_sheet", zoe.id)

    assert text_of(answer).count("Tensiomètre de bras T1") == 15


def test_the_landing_page_tells_what_awaits(alice, zoe):
    take([arrival(zoe.device, a_message(HIGH)), arrival(zoe.device, b"illisible")])

    shown = text_of(alice.client.get("/soins/"))

    assert "Une alerte attend d’être prise" in shown
    assert "Une mesure est à vérifier" in shown


def test_measures_of_devices_count_as_minutes_given_back(zoe):
    noted(zoe)
    first = timezone.localdate(NOW) - timedelta(days=3)

    assert list(measures_received(first, first + timedelta(days=2))) == [("aphm", 2)]
