"""The pages of the desk, side by side."""

from dataclasses import dataclass
from typing import Final

from django.urls import reverse


@dataclass(frozen=True, slots=True)
class Tab:
    """A page of the bar."""

    label: str
    url: str
    is_current: bool


_DESK: Final = (
    ("Agendas", "agendas"),
    ("Donner un rendez-vous", "give"),
    ("Liste d’attente", "waiting"),
)


def desk_tabs(current: str) -> list[Tab]:
    """Return the bar of the desk; `current` is the URL name of the page."""
    return [Tab(label, reverse(f"appointments:{name}"), name == current) for label, name in _DESK]
