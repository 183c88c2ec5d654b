"""The listener: measures from the broker to the database, acknowledged after the commit.

Its session lasts: while it is down the broker keeps what devices send. A message that was stored and not acknowledged
comes again, and changes nothing.
"""

import queue
import ssl
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import paho.mqtt.client as mqtt
from django.db import connection
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode

from passerelle.care.devices.rules import broker
from passerelle.care.devices.services.taking import Arrival, Taken, take_surely

_BATCH: Final = 1000
_GATHER_SECONDS: Final = 0.05  # how long a batch waits for more, once it has a first message
_IDLE_SECONDS: Final = 0.5
_RETRY_SECONDS: Final = 2.0
_KEEPALIVE_SECONDS: Final = 30
Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Address:
    """Where the broker is, whom to trust, and who listens."""

    host: str
    port: int
    authority: Path
    password: str
    name: str = broker.LISTENER

    @classmethod
    def of_folder(cls, folder: Path, *, host: str, port: int) -> "Address":
        """Return the address of a broker whose files were written in a folder."""
        password = (folder / "listener-password").read_text().strip()
        return cls(host, port, folder / "authority.pem", password)


@dataclass(frozen=True, slots=True)
class _Waiting:
    """A message received and not acknowledged; `turn` is the connection it came by, `number` 0 when none is due."""

    turn: int
    number: int
    arrival: Arrival


class Listener:
    """Receive until told to stop: `run` in a thread or a process of its own."""

    def __init__(
        self, address: Address, *, tell: Tell = lambda _: None, store: Callable[..., Taken] = take_surely
    ) -> None:
        self._address, self._tell, self._store = address, tell, store
        self._waiting: queue.SimpleQueue[_Waiting] = queue.SimpleQueue()
        self._stop = threading.Event()
        self._turn = 0
        self.taken = Taken()
        self._client = self._connectable()

    def stop(self) -> None:
        """Ask `run` to end after the batch in hand."""
        self._stop.set()

    def run(self) -> None:
        """Listen until `stop`; a broker or a database that is away is waited for, nothing is lost meanwhile."""
        self._client.connect_async(self._address.host, self._address.port, keepalive=_KEEPALIVE_SECONDS)
        self._client.loop_start()
        try:
            while not self._stop.is_set():
                batch = self._batch()
                if batch:
                    self._settle(batch)
        finally:
            self._client.disconnect()
            self._client.loop_stop()
            connection.close()

    def _connectable(self) -> mqtt.Client:
        client = mqtt.Client(
            CallbackAPIVersion.VERSION2, client_id=self._address.name, clean_session=False, manual_ack=True
        )
        client.username_pw_set(self._address.name, self._address.password)
        client.tls_set_context(ssl.create_default_context(cafile=str(self._address.authority)))
        client.reconnect_delay_set(1, 30)
        client.on_connect = self._connected
        client.on_message = self._received
        return client

    def _connected(self, client: mqtt.Client, _userdata: Any, _flags: Any, reason: Any, _properties: Any) -> None:
        self._turn += 1
        if reason.is_failure:
            self._tell(f"Le courtier refuse l’écoute\u00a0: {reason}.")
            return
        client.subscribe(broker.EVERYTHING, qos=1)
        self._tell("Écoute des appareils ouverte.")

    def _received(self, _client: mqtt.Client, _userdata: Any, message: mqtt.MQTTMessage) -> None:
        device_id = broker.device_of(message.topic)
        arrival = Arrival(device_id, bytes(message.payload), datetime.now(UTC), message.topic, message.retain)
        self._waiting.put(_Waiting(self._turn, message.mid, arrival))

    def _batch(self) -> list[_Waiting]:
        """Return what waits, at most a batch; wait a moment for a first message, then for its companions."""
        found: list[_Waiting] = []
        until = time.monotonic() + _IDLE_SECONDS
        while len(found) < _BATCH:
            left = until - time.monotonic()
            try:
                found.append(self._waiting.get(timeout=max(left, 0)) if left > 0 else self._waiting.get_nowait())
            except queue.Empty:
                break
            if len(found) == 1:
                until = time.monotonic() + _GATHER_SECONDS
        return found

    def _settle(self, batch: list[_Waiting]) -> None:
        """Store a batch, then acknowledge it; until the database answers, try again."""
        while not self._stop.is_set():
            try:
                self._count(self._store([one.arrival for one in batch]))
            except Exception as fault:  # noqa: BLE001 - nothing is acknowledged, so nothing is lost: it is tried again
                self._tell(f"Lot de {len(batch)} messages remis à plus tard\u00a0: {type(fault).__name__}.")
                connection.close()
                self._stop.wait(_RETRY_SECONDS)
            else:
                for one in batch:
                    self._acknowledge(one)
                return

    def _acknowledge(self, one: _Waiting) -> None:
        """Acknowledge on the connection it came by; on another, the broker sends it again and it changes nothing.

        What was sent without waiting for an answer (QoS 0) has no number: to acknowledge it would end the connection.
        """
        if one.number and one.turn == self._turn and self._client.ack(one.number, 1) != MQTTErrorCode.MQTT_ERR_SUCCESS:
            self._tell("Un accusé n’est pas parti\u00a0; le message reviendra.")

    def _count(self, taken: Taken) -> None:
        self.taken = Taken(
            self.taken.stored + taken.stored, self.taken.repeated + taken.repeated, self.taken.held + taken.held
        )
