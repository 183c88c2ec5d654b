"""The short way of whoever bears a token to the FHIR interface: what serves sessions, forms and pages is not for them.

Everything else, and every view that is not declared public, goes the whole way of `settings.MIDDLEWARE`. What answers
look like is the same on both ways (`tests/test_door.py`). See ADR 0016.
"""

import time
from collections.abc import Callable, Iterable
from functools import lru_cache
from io import BytesIO
from typing import Any, Final, NamedTuple, TypeAlias, cast
from uuid import UUID

from csp.middleware import CSPMiddleware
from django.core.handlers.exception import convert_exception_to_response
from django.core.handlers.wsgi import WSGIRequest, get_script_name
from django.db import close_old_connections, connection
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.middleware.clickjacking import XFrameOptionsMiddleware
from django.middleware.security import SecurityMiddleware
from django.urls import Resolver404, resolve, set_script_prefix

from passerelle.core.access import api as access
from passerelle.core.access.api import AuthenticatedRequest, Viewer
from passerelle.core.oauth.middleware import BEARER, is_fhir, token_of
from passerelle.core.oauth.selectors.bearers import bearer

Environ: TypeAlias = dict[str, Any]
Application: TypeAlias = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]
_TENDED_EVERY_S: Final = 1.0


class _Way(NamedTuple):
    """A view, and which part of the path each of its arguments is."""

    view: Callable[..., HttpResponseBase]
    names: tuple[str | None, ...]


class Door:
    """A WSGI application in front of another one, which takes all that is not for the short way."""

    def __init__(self, pages: Application) -> None:
        self._pages = pages
        self._answer = cast("Callable[[HttpRequest], HttpResponseBase]", convert_exception_to_response(_answer))

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        token = token_of(environ.get("HTTP_AUTHORIZATION", ""))
        if token is None or not is_fhir(str(environ.get("PATH_INFO", ""))):
            return self._pages(environ, start_response)
        request = cast("AuthenticatedRequest", WSGIRequest(environ))
        found = _found(request.path_info)
        if found is None:
            return self._pages(environ, start_response)
        set_script_prefix(get_script_name(environ))
        request.short_way = (token, *found)  # type: ignore[attr-defined]  # ours, for `_answer`
        response = self._answer(request)
        headers = [*response.items(), *(("Set-Cookie", one.OutputString()) for one in response.cookies.values())]
        common = _common_headers(is_secure=request.is_secure())
        headers += (one for one in common if not response.has_header(one[0]))
        start_response(f"{response.status_code} {response.reason_phrase}", headers)
        return cast("Iterable[bytes]", response) if response.streaming else [cast("HttpResponse", response).content]


def _answer(request: HttpRequest) -> HttpResponseBase:
    """Call the view for the viewer of the token, behind the second wall."""
    token, view, kwargs = request.short_way  # type: ignore[attr-defined]  # put there by the door
    _tend()
    request.get_host()  # a host that is not ours is refused here, as everywhere
    viewer: Viewer = bearer(token)
    cast("AuthenticatedRequest", request).viewer = viewer
    try:
        with access.behind(lambda: viewer):
            response = view(request, **kwargs)
    except access.AccessRefused as refusal:
        raise Http404 from refusal
    return _dressed(response, viewer)


def _dressed(response: HttpResponseBase, viewer: Viewer) -> HttpResponseBase:
    if response.status_code == 401:
        response["WWW-Authenticate"] = BEARER
    if not viewer.is_anonymous and not response.has_header("Cache-Control"):
        response["Cache-Control"] = "private, no-store"
    if not response.streaming and not response.has_header("Content-Length"):
        response["Content-Length"] = str(len(cast("HttpResponse", response).content))
    return response


@lru_cache(maxsize=2)
def _common_headers(*, is_secure: bool) -> tuple[tuple[str, str], ...]:
    """Return the headers that the middleware of pages puts on every answer: asked of it, once."""
    scheme, port = ("https", "443") if is_secure else ("http", "80")
    told = {"REQUEST_METHOD": "GET", "SERVER_NAME": "localhost", "SERVER_PORT": port, "wsgi.input": BytesIO()}
    request = WSGIRequest({**told, "wsgi.url_scheme": scheme})
    handler: Callable[[HttpRequest], HttpResponseBase] = lambda _: HttpResponse()  # noqa: E731
    for middleware in (XFrameOptionsMiddleware, CSPMiddleware, SecurityMiddleware):
        handler = cast("Callable[[HttpRequest], HttpResponseBase]", middleware(handler))
    return tuple((name, value) for name, value in handler(request).items() if name != "Content-Type")


def _found(path: str) -> tuple[Callable[..., HttpResponseBase], dict[str, Any]] | None:
    """Return the view of a path with its arguments; None when the path is for the whole way."""
    parts = path.strip("/").split("/")[1:]
    if len(parts) == 2 and _is_id(parts[1]) and not path.endswith("/"):
        way = _way_of_ids(parts[0], path.rpartition("/")[0])
        if way is None:
            return None
        return way.view, {name: part for name, part in zip(way.names, parts, strict=True) if name is not None}
    if len(parts) == 1 and parts[0].isalpha() and parts[0].isascii():
        return _of_a_type(path)
    return _resolved(path)


@lru_cache(maxsize=512)
def _of_a_type(path: str) -> tuple[Callable[..., HttpResponseBase], dict[str, Any]] | None:
    return _resolved(path)


def _resolved(path: str) -> tuple[Callable[..., HttpResponseBase], dict[str, Any]] | None:
    try:
        match = resolve(path)
    except Resolver404:
        return None
    rule = access.rule_of(match.func)
    if rule is None or not rule.public or match.args:
        return None
    return match.func, match.kwargs


@lru_cache(maxsize=512)
def _way_of_ids(type_: str, folder: str) -> _Way | None:
    """Return the way to whatever has an id in a folder: all ids lead to one view."""
    if not type_.isalpha():  # no type; an id in its place would be taken for the other
        return None
    id_ = str(UUID(int=0))
    found = _resolved(f"{folder}/{id_}")
    if found is None:
        return None
    view, kwargs = found
    named = {value: name for name, value in kwargs.items()}
    return _Way(view, (named.get(type_), named.get(id_)))


def _is_id(text: str) -> bool:
    return len(text) == 36 and text.count("-") == 4 and text.replace("-", "").isalnum() and text.isascii()


def _tend() -> None:
    """Look at the connection of this thread once a second, or after an error: it may be too old, or dead."""
    if connection.in_atomic_block:
        return
    now = time.monotonic()
    tended = getattr(connection, "passerelle_tended", 0.0)
    if now - tended < _TENDED_EVERY_S and not connection.errors_occurred:
        return
    connection.passerelle_tended = now  # type: ignore[attr-defined]  # ours
    close_old_connections()
    connection.close_if_health_check_failed()
