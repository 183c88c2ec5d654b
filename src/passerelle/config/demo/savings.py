"""The hours of paper work that the demonstration supposes, and the acts of its last year counted. Fictitious."""

from datetime import date, datetime
from typing import Final

from passerelle.care.savings import api as savings
from passerelle.core.audit.api import Actor

_CELL: Final = Actor(account_id=None, name="Territoire de démonstration", role="cell")
_SOURCE: Final = "Valeur fictive de la démonstration"
# Hours a month of paper work without the patient; the other establishments entered none yet, and the page says so.
_HOURS: Final = {"aphm": 21_000, "chiap": 4_200, "arles": 2_100, "martigues": 1_900, "salon": 1_600, "aubagne": 1_400}
_MONTHS: Final = 12


def count_what_was_saved(*, today: date, at: datetime) -> None:
    """Enter the hours, then count the months as each night would have."""
    months = savings.months_until(today, _MONTHS)
    for establishment, hours in _HOURS.items():
        savings.enter_hours(establishment, hours=hours, since=months[0], source=_SOURCE, by=_CELL, at=at)
    for month in months:
        savings.count_month(month, at=at)
