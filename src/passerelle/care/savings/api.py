"""The door of savings."""

from passerelle.care.savings.counting import register_acts
from passerelle.care.savings.rules.estimate import months_until
from passerelle.care.savings.selectors.minutes import Estimate, minutes
from passerelle.care.savings.services.counts import count_month
from passerelle.care.savings.services.entries import AlreadyEntered, NoSuchAct, enter_hours, enter_timing

__all__ = [
    "AlreadyEntered",
    "Estimate",
    "NoSuchAct",
    "count_month",
    "enter_hours",
    "enter_timing",
    "minutes",
    "months_until",
    "register_acts",
]
