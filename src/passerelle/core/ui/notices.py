"""What every page must say while it lasts: an open door, somebody else's space."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.http import HttpRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One sentence on top of every page of a viewer, with a link and a button.

    Attributes:
        kind: attention, info, danger or done.
        form_url: where the button posts; "" for no button.
    """

    title: str
    text: str = ""
    kind: str = "attention"
    url: str = ""
    action: str = ""
    form_url: str = ""
    form_label: str = ""


Provider = Callable[[HttpRequest], Sequence[Notice]]
_providers: dict[str, Provider] = {}


def register_notices(name: str, provider: Provider) -> None:
    """Ask `provider` on every page of who is signed in; the same name again replaces it."""
    _providers[name] = provider


def notices_of(request: HttpRequest) -> list[Notice]:
    """Return what this page must say, in the order of the names."""
    return [notice for name in sorted(_providers) for notice in _providers[name](request)]
