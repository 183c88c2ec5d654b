"""A load of French admissions on any MLLP listener: so many connections, one message in flight on each.

The sender shares the machine with what it measures: messages are filled in bytes, and one protocol on uvloop answers
each acknowledgement by the next message.
"""

import asyncio
import itertools
import secrets
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import cast

import uvloop

from passerelle.protocols import mllp

_HEADER = (
    "MSH|^~\\&|BANC|CHU-X|PASSERELLE|GHT|20260302101500||ADT^{trigger}^{structure}|%(control_id)b|T|2.5^FRA^2.11|||||FRA|"
    "UNICODE UTF-8|||2.11^IHE_FRANCE-2.11-PAM\r"
    "EVN||202603021015%(second)02d||||202603021015%(second)02d\r"
    "PID|1||I%(patient)b^^^CHU-X&000897406&N^PI||ESSAI%(patient)b^CAMILLE^CAMILLE DOMINIQUE^^^^L||19%(year)02d0328|F|||"
    "28 AVENUE DE L'ESSAI^^MARSEILLE^^13005^FRA^H~^^^^^^BDL^^13055||^PRN^PH^^^^^^^^^0491000000|||S||"
    "N%(patient)b^^^CHU-X&000897406&M^AN||||||||||||N||PROV|20260302101500\r"
    "PD1||||90000000001^MARTIN^CLAUDE^^^^^^ASIP-SANTE-PS&1.2.250.1.71.4.2.1&ISO^L^^^RPPS\r"
    "ROL|1|AD|ODRP|90000000002^DURAND^DOMINIQUE^^^^^^ASIP-SANTE-PS&1.2.250.1.71.4.2.1&ISO^L^^^RPPS|20260302||||||"
    "12 RUE DE L'ESSAI^^ARLES^^13200\r"
    "NK1|1|ESSAI^MAXENCE^^^^^L|SPO^CONJOINT|28 AVENUE DE L'ESSAI^^MARSEILLE^^13005^FRA|^PRN^PH^^^^^^^^^0491000001|||K\r"
    "NK1|2|ESSAI^ALIX^^^^^L|CHD^ENFANT|3 PLACE DE L'ESSAI^^SALON^^13300^FRA|^PRN^PH^^^^^^^^^0491000002||N\r"
    "PV1|1|I|CHIR^101^1^CHU-X^^^^^CHIRURGIE|R|||90000000001^MARTIN^CLAUDE^^^^^^ASIP-SANTE-PS&1.2.250.1.71.4.2.1&ISO^L"
    "^^^RPPS||||||||||||V%(patient)b^^^CHU-X&000897406&M^VN|||||||||||||||||||||||||20260302101500\r"
    "PV2|||||||||20260306101500\r"
    "ROL|2|AD|AT|90000000001^MARTIN^CLAUDE^^^^^^ASIP-SANTE-PS&1.2.250.1.71.4.2.1&ISO^L^^^RPPS|20260302\r"
    "ZBE|M%(control_id)b^CHU-X^000897406|202603021015%(second)02d||INSERT|N||CHIR^^^^^CHU-X&000897406&N^UF^^^6268|"
    "CHIR^^^^^CHU-X&000897406&N^UF^^^6268|HMS\r"
    "ZFP|1|52\r"
    "ZFA|ACTIF|20260302101500|||||||INO|20260302101500|IC|20260302101500\r"
    "ZFM|8||5|\r"
    "ZFD||||N|SM|20260302|CN\r"
)
# The life of a patient in a day of the load: an admission, then transfers.
_ADMISSION = _HEADER.format(trigger="A01", structure="ADT_A01").encode()
_TRANSFER = _HEADER.format(trigger="A02", structure="ADT_A02").encode()


@dataclass(slots=True)
class Measure:
    """What a load saw: the wait of each acknowledgement in milliseconds, and the codes other than an acceptance."""

    waits_ms: list[float] = field(default_factory=list)
    refused: int = 0
    seconds: float = 0.0

    @property
    def per_s(self) -> float:
        return len(self.waits_ms) / self.seconds if self.seconds else 0.0

    def wait_ms(self, share: float) -> float:
        """Return the wait that this share of the acknowledgements did not pass; 0 when there was none."""
        ordered = sorted(self.waits_ms)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0


def admissions(*, per_patient: int = 1) -> Iterator[bytes]:
    """Yield messages of patients that nobody has, without end: an admission of each, then as many transfers as asked.

    Invented, marked as training messages; fifteen segments and more, as French applications send.
    """
    stem = secrets.token_hex(4).upper().encode()
    for rank in itertools.count(1):
        patient = b"%b%07d" % (stem, rank)
        for turn in range(per_patient):
            template = _TRANSFER if turn else _ADMISSION
            control_id = b"%b.%d" % (patient, turn)
            year = 40 + rank % 60
            yield template % {
                b"patient": patient, b"control_id": control_id, b"second": turn % 60, b"year": year
            }  # fmt: skip


def put(address: tuple[str, int], *, connections: int, seconds: float, per_patient: int = 1) -> Measure:
    """Load a listener for a while and return what it answered."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(_put(address, connections, seconds, per_patient))


async def _put(address: tuple[str, int], connections: int, seconds: float, per_patient: int) -> Measure:
    loop, measure = asyncio.get_running_loop(), Measure()
    started = time.perf_counter()
    talks = [
        (await loop.create_connection(lambda: _Talk(started + seconds, per_patient, measure), *address))[1]
        for _ in range(connections)
    ]
    await asyncio.gather(*(talk.ended for talk in talks))
    measure.seconds = time.perf_counter() - started
    return measure


class _Talk(asyncio.Protocol):
    """A connection that sends a message as soon as the former is acknowledged; its patients are its own."""

    def __init__(self, until: float, per_patient: int, measure: Measure) -> None:
        self._until = until
        self._messages = admissions(per_patient=per_patient)
        self._measure = measure
        self._deframer = mllp.Deframer()
        self._sent = 0.0
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._send()

    def data_received(self, data: bytes) -> None:
        for answer in self._deframer.feed(data):
            now = time.perf_counter()
            self._measure.waits_ms.append((now - self._sent) * 1000)
            self._measure.refused += b"|AA|" not in answer and b"|CA|" not in answer
            if now < self._until:
                self._send()
            else:
                self._end(None)

    def connection_lost(self, exc: Exception | None) -> None:
        self._end(exc or ConnectionResetError())

    def _send(self) -> None:
        self._sent = time.perf_counter()
        self._transport.write(mllp.frame(next(self._messages)))

    def _end(self, error: Exception | None) -> None:
        if not self.ended.done():
            self.ended.set_result(None) if error is None else self.ended.set_exception(error)
            self._transport.close()
