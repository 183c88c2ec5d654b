"""Two gates after that of `access`: who bears a token on the FHIR interface, and how old the proof of a session is."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any, cast
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.utils.functional import SimpleLazyObject

from passerelle.core.access import api as access
from passerelle.core.access.api import ANONYMOUS, AuthenticatedRequest, Viewer
from passerelle.core.oauth.demands import demand_of
from passerelle.core.oauth.rules.assurance import Demand
from passerelle.core.oauth.selectors.bearers import bearer

FHIR = "/fhir"
#: What is told to whoever bears a token that is worth nothing.
BEARER = 'Bearer realm="Passerelle", error="invalid_token"'
_SCHEME = "bearer "


class BearerMiddleware:
    """On the FHIR interface, and there only, whoever bears a token is who it says, never the cookie beside it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        token = borne_token(request)
        if token is None and not _is_forged(request):
            return self.get_response(request)
        found: list[Viewer] = []

        def viewer() -> Viewer:
            found.append(bearer(token) if token else ANONYMOUS)
            return found[0]

        cast("AuthenticatedRequest", request).viewer = cast("Viewer", SimpleLazyObject(viewer))
        response = self.get_response(request)
        if response.status_code == HTTPStatus.UNAUTHORIZED:
            response["WWW-Authenticate"] = BEARER
        if found and not found[0].is_anonymous and not response.has_header("Cache-Control"):
            patch_cache_control(response, private=True, no_store=True)
        return response


def is_fhir(path: str) -> bool:
    """Tell whether a path is of the FHIR interface."""
    return path == FHIR or path.startswith(f"{FHIR}/")


def _is_forged(request: HttpRequest) -> bool:
    """Tell whether another site makes a browser write to the FHIR interface, where no form carries a token of ours."""
    if request.method in {"GET", "HEAD", "OPTIONS"} or not is_fhir(request.path_info):
        return False
    origin = request.headers.get("Origin")
    is_elsewhere = origin is not None and origin != f"{request.scheme}://{request.get_host()}"
    return is_elsewhere or request.headers.get("Sec-Fetch-Site", "same-origin") not in {"same-origin", "none"}


def borne_token(request: HttpRequest) -> str | None:
    """Return the token a request to the FHIR interface bears, None when it bears none or goes elsewhere."""
    if not is_fhir(request.path_info):
        return None
    return token_of(request.headers.get("Authorization", ""))


def token_of(told: str) -> str | None:
    """Return the token that an `Authorization` header tells, None when it is of another scheme."""
    return told[len(_SCHEME) :].strip() if told[: len(_SCHEME)].lower() == _SCHEME else None


class FreshProofMiddleware:
    """Some acts ask who one is again when the proof of the session is old: the table `assurance.yaml` says which."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> HttpResponseBase | None:
        """Lead to the page of proof when the view about to be called demands it."""
        del view, args, kwargs
        match = request.resolver_match
        demand = demand_of(match.view_name, request.method or "") if match is not None else None
        if demand is None or not isinstance(request.user, access.Account):
            return None
        if demand.is_met(access.last_proof(request, request.user), timezone.now()):
            return None
        return _to_proof(request, demand)


def _to_proof(request: HttpRequest, demand: Demand) -> HttpResponseBase:
    if "json" in request.headers.get("Accept", "") and "html" not in request.headers.get("Accept", ""):
        challenge = f'Session realm="Passerelle", max_age={int(demand.max_age.total_seconds())}'
        return HttpResponse(status=HTTPStatus.UNAUTHORIZED, headers={"WWW-Authenticate": challenge})
    came_from = request.headers.get("Referer", "") if request.method != "GET" else request.get_full_path()
    address = reverse("oauth:prove") + "?" + urlencode({"next": came_from, "pour": demand.operation})
    if request.headers.get("HX-Request") == "true":
        return HttpResponse(headers={"HX-Redirect": address})
    return HttpResponseRedirect(address)
