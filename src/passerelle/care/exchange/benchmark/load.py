"""A load of French admissions on any MLLP listener: so many connections, one message in flight on each."""

import asyncio
import itertools
import secrets
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

from passerelle.protocols import mllp

_CHUNK = 64 * 1024
_ADMISSION = (
    "MSH|^~\\&|BANC|CHU-X|PASSERELLE|GHT|20260302101500||ADT^A01^ADT_A01|{control_id}|T|2.5^FRA^2.11|||||FRA|"
    "UNICODE UTF-8|||2.11^IHE_FRANCE-2.11-PAM\r"
    "EVN||20260302101500||||20260302101500\r"
    "PID|1||{ipp}^^^CHU-X&000897406&N^PI||ESSAI{rank}^CAMILLE^CAMILLE DOMINIQUE^^^^L||19{year}0328|F|||"
    "28 AVENUE DE L'ESSAI^^MARSEILLE^^13005^FRA^H~^^^^^^BDL^^13055||^PRN^PH^^^^^^^^^0491000000|||S||"
    "{nda}^^^CHU-X&000897406&M^AN|||||||1|||||N||PROV|20260302101500\r"
    "PV1|1|I|CHIR^101^1^CHU-X^^^^^CHIRURGIE|R|||90000000001^MARTIN^CLAUDE^^^^^^ASIP-SANTE-PS&1.2.250.1.71.4.2.1&ISO"
    "^L^^^RPPS||||||||||||{nda}V^^^CHU-X&000897406&M^VN|||||||||||||||||||||||||20260302101500\r"
    "PV2|||||||||20260306101500\r"
    "ZBE|{nda}M^CHU-X^000897406|20260302101500||INSERT|N||CHIR^^^^^CHU-X&000897406&N^UF^^^6268|"
    "CHIR^^^^^CHU-X&000897406&N^UF^^^6268|HMS\r"
    "ZFA|ACTIF|20260302101500|||||||INO|20260302101500|IC|20260302101500\r"
    "ZFD||||N|SM|20260302|CN\r"
)


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


def admissions() -> Iterator[bytes]:
    """Yield admissions of patients that nobody has, without end; invented, marked as training messages."""
    stem = secrets.token_hex(4).upper()
    for rank in itertools.count(1):
        number = f"{stem}{rank:07d}"
        yield _ADMISSION.format(
            control_id=number, ipp=f"I{number}", nda=f"N{number}", rank=rank, year=f"{40 + rank % 60:02d}"
        ).encode()


def put(address: tuple[str, int], *, connections: int, seconds: float) -> Measure:
    """Load a listener for a while and return what it answered."""
    return asyncio.run(_put(address, connections, seconds))


async def _put(address: tuple[str, int], connections: int, seconds: float) -> Measure:
    measure, messages = Measure(), admissions()
    started = time.perf_counter()
    until = started + seconds
    await asyncio.gather(*(_talk(address, messages, until, measure) for _ in range(connections)))
    measure.seconds = time.perf_counter() - started
    return measure


async def _talk(address: tuple[str, int], messages: Iterator[bytes], until: float, measure: Measure) -> None:
    reader, writer = await asyncio.open_connection(*address)
    deframer = mllp.Deframer()
    for message in messages:
        sent = time.perf_counter()
        if sent >= until:
            break
        writer.write(mllp.frame(message))
        answer = await _answer(reader, deframer)
        measure.waits_ms.append((time.perf_counter() - sent) * 1000)
        measure.refused += b"|AA|" not in answer and b"|CA|" not in answer
    writer.close()


async def _answer(reader: asyncio.StreamReader, deframer: mllp.Deframer) -> bytes:
    while True:
        chunk = await reader.read(_CHUNK)
        if not chunk:
            raise ConnectionResetError
        answers = deframer.feed(chunk)
        if answers:
            return answers[0]
