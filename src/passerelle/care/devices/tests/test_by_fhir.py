"""Measures that an application writes by FHIR: the same checks, refused with their place, never for another person."""

from datetime import timedelta

import pytest

from passerelle.care.devices.models import Alert, Measure
from passerelle.care.devices.rules.catalogue import catalogue
from passerelle.care.devices.rules.resources import observation
from passerelle.care.devices.rules.words import Origin
from passerelle.care.devices.services.taking import take
from passerelle.care.devices.tests import cast
from passerelle.care.devices.tests.cast import NOW, a_message, arrival
from passerelle.care.record.rules.writes import CREATE, DELETE, UPDATE, Asked, WriteRefused
from passerelle.care.record.services.fhir.applying import apply
from passerelle.protocols.fhir import api as fhir

pytestmark = pytest.mark.django_db


@pytest.fixture
def alice(db):
    cast.lay_the_ground()
    return cast.alice()


@pytest.fixture
def zoe(alice):
    return cast.a_person()


@pytest.fixture
def cuff(alice, zoe):
    device = cast.a_device(alice)
    cast.lent(device, zoe[0], alice)
    cast.followed(zoe[0], alice)
    return device


def told(device, file, values=None, *, at=NOW, **more):
    from decimal import Decimal

    resource = observation(
        catalogue().kinds["tension"],
        {code: Decimal(value) for code, value in (values or cast.PRESSURE).items()},
        id_="x",
        local_identity_id=file,
        measured_at=at,
        received_at=NOW,
        device_id=device.pk,
        origin=Origin.APPLICATION,
    )
    del resource["id"]
    return resource | more


def written(by, resource, method=CREATE, id_=None):
    asked = Asked(method, "Observation", id=id_, written=fhir.read_written(fhir.dumps(resource)))
    (done,) = apply([asked], by=by.viewer, at=NOW)
    return done


def test_an_observation_of_a_device_joins_the_curves_and_alerts(alice, cuff, zoe):
    done = written(alice, told(cuff, zoe[1], {"8480-6": 185, "8462-4": 90}))

    measure = Measure.objects.get()
    assert (measure.pk, measure.local_identity_id, measure.origin) == (done.id, zoe[1], "application")
    assert Alert.objects.filter(about="8480-6", severity="urgent").exists()


def test_an_observation_of_the_wrong_person_is_refused_whole(alice, cuff):
    _, other_file = cast.a_person(name="GARRIGUE")

    with pytest.raises(WriteRefused) as refusal:
        written(alice, told(cuff, other_file))

    assert refusal.value.status == 422
    assert refusal.value.issues[0].expression == "Observation.subject"
    assert not Measure.objects.exists()


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"component": []}, "Observation.code"),
        ({"effectiveDateTime": "2026-03"}, "Observation.effective"),
        ({"effectiveDateTime": "2090-01-01T10:00:00Z"}, "measured_at"),
    ],
)
def test_what_is_no_measure_is_refused_with_its_place(alice, cuff, zoe, change, where):
    with pytest.raises(WriteRefused) as refusal:
        written(alice, {key: value for key, value in (told(cuff, zoe[1]) | change).items() if value != []})

    assert where in refusal.value.issues[0].expression


def test_an_impossible_value_is_refused_with_its_place(alice, cuff, zoe):
    with pytest.raises(WriteRefused) as refusal:
        written(alice, told(cuff, zoe[1], {"8480-6": 128, "8462-4": 7}))

    assert refusal.value.issues[0].expression == "Observation.component[1].value.value"


def test_the_same_measure_by_both_ways_is_one(alice, cuff, zoe):
    take([arrival(cuff, a_message())])

    with pytest.raises(WriteRefused):
        written(alice, told(cuff, zoe[1]))
    assert Measure.objects.count() == 1


def test_other_observations_are_none_of_our_business(alice, cuff, zoe):
    resource = told(cuff, zoe[1])
    del resource["device"]

    assert written(alice, resource).status == 201
    assert not Measure.objects.exists()


def test_a_measure_is_taken_off_by_its_status_and_does_not_change_otherwise(alice, cuff, zoe):
    done = written(alice, told(cuff, zoe[1]))
    resource = told(cuff, zoe[1]) | {"id": str(done.id)}

    with pytest.raises(WriteRefused):
        written(alice, resource | {"effectiveDateTime": fhir.moment(NOW - timedelta(hours=1))}, UPDATE, done.id)
    assert Measure.objects.get().voided_at is None
    written(alice, resource | {"status": "entered-in-error"}, UPDATE, done.id)

    assert Measure.objects.get().voided_at == NOW


def test_a_deleted_observation_leaves_the_curves(alice, cuff, zoe):
    done = written(alice, told(cuff, zoe[1]))

    apply([Asked(DELETE, "Observation", id=done.id)], by=alice.viewer, at=NOW)

    assert Measure.objects.get().voided_at == NOW
