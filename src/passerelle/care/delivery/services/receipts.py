"""What follows from a settled item: the business acknowledgements that its sender asked for."""

from datetime import datetime

from passerelle.care.delivery.rules.answering import Answer
from passerelle.care.delivery.rules.outcomes import Fate
from passerelle.care.delivery.transports.parcel import Parcel


def after_settling(parcel: Parcel, fate: Fate, answer: Answer, *, at: datetime) -> None:
    """Do what the settling of an item calls for, in its transaction."""
