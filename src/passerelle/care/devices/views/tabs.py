"""The tabs of the team's pages."""

from dataclasses import dataclass

from django.urls import reverse

from passerelle.care.devices.selectors import guarding
from passerelle.core.access.api import Viewer
from passerelle.core.directory import api as directory

_TABS = (
    ("alerts", "Alertes"),
    ("monitored", "Personnes suivies"),
    ("fleet", "Appareils"),
    ("held", "À vérifier"),
    ("recipients", "Qui est prévenu"),
)


@dataclass(frozen=True, slots=True)
class Tab:
    """One tab."""

    label: str
    url: str
    is_current: bool


def team_tabs(current: str) -> list[Tab]:
    return [Tab(label, reverse(f"devices:{name}"), name == current) for name, label in _TABS]


def places(viewer: Viewer) -> list[tuple[str, str]]:
    """Return the establishments where the viewer gives care, as choices of a form."""
    held = guarding.places_of(viewer)
    return [(one.code, one.short_name) for one in directory.establishments(with_test=True) if one.code in held]
