"""Alerts as they open and close on what is really in the database."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest

from passerelle.care.channels import api as channels
from passerelle.care.channels.models import Version
from passerelle.care.exchange.alerts import deciding, standing
from passerelle.care.exchange.alerts.evaluating import evaluate
from passerelle.care.exchange.api import (
    Finding,
    Rejected,
    apply_waiting,
    receive,
    register_watch,
    remove_watch,
    route_new_messages,
)
from passerelle.care.exchange.models import Alert
from passerelle.care.exchange.tests.samples import admission, open_facility
from passerelle.core.access.api import Role, Viewer
from passerelle.core.audit import api as audit
from passerelle.core.audit.models import AuditEvent

pytestmark = pytest.mark.django_db

AT = datetime(2026, 3, 4, 9, 0, tzinfo=UTC)  # a Wednesday, 10 h in Paris
GAELLE = audit.Actor(account_id=uuid.UUID(int=1), name="Gaëlle", role="integrator")
KEEPER = Viewer(assignments=frozenset({(Role.INTEGRATOR, None)}))
LABORATORY = """
channel: martigues-laboratoire
label: Laboratoire de Martigues
establishment: martigues
source: {door: mllp, facilities: [CH-MARTIGUES], applications: [SIL]}
profile: {family: pam-fr, messages: ["ADT^*"]}
contract: {acknowledge: stored}
silence: {minutes: 40, from: "07:00", to: "20:00", days: [mon, tue, wed, thu, fri]}
"""


@pytest.fixture
def laboratory(db, tmp_path):
    open_facility("CH-MARTIGUES", "martigues", role="partie")
    folder = tmp_path / "channels"
    folder.mkdir()
    (folder / "martigues-laboratoire.yaml").write_text(LABORATORY)
    channels.load_folder(path=tmp_path, by=GAELLE, at=AT)
    channels.forget()
    yield
    channels.forget()


def send(*messages, at=AT):
    for raw in messages:
        receive(raw, peer="10.1.1.1:4000", at=at)


def work(at=AT):
    while route_new_messages() + apply_waiting(clock=lambda: at):
        pass


def titles(at=AT):
    return [alert.title for alert in standing.open_alerts(KEEPER, at=at)]


def later(minutes):
    return AT + timedelta(minutes=minutes)


def test_a_declaration_that_this_release_no_longer_reads_is_told_until_it_is_mended(laboratory, tmp_path):
    Version.objects.update(content=LABORATORY.replace("acknowledge: stored", "acknowledge: maybe"))
    channels.forget()

    evaluate(at=AT)

    (alert,) = standing.open_alerts(KEEPER, at=AT)
    assert "martigues-laboratoire\u00a0» n’est plus compris par cette version de Passerelle" in alert.title
    assert alert.is_severe
    assert "passerelle load channels" in alert.todo
    assert "ligne 7, contract.acknowledge" in alert.todo
    assert alert.link == "/echanges/canaux/channel/martigues-laboratoire/"
    (tmp_path / "channels" / "martigues-laboratoire.yaml").write_text(LABORATORY + "note: Relu.\n")
    channels.load_folder(path=tmp_path, by=GAELLE, at=AT)
    evaluate(at=later(4))
    assert not any("plus compris" in title for title in titles(at=later(4)))


def test_a_quiet_house_has_no_alert(facility, recorder):
    send(admission("M1"))
    work()

    evaluation = evaluate(at=AT)

    assert (evaluation.opened, evaluation.open) == (0, 0)


def test_a_silent_laboratory_is_told_in_french_and_closes_when_it_speaks(laboratory, recorder):
    send(admission("M1", facility="CH-MARTIGUES", application="SIL"), at=AT)
    work()
    evaluate(at=later(39))
    assert titles() == []

    evaluate(at=later(40))
    assert titles() == ["Aucun message de «\u00a0Laboratoire de Martigues\u00a0» depuis 40\u00a0min"]

    send(admission("M2", facility="CH-MARTIGUES", application="SIL"), at=later(41))
    work()
    evaluate(at=later(42))
    assert len(titles()) == 1
    evaluation = evaluate(at=later(45))
    assert (evaluation.closed, titles()) == (1, [])


def test_a_silence_closed_by_a_person_stays_closed_until_something_comes(laboratory, recorder):
    evaluate(at=later(40))
    (alert,) = standing.open_alerts(KEEPER, at=later(40))

    deciding.close(alert_id=alert.id, by=GAELLE, at=later(40), reason="arrêt prévu")
    evaluate(at=later(60))
    assert titles() == []

    send(admission("M1", facility="CH-MARTIGUES", application="SIL"), at=later(61))
    work()
    evaluate(at=later(110))
    assert len(titles()) == 1


def test_a_sender_without_channel_is_never_said_silent(facility, recorder):
    send(admission("M1"))
    work()

    evaluate(at=AT + timedelta(days=20))

    assert titles() == []


def test_a_queue_that_does_not_move_is_told_after_two_minutes_more(facility, recorder):
    send(admission("M1"), admission("M2"))

    evaluate(at=later(5))
    evaluate(at=later(6))
    assert titles() == []
    evaluate(at=later(7))
    evaluate(at=later(8))

    assert titles(later(8)) == ["2 messages attendent d’être appliqués, le plus ancien depuis 8\u00a0min"]


def test_lanes_stopped_for_one_cause_make_one_alert_with_what_to_do(facility, recorder):
    for number in range(3):
        recorder.failures[f"M{number}"] = Rejected("ZBE^1^7", "UF inconnue : 6268")
        send(admission(f"M{number}", ipp=f"90{number}"))
    work()

    evaluate(at=AT)

    (alert,) = standing.open_alerts(KEEPER, at=AT)
    assert alert.title == "3 files de patients arrêtées (essai)\u00a0: UF inconnue : 6268"
    assert "relancez le groupe" in alert.todo
    assert alert.rule == "File arrêtée"


def test_a_message_that_breaks_our_program_is_a_poison_and_urgent(facility, recorder):
    recorder.failures["M1"] = ZeroDivisionError()
    send(admission("M1"))
    for minute in range(10):
        work(later(minute * 10))

    evaluate(at=later(100))

    (alert,) = standing.open_alerts(KEEPER, at=later(100))
    assert (alert.rule, alert.is_severe) == ("Message empoisonné", True)


def test_a_control_id_used_again_and_an_unknown_sender_are_told(facility, recorder):
    send(admission("M1"), admission("M1", family="AUTRE"), admission("M2", facility="INCONNU"))
    work()

    evaluate(at=AT)

    assert sorted(alert.rule for alert in standing.open_alerts(KEEPER, at=AT)) == [
        "Identifiant repris",
        "Émetteur inconnu",
    ]


def test_twenty_refusals_in_a_quarter_are_a_burst_and_nineteen_are_not(facility, recorder):
    send(admission("OK"))
    send(*(admission(f"M{n}", kind="ADT^A99^ADT_A01") for n in range(19)))
    work()
    evaluate(at=AT)
    assert titles() == []

    send(admission("M20", kind="ADT^A99^ADT_A01"))
    evaluate(at=AT)

    assert [alert.rule for alert in standing.open_alerts(KEEPER, at=AT)] == ["Refus en rafale"]


def test_a_sender_of_whom_everything_is_refused_is_told_few_as_they_are(facility, recorder):
    send(*(admission(f"M{n}", kind="ADT^A99^ADT_A01") for n in range(5)))

    evaluate(at=AT)

    assert titles() == ["Plus rien ne passe de CHU-X · GAM\u00a0: tout est refusé depuis une heure (5 messages)"]


def test_an_alert_is_taken_then_closed_with_its_reason_and_both_are_journalled(facility, recorder):
    send(admission("M2", facility="INCONNU"))
    evaluate(at=AT)
    (alert,) = standing.open_alerts(KEEPER, at=AT)

    deciding.take(alert_id=alert.id, by=GAELLE, at=AT)
    assert standing.alert(KEEPER, alert.id, at=AT).taken_by == "Gaëlle"
    with pytest.raises(deciding.ClosingReasonRequired):
        deciding.close(alert_id=alert.id, by=GAELLE, at=AT, reason=" ")
    deciding.close(alert_id=alert.id, by=GAELLE, at=AT, reason="essai")
    with pytest.raises(deciding.AlertClosed):
        deciding.take(alert_id=alert.id, by=GAELLE, at=AT)

    assert AuditEvent.objects.filter(target=f"alert:{alert.id}").count() == 2
    evaluate(at=later(1))
    assert titles() == []


def test_what_comes_back_soon_is_the_same_alert(facility, recorder):
    found = [Finding(rule="envois", subject="x", title="File d’envoi", todo="…", evidence="1")]
    register_watch(lambda at: found, name="essai")
    try:
        evaluate(at=AT)
        kept = found.pop()
        evaluate(at=later(3))
        assert titles() == []
        found.append(kept)
        evaluate(at=later(10))
    finally:
        remove_watch("essai")

    assert Alert.objects.count() == 1
    assert titles() == ["File d’envoi"]


def test_each_keeper_sees_the_alerts_of_his_establishments_and_those_of_nobody(facility, recorder):
    open_facility("CH-AUBAGNE", "aubagne", role="partie")
    send(admission("M1"), admission("M1", family="AUTRE"))
    send(admission("M1", facility="CH-AUBAGNE"), admission("M1", facility="CH-AUBAGNE", family="AUTRE"))
    send(admission("M3", facility="INCONNU"))
    work()
    evaluate(at=AT)
    bob = Viewer(assignments=frozenset({(Role.INTEGRATOR, "aubagne")}))
    stranger = Viewer(assignments=frozenset({(Role.DIRECTOR, None)}))

    assert len(standing.open_alerts(KEEPER, at=AT)) == 3
    assert {alert.establishment for alert in standing.open_alerts(bob, at=AT)} == {"aubagne", ""}
    assert standing.open_alerts(stranger, at=AT) == []


def test_evaluating_costs_as_many_queries_for_many_messages(facility, recorder, django_assert_max_num_queries):
    send(*(admission(f"M{n}", facility=f"INCONNU-{n % 3}") for n in range(30)))

    with django_assert_max_num_queries(30):
        evaluate(at=AT)
