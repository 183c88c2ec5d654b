"""The hours of paper work that the demonstration supposes, and the acts of its last year counted. Fictitious."""

from datetime import date, datetime
from typing import Final

from passerelle.care.savings import api as savings
from passerelle.core.audit.api import Actor

_CELL: Final = Actor(account_id=None, name="Territoire de démonstration", role="cell")
_SOURCE: Final = "Valeur fictive, à l’échelle de la population de démonstration"
# Hours a month of paper work without the patient, at the scale of the invented population (20,000 persons); the other
# establishments entered none yet, and the page says so.
_HOURS: Final = {"aphm": 210, "chiap": 38, "arles": 14, "martigues": 22, "salon": 15, "aubagne": 17}
_MONTHS: Final = 12


def count_what_was_saved(*, today: date, at: datetime) -> None:
    """Enter the hours, then count the months as each night would have."""
    months = savings.months_until(today, _MONTHS)
    for establishment, hours in _HOURS.items():
        savings.enter_hours(establishment, hours=hours, since=months[0], source=_SOURCE, by=_CELL, at=at)
    for month in months:
        savings.count_month(month, at=at)
