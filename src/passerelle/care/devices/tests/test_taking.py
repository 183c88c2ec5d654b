"""Measures taken in: once, for the right person, in the record too; what is no measure waits for a person."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction

from passerelle.care.devices.models import Alert, Device, HeldMeasure, Measure, Pairing
from passerelle.care.devices.rules.catalogue import catalogue
from passerelle.care.devices.rules.refusals import NotAMeasure
from passerelle.care.devices.rules.words import Handling
from passerelle.care.devices.services.entering import enter_measure, void_measure
from passerelle.care.devices.services.fleet import give_back, handle, pair, renew_credential
from passerelle.care.devices.services.refusals import AccessRefused, DeviceElsewhere, DeviceNotReady
from passerelle.care.devices.services.settling import accept, discard
from passerelle.care.devices.services.taking import Arrival, Taken, take, take_surely
from passerelle.care.devices.tests import cast
from passerelle.care.devices.tests.cast import NOW, a_message, arrival
from passerelle.care.record import api as record
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
    return device


def test_a_measure_is_stored_and_found_by_fhir(cuff, zoe):
    assert take([arrival(cuff, a_message(battery=71))]) == Taken(stored=1)

    measure = Measure.objects.get()
    assert (measure.local_identity_id, measure.values) == (zoe[1], {"8480-6": 128, "8462-4": 78, "8867-4": 66})
    cuff.refresh_from_db()
    assert (cuff.battery, cuff.heard_at) == (71, NOW)
    page = record.search("Observation", {"code": ["http://loinc.org|85354-9"]}, local_identity_ids=[zoe[1]])
    (stored,) = page.rows
    assert stored.id == measure.pk
    resource = fhir.loads(stored.body)
    assert fhir.validate(resource) == []
    assert {one["code"]["coding"][0]["code"] for one in resource["component"]} == set(cast.PRESSURE)
    assert resource["device"] == {"reference": f"Device/{cuff.pk}"}


def test_the_same_message_again_changes_nothing(cuff):
    raw = a_message()

    assert take([arrival(cuff, raw), arrival(cuff, raw)]) == Taken(stored=1, repeated=1)
    assert take([arrival(cuff, raw, NOW + timedelta(hours=1))]) == Taken(repeated=1)
    assert Measure.objects.count() == 1


def test_another_value_at_the_same_moment_waits_for_a_person(cuff):
    take([arrival(cuff, a_message())])

    assert take([arrival(cuff, a_message({"8480-6": 140, "8462-4": 78}))]) == Taken(held=1)
    assert HeldMeasure.objects.get().code == "conflict"


def test_what_is_no_measure_is_kept_whole_and_once(cuff):
    raw = a_message({"8480-6": 128, "8462-4": 7})

    assert take([arrival(cuff, raw), arrival(cuff, a_message())]) == Taken(stored=1, held=1)
    take([arrival(cuff, raw)])
    held = HeldMeasure.objects.get()
    assert bytes(held.raw) == raw
    assert (held.where, held.code, held.establishment) == ("values[1].value", "impossible", "aphm")
    assert "Pression artérielle diastolique" in held.why


def test_a_device_that_nobody_registered_is_kept_for_a_person(alice):
    stranger = Device(pk="6f1f7b0e-1111-4111-8111-111111111111")

    assert take([arrival(stranger, a_message())]) == Taken(held=1)
    assert take([Arrival(None, b"x", NOW)]) == Taken(held=1)


def test_a_scale_does_not_tell_a_blood_pressure(alice, zoe):
    scale = cast.a_device(alice, "balance")
    cast.lent(scale, zoe[0], alice)

    assert take([arrival(scale, a_message())]) == Taken(held=1)
    assert HeldMeasure.objects.get().code == "wrong-kind"


def test_a_message_that_breaks_its_batch_lets_the_others_go_on(cuff, monkeypatch):
    monkeypatch.setattr("passerelle.care.devices.services.taking.payload.MAX_BYTES", "planted")

    batch = [arrival(cuff, a_message(at=NOW - timedelta(hours=hours))) for hours in range(3)]

    assert take_surely(batch) == Taken(held=3)
    assert take_surely(batch) == Taken(held=3)
    assert HeldMeasure.objects.count() == 3


def test_what_the_broker_kept_and_gives_again_is_no_sign_of_life(cuff):
    take([arrival(cuff, a_message())._replace(is_kept_copy=True)])

    cuff.refresh_from_db()
    assert (Measure.objects.count(), cuff.heard_at) == (1, None)


# --- pairing


def test_a_device_is_with_one_person_at_a_time(cuff, alice, zoe):
    other, _ = cast.a_person(name="GARRIGUE")

    with pytest.raises(DeviceNotReady):
        pair(device_id=cuff.pk, person_id=other, due_on=None, by=alice.viewer, at=NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        Pairing.objects.create(
            device=cuff, local_identity_id=zoe[1], establishment="aphm", since=NOW - timedelta(days=1), by_name="x"
        )


def test_a_device_is_cleaned_before_it_is_lent_again(cuff, alice, zoe):
    other, other_file = cast.a_person(name="GARRIGUE")
    give_back(device_id=cuff.pk, is_lost=False, note="", by=alice.viewer, at=NOW - timedelta(days=2))
    with pytest.raises(DeviceNotReady):
        pair(device_id=cuff.pk, person_id=other, due_on=None, by=alice.viewer, at=NOW)

    handle(device_id=cuff.pk, what=Handling.CLEANED, note="", by=alice.viewer, at=NOW - timedelta(days=1))
    pair(device_id=cuff.pk, person_id=other, due_on=None, by=alice.viewer, at=NOW - timedelta(hours=3))

    late, fresh = NOW - timedelta(days=3), NOW - timedelta(hours=1)
    take([arrival(cuff, a_message(at=late, sent=NOW)), arrival(cuff, a_message(at=fresh, sent=NOW))])
    assert dict(Measure.objects.values_list("measured_at", "local_identity_id")) == {late: zoe[1], fresh: other_file}


def test_uses_of_a_device_are_in_the_record_and_the_device_is_nobodys(cuff, alice, zoe):
    give_back(device_id=cuff.pk, is_lost=True, note="Égaré", by=alice.viewer, at=NOW)

    (use,) = record.search("DeviceUseStatement", {}, local_identity_ids=[zoe[1]]).rows
    assert fhir.validate(fhir.loads(use.body)) == []
    assert fhir.loads(use.body)["status"] == "completed"
    device = record.read("Device", cuff.pk)
    assert "patient" not in fhir.loads(device.body)
    assert fhir.validate(fhir.loads(device.body)) == []


def test_a_device_is_handled_by_its_establishment_only(cuff):
    with pytest.raises(AccessRefused):
        give_back(device_id=cuff.pk, is_lost=False, note="", by=cast.bob().viewer, at=NOW)


def test_a_device_is_not_lent_to_somebody_the_team_does_not_care_for(alice):
    stranger, _ = cast.a_person(has_stay=False)
    device = cast.a_device(alice)

    with pytest.raises(AccessRefused):
        pair(device_id=device.pk, person_id=stranger, due_on=None, by=alice.viewer, at=NOW)


def test_a_lost_device_comes_back_to_be_cleaned(cuff, alice):
    give_back(device_id=cuff.pk, is_lost=True, note="", by=alice.viewer, at=NOW)
    with pytest.raises(DeviceElsewhere):
        handle(device_id=cuff.pk, what=Handling.CLEANED, note="", by=alice.viewer, at=NOW)

    assert handle(device_id=cuff.pk, what=Handling.FOUND, note="", by=alice.viewer, at=NOW).state == "to_clean"
    assert [one.what for one in cuff.events.order_by("pk")] == ["registered", "paired", "lost", "found"]


def test_a_new_secret_is_kept_as_a_hash_only(cuff, alice):
    secret = renew_credential(device_id=cuff.pk, by=alice.viewer, at=NOW)

    cuff.refresh_from_db()
    assert secret not in cuff.credential
    assert cuff.credential.startswith("$7$")


# --- written down, judged false, settled


def test_a_patient_writes_a_measure_down_and_it_is_marked_so(alice, zoe):
    cast.followed(zoe[0], alice)
    viewer = cast.patient(zoe[0]).viewer
    values = {"8480-6": Decimal(190), "8462-4": Decimal(95)}

    id_ = enter_measure(
        person_id=zoe[0], kind=catalogue().kinds["tension"], values=values, measured_at=NOW, by=viewer, at=NOW
    )

    resource = fhir.loads(record.read("Observation", id_).body)
    assert resource["meta"]["tag"][0]["code"] == "patient-entered"
    assert Measure.objects.get(pk=id_).origin == "entered"
    assert Alert.objects.get(about="8480-6").severity == "urgent"


def test_nobody_writes_a_measure_for_somebody_else(alice, zoe):
    cast.followed(zoe[0], alice)
    stranger = cast.patient(cast.a_person(name="AUTRE")[0]).viewer

    with pytest.raises(AccessRefused):
        enter_measure(
            person_id=zoe[0],
            kind=catalogue().kinds["poids"],
            values={"29463-7": Decimal(70)},
            measured_at=NOW,
            by=stranger,
            at=NOW,
        )
    assert not Measure.objects.exists()


def test_a_measure_judged_false_leaves_the_curves_and_says_so_in_the_record(cuff, alice, zoe):
    cast.followed(zoe[0], alice)
    take([arrival(cuff, a_message())])
    measure = Measure.objects.get()

    void_measure(measure_id=measure.pk, by=alice.viewer, at=NOW)

    assert fhir.loads(record.read("Observation", measure.pk).body)["status"] == "entered-in-error"
    assert Measure.objects.get().voided_at == NOW


def test_a_doubtful_measure_is_accepted_for_whom_a_professional_names(cuff, alice, zoe):
    cast.followed(zoe[0], alice)
    take([arrival(cuff, a_message(at=NOW + timedelta(days=2)))])
    held, pairing = HeldMeasure.objects.get(), Pairing.objects.get()

    accept(
        held_id=held.pk,
        pairing_id=pairing.pk,
        measured_at=NOW - timedelta(hours=1),
        note="Horloge réglée",
        by=alice.viewer,
        at=NOW,
    )

    held.refresh_from_db()
    assert (held.decision, held.settled_by) == ("kept", "Dr Alice Garrigue")
    assert Measure.objects.get().local_identity_id == zoe[1]
    assert record.read("Observation", Measure.objects.get().pk) is not None


def test_a_message_is_not_accepted_at_a_moment_that_has_its_measure(cuff, alice, zoe):
    cast.followed(zoe[0], alice)
    take([arrival(cuff, a_message())])
    take([arrival(cuff, a_message({**cast.PRESSURE, "8480-6": 140}))])
    held, pairing = HeldMeasure.objects.get(), Pairing.objects.get()

    with pytest.raises(NotAMeasure, match="a déjà une mesure à ce moment"):
        accept(held_id=held.pk, pairing_id=pairing.pk, measured_at=NOW, note="", by=alice.viewer, at=NOW)
    assert Measure.objects.get().values["8480-6"] == 128
    assert HeldMeasure.objects.get().settled_at is None


def test_a_message_is_settled_once_and_by_its_establishment(cuff, alice):
    take([arrival(cuff, b"illisible")])
    held = HeldMeasure.objects.get()
    with pytest.raises(AccessRefused):
        discard(held_id=held.pk, note="x", by=cast.bob().viewer, at=NOW)

    discard(held_id=held.pk, note="Message d’essai", by=alice.viewer, at=NOW)

    with pytest.raises(AccessRefused):
        discard(held_id=held.pk, note="encore", by=alice.viewer, at=NOW)


def test_a_batch_costs_the_same_queries_whatever_its_size(cuff, django_assert_max_num_queries):
    some = [arrival(cuff, a_message(at=NOW - timedelta(minutes=one))) for one in range(200)]

    with django_assert_max_num_queries(14):
        assert take(some).stored == 200
    assert connection.in_atomic_block
