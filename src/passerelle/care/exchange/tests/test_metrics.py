"""The figures for Prometheus: who may read them, and what they say."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from passerelle.care.exchange.api import (
    Rejected,
    apply_waiting,
    receive,
    register_metrics,
    remove_metrics,
    route_new_messages,
)
from passerelle.care.exchange.metrics.guarding import may_read
from passerelle.care.exchange.models import Alert
from passerelle.care.exchange.services.counting import settle_flows
from passerelle.care.exchange.tests.samples import admission

NOW = timezone.now()


@pytest.mark.parametrize(
    ("headers", "address", "token", "expected"),
    [
        ({}, "127.0.0.1", "", True),
        ({}, "::1", "", True),
        ({}, "10.0.0.8", "", False),
        ({}, "", "", False),
        ({"X-Forwarded-For": "10.0.0.8"}, "127.0.0.1", "", False),
        ({"Forwarded": "for=10.0.0.8"}, "127.0.0.1", "", False),
        ({}, "127.0.0.1", "secret", False),
        ({"Authorization": "Bearer secret"}, "10.0.0.8", "secret", True),
        ({"Authorization": "Bearer autre"}, "127.0.0.1", "secret", False),
        ({"Authorization": "Bearer "}, "10.0.0.8", "", False),
    ],
)
def test_figures_are_for_the_token_or_for_this_machine_alone(headers, address, token, expected):
    assert may_read(headers, address=address, token=token) is expected


def figures(**headers):
    answer = Client().get("/metrics", headers=headers)
    assert answer.status_code == 200
    found = {}
    for family in text_string_to_metric_families(answer.content.decode()):
        for sample in family.samples:
            found[sample.name, tuple(sorted(sample.labels.items()))] = sample.value
    return found


def of(found, name, **labels):
    return sum(value for (own, pairs), value in found.items() if own == name and set(labels.items()) <= set(pairs))


def send(*messages):
    for raw in messages:
        receive(raw, peer="10.1.1.1:4000", at=NOW)


@pytest.mark.django_db
def test_the_page_does_not_exist_for_another_machine(settings):
    settings.METRICS_TOKEN = "secret"

    assert Client().get("/metrics").status_code == 404
    assert Client().get("/metrics", headers={"Authorization": "Bearer secret"}).status_code == 200


@pytest.mark.django_db
def test_totals_are_by_sender_and_answer_and_do_not_jump_when_they_are_counted(facility, recorder):
    send(admission("M1"), admission("M2"), admission("M2", family="AUTRE"), admission("M3", facility="INCONNU"))
    before = figures()
    settle_flows(at=NOW)
    settle_flows(at=NOW + timedelta(minutes=1))
    after = figures()

    name = "passerelle_exchange_messages_total"
    for found in (before, after):
        assert of(found, name) == 4
        assert of(found, name, facility="CHU-X", outcome="accepted", ack="AA") == 2
        assert of(found, name, facility="CHU-X", outcome="conflict", ack="AE") == 1
        assert of(found, name, facility="", outcome="refused") == 1


@pytest.mark.django_db
def test_queues_parked_lanes_and_alerts_are_told(facility, recorder):
    recorder.failures["M1"] = Rejected("PID^1^3", "à décider")
    send(admission("M1"), admission("M2"), admission("M3", ipp="77"))
    while route_new_messages() + apply_waiting(clock=timezone.now):
        pass
    Alert.objects.create(
        rule="queue", subject="s", is_severe=True, title="t", todo="d", evidence="e", noticed_at=NOW, opened_at=NOW,
        last_seen_at=NOW,
    )  # fmt: skip

    found = figures()

    sender = {"channel": "CHU-X|GAM"}
    assert of(found, "passerelle_exchange_waiting_messages", **sender) == 1
    assert of(found, "passerelle_exchange_oldest_waiting_seconds", **sender) > 0
    assert of(found, "passerelle_exchange_parked_lanes", **sender) == 1
    assert of(found, "passerelle_exchange_applied_last_minute") == 1
    assert of(found, "passerelle_exchange_alerts_open", rule="queue", severity="critical", taken="no") == 1


@pytest.mark.django_db
def test_an_empty_house_has_figures_too(db):
    assert of(figures(), "passerelle_exchange_applied_last_minute") == 0


@pytest.mark.django_db
def test_packages_above_add_theirs(db):
    from prometheus_client.core import GaugeMetricFamily

    register_metrics(lambda: [GaugeMetricFamily("envois", "Ce qui attend.", value=7)], name="essai")
    try:
        assert of(figures(), "envois") == 7
    finally:
        remove_metrics("essai")


@pytest.mark.django_db
def test_reading_costs_as_many_queries_for_many_messages(facility, recorder, django_assert_max_num_queries):
    send(*(admission(f"M{number}", ipp=str(number)) for number in range(30)))

    with django_assert_max_num_queries(12):
        figures()
