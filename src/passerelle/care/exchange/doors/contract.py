"""Between the MLLP door and the intake: the answer of a channel that waits for its messages to be applied.

How long each answer took is counted here, as its sender sees it.
"""

import asyncio
import re
import time
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any, Final

from passerelle.care.channels import api as channels
from passerelle.care.exchange.doors.applied import Applications, Applied, MessageKey
from passerelle.care.exchange.doors.latency import Latencies
from passerelle.protocols import hl7v2
from passerelle.protocols.hl7v2 import ErrorDetail, Hl7Error

_PLACE = re.compile(r"(?P<segment>[A-Z][A-Z0-9]{2})-(?P<field>\d+)(?:\.(?P<component>\d+))?")
_HEADER: Final = 400  # MSH-4 is in there
_LATE: Final = "enregistré, pas encore appliqué : renvoyez le même message pour connaître son sort"
Answer = Callable[[bytes | None], None]
Submit = Callable[..., None]


class ByContract:
    """Submits to the intake; where the contract says « applied », the answer waits for the worker."""

    def __init__(
        self,
        submit: Submit,
        applications: Applications,
        loop: asyncio.AbstractEventLoop,
        clock: Callable[[], datetime],
        latencies: Latencies | None = None,
    ) -> None:
        self._submit = submit
        self._latencies = latencies
        self._applications = applications
        self._loop = loop
        self._clock = clock

    def submit(self, raw: bytes, peer: str, answer: Answer, **circumstances: Any) -> None:
        """Submit a message; `answer` is called in the loop, as the contract of its channel says."""
        if self._latencies is not None:
            door = "mllps" if "certificate" in circumstances else "mllp"
            answer = partial(self._answered, self._latencies, door, time.monotonic(), answer)
        declared = channels.last_known()
        if declared is not None and declared.may_await(raw[:_HEADER]):
            answer = self._by_contract(raw, answer, declared)
        self._submit(raw, peer, answer, **circumstances)

    @staticmethod
    def _answered(
        latencies: Latencies, door: str, taken_at: float, answer: Answer, acknowledgement: bytes | None
    ) -> None:
        answer(acknowledgement)
        if acknowledgement:
            latencies.add(door, time.monotonic() - taken_at)

    def _by_contract(self, raw: bytes, answer: Answer, declared: channels.Declarations) -> Answer:
        try:
            message = hl7v2.parse(raw)
        except Hl7Error:
            return answer
        channel = declared.channel_of(message.sending_facility, message.sending_application, "mllp")
        if channel is None or channel.contract.acknowledge != "applied":
            return answer
        return partial(self._when_stored, message, channel.contract.wait_seconds, answer)

    def _when_stored(
        self, message: hl7v2.Message, seconds: float, answer: Answer, acknowledgement: bytes | None
    ) -> None:
        if not acknowledgement or hl7v2.parse(acknowledgement).get("MSA-1") != "AA":
            answer(acknowledgement)
            return
        key = MessageKey(message.control_id, message.sending_application, message.sending_facility)

        def tell(applied: Applied) -> None:
            told = acknowledgement if applied.is_applied else _refusal(message, applied, at=self._clock())
            self._loop.call_soon_threadsafe(answer, told)

        self._applications.wait(key, seconds=seconds, tell=tell)


def _refusal(message: hl7v2.Message, applied: Applied, *, at: datetime) -> bytes:
    """Answer AE with the place of the refusal; AR when nobody came to it in time, for the same bytes to come again."""
    if applied.is_late:
        code, detail = "AR", ErrorDetail(where="", code="207", severity="W", text=_LATE)
    else:
        why = applied.why or "écarté par une personne"
        code, detail = "AE", ErrorDetail(where=_location(applied.where), code="207", severity="E", text=why)
    control_id = f"{at:%y%m%d%H%M%S%f}"
    return hl7v2.acknowledge(message, code, at=at, control_id=control_id, errors=[detail])


def _location(where: str) -> str:
    """Return `PID^1^3` for `PID-3`, as type ERL writes it."""
    found = _PLACE.match(where)
    if found is None:
        return where
    return f"{found['segment']}^1^{found['field']}" + (f"^1^{found['component']}" if found["component"] else "")
