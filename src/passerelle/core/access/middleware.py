"""The gate: sets `request.viewer`, asks the view's rule, and makes every refusal look like a missing page."""

from collections.abc import Callable
from typing import Any, cast
from urllib.parse import urlencode

from allauth.account.authentication import get_authentication_records
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.views.defaults import page_not_found

from passerelle.core.access.guards import AccessRule, rule_of
from passerelle.core.access.models import Account
from passerelle.core.access.selectors import viewer_of
from passerelle.core.access.services import AccessRefused
from passerelle.core.access.viewer import ANONYMOUS, AuthenticatedRequest, Viewer

SECOND_FACTOR_KEY = "passerelle_second_factor"


class ViewerMiddleware:
    """Refuses a view that declares no rule, a viewer the rule does not name, and a session with one factor."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        cast("AuthenticatedRequest", request).viewer = cast("Viewer", SimpleLazyObject(lambda: _viewer(request)))
        return self.get_response(request)

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
        if not viewer.second_factor and not rule.is_enrolment:
            return HttpResponseRedirect(reverse("access:second_factor"))
        return None if _names(rule, viewer) else _missing(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponseBase | None:
        """Show a refusal as a page that does not exist."""
        return _missing(request) if isinstance(exception, AccessRefused) else None


def _viewer(request: HttpRequest) -> Viewer:
    account = request.user
    if not isinstance(account, Account):
        return ANONYMOUS
    return viewer_of(account, on=timezone.localdate(), second_factor=_used_two_factors(request, account))


def _used_two_factors(request: HttpRequest, account: Account) -> bool:
    if request.session.get(SECOND_FACTOR_KEY) == str(account.pk):
        return True
    return any(record.get("method") == "mfa" for record in get_authentication_records(request, account))


def _names(rule: AccessRule, viewer: Viewer) -> bool:
    return rule.kind is None or rule.act is None or viewer.may(rule.kind, rule.act)


def _missing(request: HttpRequest) -> HttpResponse:
    return page_not_found(request, Http404())


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    query = urlencode({"next": request.get_full_path()}) if request.method == "GET" else ""
    return HttpResponseRedirect(reverse("account_login") + (f"?{query}" if query else ""))
