"""The door of delivery: what other packages and the command line may import."""

from passerelle.care.delivery.sending.process import Sender
from passerelle.care.delivery.services.publishing import publish

__all__ = [
    "Sender",
    "publish",
]
