"""The gateways of this installation: what the environment declares (docs/reference/settings.md)."""

from dataclasses import dataclass
from typing import Final

from django.conf import settings

from passerelle.core.notify.models import Channel

_SMTPS: Final = 465


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """One gateway. `per_second`: how many messages it may be given; `gives_receipts`: it says what became of each."""

    code: str
    channel: str
    label: str
    per_second: float
    timeout_s: float = 10.0
    threads: int = 8
    batch: int = 50
    gives_receipts: bool = False
    is_simulator: bool = False

    @property
    def lease_s(self) -> float:
        """How long a batch may take before it is held that its sender is dead."""
        return self.timeout_s * -(-self.batch // self.threads) + 60.0


def declared() -> list[Declared]:
    """Return the gateways that have an address; a channel without one keeps its messages until they expire."""
    found = []
    sms = settings.SMS_GATEWAY
    if sms["address"]:
        found.append(
            Declared(
                code="sms",
                channel=Channel.SMS,
                label="Passerelle SMS",
                per_second=float(sms["per_second"]),
                timeout_s=float(sms["timeout_s"]),
                gives_receipts=bool(sms["callback"]),
                is_simulator=settings.DEMO,
            )
        )
    if settings.EMAIL_HOST:
        found.append(
            Declared(
                code="email",
                channel=Channel.EMAIL,
                label="Courrier électronique",
                per_second=float(settings.EMAIL_PER_SECOND),
                timeout_s=float(settings.EMAIL_TIMEOUT),
                threads=2,
                batch=20,
            )
        )
    return found


def smtp_is_implicit_tls() -> bool:
    return int(settings.EMAIL_PORT) == _SMTPS
