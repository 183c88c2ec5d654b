"""The tabs of the two sides."""

from dataclasses import dataclass

from django.urls import reverse


@dataclass(frozen=True, slots=True)
class Tab:
    """A page beside this one."""

    label: str
    url: str
    is_current: bool


_HOSPITAL = (
    ("worklist", "À faire"),
    ("referrals", "Adressages reçus"),
    ("mails", "Courriels reçus"),
    ("board", "Tableau de bord"),
)
_TOWN = (("patients", "Mes patients"), ("referrals", "Mes adressages"), ("settings", "Mes réglages"))


def hospital_tabs(current: str) -> list[Tab]:
    """Return the tabs of the hospital's side."""
    return [Tab(label, reverse(f"liaison:{name}"), name == current) for name, label in _HOSPITAL]


def town_tabs(current: str) -> list[Tab]:
    """Return the tabs of the town doctor."""
    return [Tab(label, reverse(f"ville:{name}"), name == current) for name, label in _TOWN]
