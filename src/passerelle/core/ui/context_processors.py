"""What every page knows of its frame."""

from typing import Any, cast

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from passerelle.core.ui.navigation import (
    PROFESSIONAL_SPACES,
    Space,
    Viewer,
    entries_of,
    links,
    space_of_page,
    spaces_of,
)
from passerelle.core.ui.notices import notices_of

THEMES = {"auto": "Automatique", "light": "Clair", "dark": "Sombre"}
THEME_COOKIE = "theme"
_SIGN_IN = ("access:sign_in", "account_login")
_OFFER_THEMSELVES = {"ui:home", *_SIGN_IN}
_SIGN_OUT = ("access:sign_out", "account_logout")
_ACCOUNT = ("access:account", "mfa_index")
_OWN_PAGES = {"ui:soins": Space.CARE, "ui:pilotage": Space.STEERING}


def shell(request: HttpRequest) -> dict[str, Any]:
    viewer = viewer_of(request)
    match = request.resolver_match
    current = match.view_name if match else ""
    spaces = spaces_of(viewer) if viewer else []
    space = _space(request, current, spaces)
    return {
        "space": space,
        "spaces": [{"name": each, "label": each.label, "url": home_of(each)} for each in Space if each in spaces],
        "navigation": links(space, viewer, current, request.path) if viewer else [],
        "viewer": viewer,
        "notices": notices_of(request) if viewer else [],
        "is_dense": space in PROFESSIONAL_SPACES,
        "session_seconds": getattr(request, "session_seconds", 0) if viewer else 0,
        "theme": theme_of(request),
        "themes": THEMES,
        "is_demonstration": bool(settings.DEMO),
        "sign_in_url": first_url(*_SIGN_IN),
        "offers_sign_in": viewer is None and current not in _OFFER_THEMSELVES,
        "sign_out_url": first_url(*_SIGN_OUT),
        "account_url": first_url(*_ACCOUNT),
    }


def viewer_of(request: HttpRequest) -> Viewer | None:
    """Return who is looking, or None for a visitor who has not signed in."""
    viewer = cast("Viewer | None", getattr(request, "viewer", None))
    return viewer if viewer is not None and any(True for _ in viewer.roles) else None


def home_of(space: Space) -> str:
    """Return the address a space opens on: its landing page, or the first page registered in the patient's space."""
    names = [name for name, own in _OWN_PAGES.items() if own is space] or [each.url_name for each in entries_of(space)]
    return first_url(*names) or reverse("ui:home")


def theme_of(request: HttpRequest) -> str:
    chosen = request.COOKIES.get(THEME_COOKIE, "auto")
    return chosen if chosen in THEMES else "auto"


def _space(request: HttpRequest, current: str, spaces: list[Space]) -> Space:
    """Return the space of this page; a view may say it itself by `request.space`."""
    said = getattr(request, "space", None) or _OWN_PAGES.get(current)
    return Space(said) if said else space_of_page(current, spaces)


def first_url(*names: str) -> str:
    """Return the address of the first of these pages that exists, or an empty text."""
    for name in names:
        try:
            return reverse(name)
        except NoReverseMatch:
            continue
    return ""
