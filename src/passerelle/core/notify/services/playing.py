from datetime import datetime
from uuid import uuid4

from passerelle.core.notify.models import SimulatedMessage
from passerelle.core.notify.services.hearing import take_answer


def write_from_phone(*, number: str, text: str, at: datetime) -> None:
    """Write back from a phone of the demonstration, as if the gateway had brought it."""
    SimulatedMessage.objects.create(number=number, text=text, is_from_phone=True, at=at)
    take_answer(sender=number, text=text, at=at, reference=f"demonstration:{uuid4()}")
