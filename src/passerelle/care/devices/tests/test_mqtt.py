"""From a device to the database through the real broker: TLS, one credential each, acknowledged after the commit."""

import socket
import stat
import threading
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import paho.mqtt.client as mqtt
import pytest
from django.db import OperationalError
from paho.mqtt.enums import CallbackAPIVersion

from passerelle.care.devices.models import HeldMeasure, Measure
from passerelle.care.devices.mqtt import broker
from passerelle.care.devices.mqtt.files import write_broker_files
from passerelle.care.devices.mqtt.listener import Address, Listener
from passerelle.care.devices.mqtt.simulator import Credential, Sender
from passerelle.care.devices.rules.broker import LISTENER, topic_of
from passerelle.care.devices.services.fleet import renew_credential
from passerelle.care.devices.services.taking import Taken, take_surely
from passerelle.care.devices.tests import cast
from passerelle.care.devices.tests.cast import a_message

HOST = "127.0.0.1"
_absent = pytest.mark.skipif(broker.mosquitto() is None, reason="mosquitto n’est pas installé ici")


def needs_broker(test):
    return _absent(pytest.mark.django_db(transaction=True)(test))


def free_port():
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return probe.getsockname()[1]


def wait_until(found, seconds=15.0):
    deadline = time.monotonic() + seconds
    while not found():
        assert time.monotonic() < deadline, "rien n’est arrivé"
        time.sleep(0.02)


@pytest.fixture
def alice(db):
    cast.lay_the_ground()
    return cast.alice()


@pytest.fixture
def cuff(alice):
    device = cast.a_device(alice)
    cast.lent(device, cast.a_person()[0], alice)
    return device


@pytest.fixture
def credential(cuff, alice):
    return Credential(cuff.pk, renew_credential(device_id=cuff.pk, by=alice.viewer, at=cast.NOW))


@pytest.fixture
def house(tmp_path, credential):
    """Given a broker that knows the device."""
    port = free_port()
    assert write_broker_files(tmp_path, port=port, host=HOST) == 1
    running = [broker.start(tmp_path, host=HOST, port=port)]

    class House:
        folder, address = tmp_path, Address.of_folder(tmp_path, host=HOST, port=port)

        @staticmethod
        def sender(of=credential):
            return Sender(of, host=HOST, port=port, authority=tmp_path / "authority.pem")

        @staticmethod
        def restart():
            running[0].terminate()
            running[0].wait(10)
            running[0] = broker.start(tmp_path, host=HOST, port=port)

    yield House
    running[0].terminate()
    running[0].wait(10)


class Listening:
    """A listener at work in a thread, for the time of a block; what it told is in `told`."""

    def __init__(self, address, **options):
        self.told = []
        self.listener = Listener(address, tell=self.told.append, **options)
        self._thread = threading.Thread(target=self.listener.run)

    def __enter__(self):
        self._thread.start()
        wait_until(lambda: self.told)
        return self

    def __exit__(self, *_):
        self.listener.stop()
        self._thread.join(15)
        assert not self._thread.is_alive()


def now_messages(count, values=None):
    now = datetime.now(UTC)
    return [a_message(values, at=now - timedelta(minutes=one), sent=now) for one in range(count)]


@needs_broker
def test_measures_go_from_the_device_to_the_database_under_its_own_name_only(house, alice, credential, monkeypatch):
    other = cast.a_device(alice)

    with Listening(house.address):
        prying = house.sender()
        prying._topic = f"passerelle/devices/{other.pk}/measures"
        with suppress(TimeoutError):  # the broker takes and drops what the access list refuses, or hangs up
            prying.send(*now_messages(3))
        prying.close()
        sender = house.sender()
        sender.send(*now_messages(50), b"illisible")
        wait_until(lambda: Measure.objects.count() == 50 and HeldMeasure.objects.count() == 1)
        sender.close()
    assert HeldMeasure.objects.get().device_id == credential.device_id

    monkeypatch.setattr("passerelle.care.devices.mqtt.simulator._WAIT_SECONDS", 0.5)
    intruder = house.sender(Credential(credential.device_id, "autre"))
    with pytest.raises(TimeoutError):
        intruder.send(*now_messages(1))
    intruder.close()


@needs_broker
def test_what_comes_while_the_listener_and_the_broker_are_down_is_not_lost(house):
    with Listening(house.address):
        pass  # its session is known from now on
    sender = house.sender()
    sender.send(*now_messages(30))
    sender.close()
    house.restart()

    with Listening(house.address):
        wait_until(lambda: Measure.objects.count() == 30)


@needs_broker
def test_nothing_is_acknowledged_before_the_commit(house, monkeypatch):
    """The first listener stores and dies before it acknowledges: all comes again, and changes nothing.

    The second finds the database away twice, and waits for it.
    """
    monkeypatch.setattr("passerelle.care.devices.mqtt.listener._RETRY_SECONDS", 0.05)
    failures = iter([OperationalError("away"), OperationalError("away")])

    def sometimes(batch):
        fault = next(failures, None)
        if fault:
            raise fault
        return take_surely(batch)

    stored = threading.Event()

    class Killed(BaseException):
        pass

    def store_then_die(batch):
        take_surely(batch)
        stored.set()
        raise Killed

    first = Listener(house.address, store=store_then_die)

    def run():
        with pytest.raises(Killed):
            first.run()

    thread = threading.Thread(target=run)
    thread.start()
    time.sleep(0.5)
    sender = house.sender()
    sender.send(*now_messages(20))
    sender.close()
    assert stored.wait(10)
    thread.join(10)

    with Listening(house.address, store=sometimes) as second:
        wait_until(lambda: Measure.objects.count() == 20)
        taken = lambda: second.listener.taken  # noqa: E731
        wait_until(lambda: taken().stored + taken().repeated == 20)
    assert taken().repeated > 0
    assert sum("remis à plus tard" in one for one in second.told) == 2


@needs_broker
def test_a_message_sent_without_waiting_for_an_answer_leaves_the_listener_connected(house):
    some = now_messages(2)
    with Listening(house.address) as listening:
        sender = house.sender()
        sender.send(some[0])
        sender._client.publish(sender._topic, some[1], qos=0)
        wait_until(lambda: Measure.objects.count() == 2)
        time.sleep(1.5)
        sender.close()
    assert listening.told == ["Écoute des appareils ouverte."]


@needs_broker
def test_a_device_does_not_take_the_place_of_the_listener_by_its_name(house, credential):
    with Listening(house.address) as listening:
        thief = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=LISTENER)
        thief.username_pw_set(str(credential.device_id), credential.secret)
        thief.tls_set(str(house.folder / "authority.pem"))
        thief.connect(house.address.host, house.address.port)
        thief.loop_start()
        wait_until(thief.is_connected)
        thief.publish(topic_of(credential.device_id), now_messages(1)[0], qos=1)
        wait_until(lambda: Measure.objects.count() == 1)
        thief.disconnect()
        thief.loop_stop()
    assert listening.told == ["Écoute des appareils ouverte."]


@needs_broker
def test_what_the_broker_was_asked_to_keep_says_nothing_of_the_device_when_it_comes_again(house, cuff):
    sender = house.sender()
    sender._client.publish(sender._topic, now_messages(1)[0], qos=1, retain=True).wait_for_publish(5)
    sender.close()

    with Listening(house.address):
        wait_until(lambda: Measure.objects.count() == 1)

    cuff.refresh_from_db()
    assert cuff.heard_at is None


def test_the_files_of_the_broker_are_private_and_keep_the_secret_of_the_listener(tmp_path, credential):
    write_broker_files(tmp_path, port=8883, host="courtier.exemple.invalid")
    secret = (tmp_path / "listener-password").read_text()

    write_broker_files(tmp_path, port=8883, host="courtier.exemple.invalid")

    assert (tmp_path / "listener-password").read_text() == secret
    assert credential.secret not in (tmp_path / "passwords").read_text()
    for name in ("passwords", "acl", "mosquitto.conf", "listener-password", "broker.key"):
        assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600
    assert "allow_anonymous false" in (tmp_path / "mosquitto.conf").read_text()


def test_a_batch_counts_what_became_of_it(tmp_path, credential):
    write_broker_files(tmp_path, port=1, host=HOST)
    listener = Listener(Address.of_folder(tmp_path, host=HOST, port=1))

    listener._count(Taken(1, 2, 3))
    listener._count(Taken(1, 2, 3))

    assert listener.taken == Taken(2, 4, 6)
