"""The page where somebody says yes or no to an application. Source: RFC 6749, section 4.1; SMART App Launch 2.2.0."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods
from oauth2_provider.exceptions import FatalClientError, OAuthToolkitError
from oauth2_provider.oauth2_backends import get_oauthlib_core

from passerelle.core.access import api as access
from passerelle.core.access.api import AuthenticatedRequest
from passerelle.core.directory import api as directory
from passerelle.core.oauth.addresses import fhir_base, issuer
from passerelle.core.oauth.patients import PatientChoice, directory_of_patients
from passerelle.core.oauth.rules.scopes import PLAIN_SCOPES, worded
from passerelle.core.oauth.selectors.applications import open_application
from passerelle.core.oauth.services.authorising import allow
from passerelle.core.oauth.services.launching import Launch, launch_of, use_launch
from passerelle.protocols import smart

_ALWAYS = PLAIN_SCOPES - {"offline_access"}


class Wrong(Exception):
    """A request that goes back to the application with an error of RFC 6749, section 4.1.2.1."""

    def __init__(self, *, error: str, why: str) -> None:
        super().__init__(why)
        self.error, self.why = error, why


@dataclass(frozen=True, slots=True)
class Asked:
    """What an application asks of the person who looks at the page."""

    application: Any
    scopes: list[str]
    credentials: dict[str, Any]
    launch: Launch | None
    needs_patient: bool

    @property
    def return_address(self) -> str:
        return str(self.credentials["redirect_uri"])


@access.signed_in
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def authorize(request: AuthenticatedRequest) -> HttpResponse:
    try:
        scopes, credentials = get_oauthlib_core().validate_authorization_request(request)
    except FatalClientError as fatal:
        context = {"why": fatal.oauthlib_error.error}
        return render(request, "oauth/unknown_application.html", context, status=400)
    except OAuthToolkitError as wrong:
        told = wrong.oauthlib_error
        return _back(
            request, told.redirect_uri, {"error": told.error, "error_description": told.description}, told.state
        )
    try:
        asked = _asked(request, list(scopes), credentials)
        return _decided(request, asked) if request.method == "POST" else _page(request, asked)
    except Wrong as wrong:
        told = {"error": wrong.error, "error_description": wrong.why}
        return _back(request, credentials["redirect_uri"], told, credentials.get("state"))


def _asked(request: AuthenticatedRequest, scopes: list[str], credentials: dict[str, Any]) -> Asked:
    now = timezone.now()
    application = open_application(credentials["client_id"], on=timezone.localdate(now))
    if credentials.get("code_challenge_method") != "S256":
        raise Wrong(error="invalid_request", why="code_challenge_method must be S256")
    has_resources = any(smart.parse_scope(scope) for scope in scopes)
    if has_resources and request.GET.get("aud", "").rstrip("/") != fhir_base(request):
        raise Wrong(error="invalid_request", why="aud must be the address of the FHIR interface")
    launch = None
    if "launch" in scopes:
        told = request.GET.get("launch", "")
        launch = launch_of(told, account_id=_account_id(request), application=application, at=now)
        if launch is None:
            raise Wrong(error="invalid_request", why="launch is not, or no more, a launch of ours")
    parsed = filter(None, map(smart.parse_scope, scopes))
    is_about_one = "launch/patient" in scopes or any(one.context is smart.Context.PATIENT for one in parsed)
    return Asked(application, scopes, credentials, launch, needs_patient=is_about_one and launch is None)


def _page(request: AuthenticatedRequest, asked: Asked, problem: str = "") -> HttpResponse:
    declaration, viewer = asked.application.declaration, request.viewer
    establishment = directory.establishment(declaration.establishment_id)
    is_own_record = viewer.person_id is not None
    text = request.GET.get("q", "").strip()
    must_choose = asked.needs_patient and not is_own_record
    context = {
        "application": asked.application,
        "declaration": declaration,
        "establishment": establishment,
        "asked": worded([scope for scope in asked.scopes if scope not in _ALWAYS], is_own_record=is_own_record),
        "always": worded([scope for scope in asked.scopes if scope in _ALWAYS], is_own_record=is_own_record),
        "must_choose": must_choose,
        "text": text,
        "hidden": [(name, value) for name, value in request.GET.items() if name != "q"],
        "choices": directory_of_patients().found(viewer, text, at=timezone.now()) if must_choose and text else (),
        "is_own_record": is_own_record,
        "problem": problem,
        "host": urlsplit(asked.return_address).hostname,
    }
    response = render(request, "oauth/consent.html", context)
    response._csp_update = {"form-action": [_origin(asked.return_address)]}  # type: ignore[attr-defined]  # noqa: SLF001 - django-csp's way
    return response


def _decided(request: AuthenticatedRequest, asked: Asked) -> HttpResponse:
    if request.POST.get("decision") != "allow":
        raise Wrong(error="access_denied", why="the user refused")
    granted = [scope for scope in asked.scopes if scope in _ALWAYS or scope in request.POST.getlist("allowed")]
    if not granted:
        raise Wrong(error="access_denied", why="the user allowed nothing")
    now = timezone.now()
    patient = _patient(request, asked)
    if asked.needs_patient and patient is None:
        return _page(request, asked, "Choisissez le patient dont l’application verra le dossier.")
    if asked.launch is not None and not use_launch(launch=asked.launch, at=now):
        raise Wrong(error="invalid_request", why="launch was already used")
    role, place = access.capacity_of(request)
    made = allow(
        account=request.user,
        application=asked.application,
        scopes=granted,
        patient=patient,
        encounter_id=asked.launch.encounter_id if asked.launch else None,
        practice=(role, place or ""),
        by=request.viewer.actor(),
        at=now,
    )
    credentials = asked.credentials | {"authorisation_id": made.pk}
    address, *_ = get_oauthlib_core().create_authorization_response(request, granted, credentials, allow=True)
    return _sent(_with_query(address, {"iss": issuer(request)}))


def _patient(request: AuthenticatedRequest, asked: Asked) -> PatientChoice | None:
    """Return whose record it is about: of the launch, one's own, or one that this professional may open."""
    if asked.launch is not None:
        return asked.launch.patient
    if not asked.needs_patient:
        return None
    viewer = request.viewer
    if viewer.person_id is not None:
        return directory_of_patients().own(viewer.person_id)
    try:
        patient_id = UUID(request.POST.get("patient", ""))
    except ValueError:
        return None
    return directory_of_patients().chosen(viewer, patient_id, at=timezone.now())


def _account_id(request: AuthenticatedRequest) -> UUID:
    account_id = request.viewer.account_id
    if account_id is None:
        raise access.AccessRefused
    return account_id


def _back(request: HttpRequest, address: str, told: dict[str, Any], state: str | None) -> HttpResponse:
    """Send the browser back to an address that was compared with those declared."""
    said = {name: value for name, value in (told | {"state": state, "iss": issuer(request)}).items() if value}
    return _sent(_with_query(address, said))


def _sent(address: str) -> HttpResponse:
    return HttpResponse(status=302, headers={"Location": address, "Cache-Control": "no-store"})


def _with_query(address: str, told: dict[str, Any]) -> str:
    return f"{address}{'&' if '?' in address else '?'}{urlencode(told)}"


def _origin(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"
