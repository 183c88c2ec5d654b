"""Where the codes of an account go, and whether one is under way."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from passerelle.core.notify import api as notify
from passerelle.core.oauth.models import ContactFactor, SentCode


@dataclass(frozen=True, slots=True)
class Way:
    """Where codes go; `shown` hides all but the end of the number, or the beginning of the address."""

    channel: str
    address: str

    @property
    def shown(self) -> str:
        if self.channel == "sms":
            return f"le numéro qui finit par {notify.ending_of(self.address)}"
        name, _, domain = self.address.partition("@")
        return f"l’adresse {name[:2]}…@{domain}"


def way_of(account_id: UUID) -> Way | None:
    """Return where the codes of an account go, None when they go nowhere."""
    found = ContactFactor.objects.filter(account_id=account_id).first()
    return Way(found.channel, found.address) if found else None


def under_way(account_id: UUID, *, at: datetime) -> Way | None:
    """Return where a code that still serves was sent, None when none was."""
    last = SentCode.objects.filter(account_id=account_id).order_by("-sent_at", "pk").first()
    is_good = last is not None and last.used_at is None and at < last.expires_at
    return Way(last.channel, last.address) if last is not None and is_good else None


def has_way(account_id: UUID) -> bool:
    """Tell whether codes may be sent to an account."""
    return ContactFactor.objects.filter(account_id=account_id).exists()
