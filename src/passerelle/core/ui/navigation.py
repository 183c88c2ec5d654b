"""What the packages above put in the navigation, and what of it a viewer sees."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from django.urls import NoReverseMatch, reverse


class Space(StrEnum):
    """Where the viewer is: one of three spaces, or the entry they share."""

    PATIENT = "patient"
    CARE = "soins"
    STEERING = "pilotage"
    ENTRY = "accueil"

    @property
    def label(self) -> str:
        return _LABELS[self]


_LABELS = {
    Space.PATIENT: "Mon espace",
    Space.CARE: "Soins",
    Space.STEERING: "Pilotage",
    Space.ENTRY: "Accueil",
}
PROFESSIONAL_SPACES = (Space.CARE, Space.STEERING)
_STEERING_ROLES = {
    "pilot",
    "committee_member",
    "director",
    "cell",
    "fund_manager",
    "researcher",
    "dpo",
    "security_officer",
    "operator",
}


class Viewer(Protocol):
    """What the shell asks of `request.viewer`."""

    @property
    def name(self) -> str: ...

    @property
    def roles(self) -> Iterable[Any]: ...

    def may(self, kind: Any, act: Any, /) -> bool: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Awaiting:
    """One thing that awaits a viewer, as a sentence, and the page where it is done."""

    sentence: str
    url: str
    action: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NavEntry:
    """A door of the navigation.

    Attributes:
        label: what the reader sees, in French.
        url_name: a URL without argument, `package:page`.
        icon: a name of the sprite.
        kind: of resource; with `action`, what the viewer must be allowed. None: whoever is in the space.
        summary: one sentence for the tile of the landing page.
        awaits: what awaits this viewer there at this moment; asked on the landing page only.
    """

    label: str
    url_name: str
    icon: str = "list"
    kind: Any = None
    action: Any = None
    order: int = 50
    summary: str = ""
    awaits: Callable[[Any, datetime], Sequence[Awaiting]] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NavLink:
    """A door this viewer may open, as shown on this page."""

    label: str
    url: str
    icon: str
    summary: str
    is_current: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """A door on the landing page of a space, with what awaits the viewer behind it."""

    link: NavLink
    awaiting: tuple[Awaiting, ...]


_entries: dict[Space, dict[str, NavEntry]] = {space: {} for space in Space}


def register_navigation(space: str, entry: NavEntry) -> None:
    """Put an entry in the navigation of a space; the same URL again replaces it."""
    _entries[Space(space)][entry.url_name] = entry


def entries_of(space: Space) -> list[NavEntry]:
    return sorted(_entries[space].values(), key=lambda entry: (entry.order, entry.label, entry.url_name))


def links(space: Space, viewer: Viewer, current: str, path: str = "") -> list[NavLink]:
    """Return what `viewer` may open in `space`; `current` and `path` are the URL name and the address of this page."""
    return [link for _, link in _open_doors(space, viewer, current, path)]


def tiles(space: Space, viewer: Viewer, *, at: datetime) -> list[Tile]:
    """Return the same doors with what awaits the viewer behind each."""
    return [
        Tile(link=link, awaiting=tuple(entry.awaits(viewer, at)) if entry.awaits else ())
        for entry, link in _open_doors(space, viewer, "")
    ]


def _open_doors(space: Space, viewer: Viewer, current: str, path: str = "") -> Iterator[tuple[NavEntry, NavLink]]:
    nearest = _nearest(space, current, path)
    for entry in entries_of(space):
        url = _url_of(entry.url_name)
        if not url or not is_visible(entry, viewer):
            continue
        is_current = entry.url_name == nearest
        yield (
            entry,
            NavLink(label=entry.label, url=url, icon=entry.icon, summary=entry.summary, is_current=is_current),
        )


def is_visible(entry: NavEntry, viewer: Viewer) -> bool:
    return entry.kind is None or viewer.may(entry.kind, entry.action)


def _nearest(space: Space, current: str, path: str) -> str:
    """Return the door of a page: its own, that of its list (`stay`, `stays`), the nearest above its address."""
    package = current.partition(":")[0]
    names = [name for name in _entries[space] if name.partition(":")[0] == package]
    own = next((name for name in (current, f"{current}s") if name in names), "")
    above = {name: url for name in names if (url := _url_of(name)) and path.startswith(url)}
    return own or max(above, key=lambda name: len(above[name]), default=names[0] if names else "")


def _url_of(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


def spaces_of(viewer: Viewer) -> list[Space]:
    """Return the spaces open to this viewer, the usual one first."""
    roles = {str(getattr(role, "value", role)) for role in viewer.roles}
    spaces = [Space.PATIENT] if "patient" in roles else []
    professional = roles - {"patient"}
    if professional:
        usual = sorted(
            PROFESSIONAL_SPACES, key=lambda space: (space is Space.STEERING) != bool(professional & _STEERING_ROLES)
        )
        spaces += [space for space in usual if _holds_something(space, viewer)] or usual[:1]
    return spaces


def _holds_something(space: Space, viewer: Viewer) -> bool:
    """Say whether a door of this space is this viewer's own: those open to everybody do not make a space."""
    return any(entry.kind is not None and is_visible(entry, viewer) for entry in entries_of(space))


def space_of_page(current: str, spaces: list[Space]) -> Space:
    """Return the space this page belongs to: where its URL, or its package, is registered; else the usual one."""
    package = current.partition(":")[0]
    for space in spaces:
        if current in _entries[space]:
            return space
    for space in spaces:
        if any(name.partition(":")[0] == package for name in _entries[space]):
            return space
    return spaces[0] if spaces else Space.ENTRY
