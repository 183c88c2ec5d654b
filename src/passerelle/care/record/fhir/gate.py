"""What every interaction goes through: method, format, viewer, and the shape of refusals.

The views are declared public because a refusal here is an OperationOutcome, not a page: the gate itself asks for a
viewer signed in with two factors, and each interaction asks the access decision.
"""

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import Any, TypeAlias

from django.http import HttpResponse
from django.views.decorators.csrf import csrf_exempt

from passerelle.care.record.fhir.answers import Refusal, not_found, outcome
from passerelle.care.record.rules.parameters import TYPES
from passerelle.care.record.selectors.clauses import SearchError
from passerelle.core.access import api as access
from passerelle.core.access.api import AuthenticatedRequest

View: TypeAlias = Callable[..., HttpResponse]
JSON = frozenset({"json", "application/json", "application/fhir+json", "text/json"})
_ANY = {"*/*", "application/*", ""}


def interaction(*methods: str, is_open: bool = False, any_format: bool = False) -> Callable[[View], View]:
    """Guard an interaction: these methods only, JSON only, and a viewer with two factors unless it `is_open`.

    `any_format` is for what is not FHIR itself: the interaction says which formats it gives.
    """

    def decorate(view: View) -> View:
        @csrf_exempt  # reads only: nothing a forged request could change
        @access.public
        @wraps(view)
        def guarded(request: AuthenticatedRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            try:
                _check_type(kwargs)
                _check_method(request, methods)
                if not any_format:
                    _check_format(request)
                if not is_open:
                    _check_viewer(request)
                return view(request, *args, **kwargs)
            except SearchError as error:
                return outcome(Refusal(400, "invalid", f"{error.parameter} : {error.why}", error.parameter))
            except access.AccessRefused:
                return outcome(not_found())
            except Refusal as refusal:
                headers = {"Allow": ", ".join(methods)} if refusal.status == 405 else {}
                return outcome(refusal, headers)

        return guarded

    return decorate


def _check_type(kwargs: dict[str, Any]) -> None:
    type_ = kwargs.get("type_")
    if type_ is not None and type_ not in TYPES:
        raise Refusal(404, "not-supported", f"Type de ressource non pris en charge : {type_[:64]}")


def _check_method(request: AuthenticatedRequest, methods: tuple[str, ...]) -> None:
    if request.method not in methods:
        raise Refusal(405, "not-supported", f"Méthode non prise en charge ici : {request.method}")


def _check_format(request: AuthenticatedRequest) -> None:
    told = request.GET.get("_format") if request.META.get("QUERY_STRING") else None
    if not (_accepts(request.META.get("HTTP_ACCEPT", "")) if told is None else told.partition(";")[0].strip() in JSON):
        raise Refusal(406, "not-supported", "Seul application/fhir+json est servi.")


@lru_cache(maxsize=256)
def _accepts(told: str) -> bool:
    """Tell whether an Accept header takes FHIR JSON."""
    return any(one.partition(";")[0].strip() in JSON | _ANY for one in told.split(","))


def _check_viewer(request: AuthenticatedRequest) -> None:
    if request.viewer.is_anonymous or not request.viewer.second_factor:
        raise Refusal(401, "login", "Connectez-vous avec deux facteurs.")
