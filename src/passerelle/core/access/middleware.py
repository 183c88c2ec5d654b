"""The gate: sets `request.viewer`, asks the view's rule, and makes every refusal look like a missing page."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, cast
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth import logout
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.utils.functional import SimpleLazyObject
from django.views.defaults import page_not_found

from passerelle.core.access.guards import AccessRule, rule_of
from passerelle.core.access.models import Account
from passerelle.core.access.selectors import viewer_of
from passerelle.core.access.services.checks import AccessRefused
from passerelle.core.access.sessions import (
    capacity_of,
    federation_of,
    has_other_factor,
    has_second_factor,
    limited_to,
    used_two_factors,
)
from passerelle.core.access.viewer import ANONYMOUS, AuthenticatedRequest, Viewer
from passerelle.core.access.walls import behind


class ViewerMiddleware:
    """Refuses a view that declares no rule, a viewer the rule does not name, and a session with one factor."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        known: list[Viewer] = []

        def viewer() -> Viewer:
            known.append(_viewer(request))
            return known[0]

        cast("AuthenticatedRequest", request).viewer = cast("Viewer", SimpleLazyObject(viewer))
        with behind(lambda: cast("AuthenticatedRequest", request).viewer):
            response = self.get_response(request)
        if known and not known[0].is_anonymous and not response.has_header("Cache-Control"):
            patch_cache_control(response, private=True, no_store=True)
        return response

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> HttpResponseBase | None:
        """Apply the rule of the view about to be called."""
        del args, kwargs
        rule = rule_of(view)
        if rule is None:
            return _missing(request)
        if rule.public:
            return None
        viewer = cast("AuthenticatedRequest", request).viewer
        if viewer.is_anonymous:
            return _to_sign_in(request)
        if not viewer.second_factor:
            return _enrol_first(request, rule)
        return None if _names(rule, viewer) else _missing(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponseBase | None:
        """Show a refusal as a page that does not exist, and what does not exist as a refusal."""
        return _missing(request) if isinstance(exception, AccessRefused | Http404) else None


def _viewer(request: HttpRequest) -> Viewer:
    account = request.user
    if not isinstance(account, Account) or (account.is_demo_persona and not settings.DEMO):
        return ANONYMOUS
    viewer = viewer_of(account, on=timezone.localdate(), second_factor=used_two_factors(request, account))
    return replace(viewer, assignments=limited_to(viewer.assignments, *capacity_of(request)))


def _names(rule: AccessRule, viewer: Viewer) -> bool:
    return rule.kind is None or rule.act is None or viewer.may(rule.kind, rule.act)


def _enrol_first(request: HttpRequest, rule: AccessRule) -> HttpResponseBase | None:
    """Lead to the second factor when the account has one, to enrolment when it has none.

    Our own sign-in asks for codes and keys before it opens a session: one that is older starts again.
    """
    account = cast("Account", request.user)
    is_strong, came_by = has_second_factor(account), federation_of(request)
    if is_strong and came_by is None:
        logout(request)
        return _to_sign_in(request)
    if is_strong or has_other_factor(account):
        query = "?" + urlencode({"next": request.get_full_path()}) if request.method == "GET" else ""
        return None if rule.is_second_step else _redirect(request, reverse("oauth:second_step") + query)
    return None if rule.is_enrolment else _redirect(request, reverse("access:second_factor"))


def _missing(request: HttpRequest) -> HttpResponse:
    request.resolver_match = None  # the frame of the page must not tell which package would have answered
    return page_not_found(request, Http404())


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    if _wants_no_page(request):
        return HttpResponse(status=401, headers={"WWW-Authenticate": 'Session realm="Passerelle"'})
    query = "?" + urlencode({"next": request.get_full_path()}) if request.method == "GET" else ""
    return _redirect(request, reverse("account_login") + query)


def _redirect(request: HttpRequest, address: str) -> HttpResponse:
    if request.headers.get("HX-Request") == "true":
        return HttpResponse(headers={"HX-Redirect": address})
    return HttpResponseRedirect(address)


def _wants_no_page(request: HttpRequest) -> bool:
    accepted = request.headers.get("Accept", "")
    return "json" in accepted and "html" not in accepted
