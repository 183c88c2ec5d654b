"""Going anywhere by typing a few letters: the doors this viewer may open, and the lists a package lets one search."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.urls import NoReverseMatch, reverse

from passerelle.core.ui.french import folded
from passerelle.core.ui.navigation import PROFESSIONAL_SPACES, Viewer, links

_MOST: Final = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One place to go: its name, its address, a word that tells it from its namesakes; `field`: `text` goes by POST."""

    label: str
    url: str
    hint: str = ""
    icon: str = "list"
    field: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finder:
    """Objects that a package lets one reach by name.

    Attributes:
        title: what they are, in the plural, in French.
        find: gives at most a few for a viewer and a text; asks only what this viewer may see, writes nothing.
        kind: of resource; with `action`, what the viewer must be allowed.
    """

    title: str
    find: Callable[[Any, str, datetime], Sequence[Found]]
    kind: Any
    action: Any
    order: int = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class ListSearch:
    """A page that searches: « Chercher le patient … » leads to it with the text already typed, by POST.

    `field` is the name of its field; what is typed may be a name or a number, and stays out of addresses.
    """

    label: str
    url_name: str
    field: str
    kind: Any
    action: Any
    order: int = 50


@dataclass(frozen=True, slots=True)
class Group:
    """What was found of one sort."""

    title: str
    found: tuple[Found, ...]


_finders: dict[str, Finder] = {}
_searches: dict[str, ListSearch] = {}


def register_finder(finder: Finder) -> None:
    """Let objects be reached by name; the same title again replaces it."""
    _finders[finder.title] = finder


def register_list_search(search: ListSearch) -> None:
    """Let a page that searches be reached with a text; the same page again replaces it."""
    _searches[search.url_name] = search


def places_for(viewer: Viewer, text: str, *, at: datetime) -> list[Group]:
    """Return where a viewer may go for a text: pages, then searches, then objects; every page when nothing is typed."""
    groups = [Group("Pages", tuple(_pages(viewer, text)))]
    if text.strip():
        groups.append(Group("Chercher", tuple(_asked(viewer, text.strip()))))
        groups += [Group(one.title, tuple(one.find(viewer, text.strip(), at)[:_MOST])) for one in _open(viewer)]
    return [group for group in groups if group.found]


def _pages(viewer: Viewer, text: str) -> Iterator[Found]:
    words = folded(text).split()
    seen = set()
    for space in PROFESSIONAL_SPACES:
        for link in links(space, viewer, ""):
            held = folded(f"{link.label} {link.summary}")
            if link.url not in seen and all(word in held for word in words):
                seen.add(link.url)
                yield Found(label=link.label, url=link.url, hint=space.label, icon=link.icon)


def _asked(viewer: Viewer, text: str) -> Iterator[Found]:
    for search in sorted(_searches.values(), key=lambda one: (one.order, one.label)):
        if not viewer.may(search.kind, search.action):
            continue
        try:
            url = reverse(search.url_name)
        except NoReverseMatch:
            continue
        label = f"{search.label} «\u00a0{text}\u00a0»"
        yield Found(label=label, url=url, icon="search", field=search.field, text=text)


def _open(viewer: Viewer) -> list[Finder]:
    allowed = (one for one in _finders.values() if viewer.may(one.kind, one.action))
    return sorted(allowed, key=lambda one: (one.order, one.title))
