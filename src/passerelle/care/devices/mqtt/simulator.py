"""Devices simulated, for the demonstration and for measures: they connect, each by its credential, and send."""

import random
import ssl
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from passerelle.care.devices.rules import broker
from passerelle.care.devices.rules.catalogue import Kind, catalogue
from passerelle.care.devices.rules.payload import as_message

SAYS_SO: Final = "Appareils simulés\u00a0: ces mesures sont inventées, aucun appareil réel n’est relié."
_USUAL: Final[Mapping[str, tuple[float, float]]] = {
    "8480-6": (128, 9),
    "8462-4": (76, 6),
    "8867-4": (70, 6),
    "29463-7": (72, 0.4),
    "41653-7": (1.15, 0.2),
    "59408-5": (95, 1.2),
    "8310-5": (36.8, 0.25),
    "41950-7": (3800, 1100),
}
_WAIT_SECONDS: Final = 20.0


@dataclass(frozen=True, slots=True)
class Credential:
    """What a device connects with."""

    device_id: UUID
    secret: str


def draw(kind: Kind, chance: random.Random, *, drift: Mapping[str, float] | None = None) -> dict[str, Decimal]:
    """Return invented values of a measure, around what is usual and moved by `drift`."""
    values = {}
    for one in kind.quantities:
        middle, spread = _USUAL[one.code]
        low, high = one.possible
        value = Decimal(str(round(chance.gauss(middle + (drift or {}).get(one.code, 0.0), spread), one.decimals)))
        values[one.code] = min(max(value, low), high)
    if "8480-6" in values and values["8462-4"] >= values["8480-6"]:
        values["8462-4"] = values["8480-6"] - 20
    return values


def message_of(
    kind: Kind, chance: random.Random, *, measured_at: datetime, sent_at: datetime, battery: int | None = None
) -> bytes:
    """Return a message with invented values."""
    told = {"measured_at": measured_at, "sent_at": sent_at} | ({} if battery is None else {"battery": battery})
    return as_message(draw(kind, chance), catalogue(), **told)


def moments(until: datetime, every: timedelta, count: int) -> Iterator[datetime]:
    """Yield `count` moments, the last one at `until`."""
    for rank in range(count - 1, -1, -1):
        yield until - every * rank


class Sender:
    """One simulated device on the broker; `send` returns when the broker has the message."""

    def __init__(self, credential: Credential, *, host: str, port: int, authority: Path) -> None:
        self._topic = broker.topic_of(credential.device_id)
        self._connected = threading.Event()
        self._client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=str(credential.device_id))
        self._client.username_pw_set(str(credential.device_id), credential.secret)
        self._client.tls_set_context(ssl.create_default_context(cafile=str(authority)))
        self._client.on_connect = self._answered
        self._client.on_disconnect = lambda *_: self._connected.clear()
        self._client.max_inflight_messages_set(1000)
        self._client.connect(host, port)
        self._client.loop_start()

    def send(self, *raws: bytes) -> None:
        """Send messages, each at least once.

        Raises:
            TimeoutError: the broker did not take them.
        """
        if not self._connected.wait(_WAIT_SECONDS):
            raise TimeoutError(self._topic)
        waiting = [self._client.publish(self._topic, raw, qos=1) for raw in raws]
        for one in waiting:
            if not self._is_taken(one):
                raise TimeoutError(self._topic)

    @staticmethod
    def _is_taken(waiting: mqtt.MQTTMessageInfo) -> bool:
        try:
            waiting.wait_for_publish(_WAIT_SECONDS)
        except RuntimeError:  # no connection: it was refused, or it is lost
            return False
        return waiting.is_published()

    def _answered(self, _client: mqtt.Client, _userdata: Any, _flags: Any, reason: Any, _properties: Any) -> None:
        if not reason.is_failure:
            self._connected.set()

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()
