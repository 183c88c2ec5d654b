"""The devices of the demonstration: simulated, through a real broker when this machine has one."""

import random
import socket
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Final

from django.conf import settings
from django.utils import timezone

from passerelle.care.devices.models import Device
from passerelle.care.devices.mqtt import broker as mosquitto
from passerelle.care.devices.mqtt.files import write_broker_files
from passerelle.care.devices.mqtt.listener import Address, Listener
from passerelle.care.devices.mqtt.simulator import Credential, Sender, message_of
from passerelle.care.devices.rules.broker import new_secret, password_hash
from passerelle.care.devices.rules.catalogue import catalogue
from passerelle.care.devices.rules.words import DeviceState
from passerelle.care.devices.services.taking import Arrival, take

_HOST: Final = "127.0.0.1"
_AGE: Final = timedelta(seconds=2)
Send = Callable[[Device, bytes], None]
Tell = Callable[[str], None]


class NotADemonstration(Exception):
    """Les appareils simulés ne servent qu’à la démonstration."""


def simulate(*, every: float, rounds: int | None, stop: threading.Event, tell: Tell) -> int:
    """Send invented measures for the devices that are lent, every so many seconds; return how many were sent.

    Raises:
        NotADemonstration: this house is a real one.
    """
    if not settings.DEMO:
        raise NotADemonstration
    fleet = list(Device.objects.filter(state=DeviceState.PAIRED.value).order_by("pk"))
    chance, sent, turn = random.Random(), 0, 0  # noqa: S311 - invented measures
    with _way(fleet, tell) as send:
        while not stop.is_set() and (rounds is None or turn < rounds):
            for device in fleet:
                now = timezone.now()
                kind = catalogue().models[device.model_code].kind
                send(device, message_of(kind, chance, measured_at=now - _AGE, sent_at=now, battery=device.battery))
                sent += 1
            turn += 1
            if rounds is None or turn < rounds:
                stop.wait(every)
    return sent


@contextmanager
def _way(fleet: Sequence[Device], tell: Tell) -> Iterator[Send]:
    """Give a way for messages of these devices: a broker of this machine and its listener, else the door itself."""
    if mosquitto.mosquitto() is None:
        tell("Aucun courtier MQTT ici\u00a0: les mesures simulées sont remises directement.")
        yield _hand_over
        return
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="passerelle-courtier-")))
        port = _free_port()
        credentials = [_new_credential(device) for device in fleet]
        write_broker_files(folder, port=port, host=_HOST)
        running = mosquitto.start(folder, host=_HOST, port=port)
        stack.callback(running.wait)
        stack.callback(running.terminate)
        listener = Listener(Address.of_folder(folder, host=_HOST, port=port), tell=tell)
        thread = threading.Thread(target=listener.run, name="devices-listener")
        thread.start()
        stack.callback(thread.join)
        stack.callback(listener.stop)
        senders = {}
        for one in credentials:
            sender = Sender(one, host=_HOST, port=port, authority=folder / "authority.pem")
            stack.callback(sender.close)
            senders[one.device_id] = sender
        yield lambda device, raw: senders[device.pk].send(raw)


def _hand_over(device: Device, raw: bytes) -> None:
    take([Arrival(device.pk, raw, timezone.now())])


def _new_credential(device: Device) -> Credential:
    secret = new_secret()
    Device.objects.filter(pk=device.pk).update(credential=password_hash(secret))
    return Credential(device.pk, secret)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((_HOST, 0))
        return int(probe.getsockname()[1])
