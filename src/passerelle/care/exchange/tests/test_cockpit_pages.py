"""The pages of whoever is on call: home, alerts, failures, copies, replays."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from passerelle.care.exchange.alerts.evaluating import evaluate
from passerelle.care.exchange.api import (
    Effect,
    Rejected,
    apply_waiting,
    receive,
    register_effects,
    remove_effects,
    route_new_messages,
)
from passerelle.care.exchange.models import Alert, Message, ReplayRun, RunState, State
from passerelle.care.exchange.replaying import runs
from passerelle.care.exchange.rules.editing import editable
from passerelle.care.exchange.selectors import dead
from passerelle.care.exchange.tests.samples import admission, open_facility
from passerelle.core.access import api as access
from passerelle.core.access.api import Kind, Viewer
from passerelle.core.access.tests.cast import account
from passerelle.core.audit.models import AuditEvent

pytestmark = pytest.mark.django_db

KEEPER = Viewer(assignments=frozenset({(access.Role.INTEGRATOR, None)}))


def signed_in(name, *roles, establishment=None):
    holder = account(name, *roles, establishment=establishment, password=None)
    browser = Client()
    browser.force_login(holder)
    session = browser.session
    session["passerelle_second_factor"] = str(holder.pk)
    session.save()
    return browser


@pytest.fixture
def gaelle(db):
    open_facility("CHU-X", "essai")
    open_facility("CH-AUBAGNE", "aubagne", role="partie")
    return signed_in("gaelle", access.Role.INTEGRATOR)


@pytest.fixture
def bob(gaelle):
    return signed_in("bob", access.Role.INTEGRATOR, establishment="aubagne")


@pytest.fixture
def charlie(gaelle):
    return signed_in("charlie", access.Role.DIRECTOR)


def send(*messages, at=None):
    for raw in messages:
        receive(raw, peer="10.1.1.1:4000", at=at or timezone.now())


def work():
    now = timezone.now()
    while route_new_messages() + apply_waiting(clock=lambda: now):
        pass


def park(recorder, *control_ids):
    for number, control_id in enumerate(control_ids):
        recorder.failures[control_id] = Rejected("ZBE-7", "UF inconnue : 6268")
        send(admission(control_id, ipp=f"90{number}"))
    work()


def text(answer):
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def address(name, *arguments):
    return reverse(f"exchange:{name}", args=arguments)


def group():
    return dead.dead_letters(KEEPER)[0]


def test_the_home_says_what_is_wrong_first_then_each_channel(gaelle, recorder):
    park(recorder, "M1")
    send(admission("M2", facility="CH-AUBAGNE"))
    evaluate(at=timezone.now())

    page = text(gaelle.get("/echanges/"))

    assert page.index("UF inconnue\u00a0: 6268") < page.index("CH-AUBAGNE · GAM")
    assert "Que faire" in page
    assert "Les mêmes chiffres en tableau" in page


def test_an_empty_home_says_what_to_do(gaelle):
    page = text(gaelle.get("/echanges/"))

    assert "Aucun message n’est encore arrivé." in page
    assert "Rien à signaler" in page


def test_the_home_costs_as_many_queries_for_many_messages(gaelle, recorder, django_assert_max_num_queries):
    send(*(admission(f"M{number}", application=f"APP{number % 5}") for number in range(30)))

    with django_assert_max_num_queries(30):
        text(gaelle.get("/echanges/"))


def test_each_keeper_sees_his_channels_only(bob, charlie, recorder):
    send(admission("M1"), admission("M2", facility="CH-AUBAGNE"))

    page = text(bob.get("/echanges/"))

    assert "CH-AUBAGNE · GAM" in page
    assert "CHU-X · GAM" not in page
    assert charlie.get("/echanges/").status_code == 404


def test_an_alert_is_taken_and_closed_from_its_page(gaelle, recorder):
    send(admission("M1", facility="INCONNU"))
    evaluate(at=timezone.now())
    alert = Alert.objects.get()

    assert "Vous vous occupez de cette alerte." in text(gaelle.post(address("take_alert", alert.pk), follow=True))
    refused = text(gaelle.post(address("close_alert", alert.pk), follow=True))
    assert "Écrivez pourquoi cette alerte est fermée." in refused
    gaelle.post(address("close_alert", alert.pk), {"reason": "essai du fournisseur"})

    assert "essai du fournisseur" in text(gaelle.get(address("alerts")))
    assert "fermée" in text(gaelle.get(address("alert", alert.pk)))


def test_the_landing_page_tells_of_an_urgent_alert_until_somebody_takes_it(gaelle, recorder):
    send(*(admission(f"M{n}", kind="ADT^A99^ADT_A01") for n in range(5)))
    evaluate(at=timezone.now())

    assert "Plus rien ne passe de CHU-X" in text(gaelle.get("/soins/"))
    gaelle.post(address("take_alert", Alert.objects.get().pk))
    assert "Plus rien ne passe de CHU-X" not in text(gaelle.get("/soins/"))


def test_an_alert_of_another_establishment_does_not_exist(bob, recorder):
    send(admission("M1"), admission("M1", family="AUTRE"))
    evaluate(at=timezone.now())
    alert = Alert.objects.get()

    assert bob.get(address("alert", alert.pk)).status_code == 404
    assert bob.post(address("close_alert", alert.pk), {"reason": "x"}).status_code == 404
    assert Alert.objects.get().closed_at is None


def test_failures_are_told_by_cause_then_tried_then_replayed(gaelle, recorder):
    park(recorder, "M1", "M2")
    recorder.failures.clear()
    token = group().token

    assert "UF inconnue\u00a0: 6268" in text(gaelle.get(address("dead_letters")))
    assert "2 messages\u00a0: UF inconnue" in text(gaelle.get(address("dead_letter_group", token)))
    tried = text(gaelle.post(address("rehearse_group", token)))
    assert "2 sur 2 passeraient" in tried
    assert Message.objects.filter(state=State.PARKED).count() == 2
    refused = text(gaelle.post(address("replay_group", token), follow=True))
    assert "Écrivez pourquoi ces messages sont relancés." in refused
    page = text(gaelle.post(address("replay_group", token), {"reason": "UF créée"}, follow=True))
    assert "en cours" in page
    runs.work_at(run_id=ReplayRun.objects.get().pk, clock=timezone.now, longest=timedelta(seconds=5))
    assert "terminée" in text(gaelle.get(address("run_progress", ReplayRun.objects.get().pk)))


def test_refused_messages_are_classed_with_a_reason(gaelle, recorder):
    send(admission("M1", facility="INCONNU"))
    token = group().token

    asked = text(gaelle.post(address("dismiss_group", token), follow=True))
    assert "Écrivez pourquoi ces messages n’attendent plus rien." in asked
    gaelle.post(address("dismiss_group", token), {"reason": "essai du fournisseur"})

    assert "Aucun message en échec." in text(gaelle.get(address("dead_letters")))


@pytest.mark.parametrize("act", ["rehearse_group", "replay_group", "dismiss_group"])
def test_failures_of_another_establishment_do_not_exist(bob, charlie, recorder, act):
    park(recorder, "M1")
    token = group().token

    assert bob.get(address("dead_letter_group", token)).status_code == 404
    assert bob.post(address(act, token), {"reason": "x"}).status_code == 404
    assert charlie.post(address(act, token), {"reason": "x"}).status_code == 404
    assert not ReplayRun.objects.exists()


def test_a_run_that_awaits_someone_is_agreed_to_by_another_and_stopped_by_anyone(gaelle, recorder, monkeypatch):
    monkeypatch.setattr(runs, "ALONE_UP_TO", 1)
    hugo = signed_in("hugo", access.Role.INTEGRATOR)
    park(recorder, "M1", "M2")
    gaelle.post(address("replay_group", group().token), {"reason": "UF créée"})
    run = ReplayRun.objects.get()

    assert "l’accord d’une autre personne" in text(gaelle.get(address("run", run.pk)))
    assert "nécessaire" in text(gaelle.post(address("approve_run", run.pk), follow=True))
    assert "Donner mon accord" in text(hugo.get(address("run", run.pk)))
    assert "La relance est accordée." in text(hugo.post(address("approve_run", run.pk), follow=True))
    gaelle.post(address("stop_run", run.pk))
    assert ReplayRun.objects.get().state == RunState.STOPPED
    assert "Reprendre" in text(gaelle.get(address("run", run.pk)))
    gaelle.post(address("resume_run", run.pk))
    assert ReplayRun.objects.get().state == RunState.RUNNING
    assert "UF créée" in text(gaelle.get(address("runs")))


def test_a_filter_is_counted_tried_and_replayed(gaelle, recorder):
    send(admission("M1"), admission("M2", facility="CH-AUBAGNE"))
    work()
    page = address("new_run") + "?etablissement=aubagne"

    assert "1 message" in text(gaelle.get(page))
    assert "1 sur 1 passerait" in text(gaelle.post(page, {"essayer": "1"}))
    gaelle.post(page, {"relancer": "1", "reason": "règle corrigée"})

    assert ReplayRun.objects.get().total == 1


def test_an_identifier_is_no_filter_to_replay_by(gaelle, recorder):
    send(admission("M1"), admission("M2", ipp="77"))

    assert 'name="q"' not in text(gaelle.get(address("new_run") + "?q=77&etat=applied"))
    assert "Relancer ce filtre" not in text(gaelle.get(address("messages") + "?q=77"))


def test_a_run_of_other_establishments_does_not_exist(bob, gaelle, recorder):
    park(recorder, "M1")
    gaelle.post(address("replay_group", group().token), {"reason": "UF créée"})
    run = ReplayRun.objects.get()

    assert bob.get(address("run", run.pk)).status_code == 404
    assert bob.post(address("stop_run", run.pk)).status_code == 404
    assert "Aucune relance." in text(bob.get(address("runs")))


def test_a_copy_is_shown_before_it_is_sent(gaelle, recorder):
    park(recorder, "M1")
    original = Message.objects.get()
    page = address("copy", original.pk)
    changed = editable(bytes(original.raw)).replace("6268", "1810")

    assert "ZBE|" in text(gaelle.get(page))
    shown = text(gaelle.post(page, {"text": changed, "voir": "1"}))
    assert "M1-C1" in shown
    assert "ZBE-7" in shown
    assert Message.objects.count() == 1
    asked = text(gaelle.post(page, {"text": changed, "envoyer": "1"}))
    assert "Écrivez pourquoi" in asked
    sent = text(gaelle.post(page, {"text": changed, "envoyer": "1", "reason": "code d’UF"}, follow=True))
    assert "l’original, repris par Gaelle" in sent
    assert "Copie corrigée" in text(gaelle.get(address("message", original.pk)))


def test_a_copy_that_would_be_refused_cannot_be_sent(gaelle, recorder):
    park(recorder, "M1")
    original = Message.objects.get()
    wrong = editable(bytes(original.raw)).replace("ADT^A01", "ADT^A99")

    shown = text(gaelle.post(address("copy", original.pk), {"text": wrong, "voir": "1"}))
    assert "Envoyer la copie" not in shown
    text(gaelle.post(address("copy", original.pk), {"text": wrong, "envoyer": "1", "reason": "x"}))

    assert Message.objects.count() == 1


def test_who_keeps_another_establishment_copies_nothing(bob, charlie, recorder):
    park(recorder, "M1")
    page = address("copy", Message.objects.get().pk)

    assert bob.get(page).status_code == 404
    assert charlie.get(page).status_code == 404
    assert bob.post(page, {"text": "MSH|", "envoyer": "1", "reason": "x"}).status_code == 404


def test_reading_a_text_to_copy_is_journalled(gaelle, recorder):
    park(recorder, "M1")

    gaelle.get(address("copy", Message.objects.get().pk))

    assert AuditEvent.objects.filter(action="message_read").count() == 1


def test_the_page_of_a_message_tells_what_it_produced_and_links_only_what_the_viewer_may_open(gaelle, recorder):
    register_effects(
        lambda inbound: [
            Effect("Séjour créé", f"par {inbound.message.control_id}", url="/sejours/1", kind=Kind.ENCOUNTER),
            Effect("Envoi fait", url="/envois/1"),
        ],
        order=1,
        name="essai",
    )
    try:
        send(admission("M1"))
        before = text(gaelle.get(address("message", Message.objects.get().pk)))
        work()
        after = text(gaelle.get(address("message", Message.objects.get().pk)))
    finally:
        remove_effects("essai")

    assert "Séjour créé" not in before
    assert "par M1" in after
    assert 'href="/envois/1"' in after
    assert "/sejours/1" not in after


def test_the_page_of_a_message_leads_to_its_neighbours(gaelle, recorder):
    send(admission("M1"), admission("M2"), admission("M3"), admission("AUTRE", ipp="77"))
    work()
    ids = dict(Message.objects.values_list("control_id", "pk"))

    page = text(gaelle.get(address("message", ids["M2"])))

    assert address("message", ids["M1"]) in page
    assert address("message", ids["M3"]) in page
    assert address("message", ids["AUTRE"]) not in page


def test_the_departures_from_the_profile_are_told_with_their_rule(gaelle, recorder):
    send(admission("M1").replace(b"|INSERT|", b"|AJOUT|"))

    page = text(gaelle.get(address("message", Message.objects.get().pk)))

    assert "Écarts au profil IHE PAM France" in page
    assert "ZBE-4" in page


def test_a_conflict_is_compared_field_by_field_with_the_first_message(gaelle, recorder):
    send(admission("M1"), admission("M1", family="AUTRE"))
    conflict = Message.objects.get(state=State.CONFLICT)

    page = text(gaelle.get(address("message", conflict.pk)))

    assert "Ce qui diffère, champ par champ" in page
    assert page.index("ESSAI^CAMILLE") < page.index("AUTRE^CAMILLE")
