"""What applications call: tokens given, described, taken back; who the user is."""

import hashlib
import json
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST
from oauth2_provider.models import get_access_token_model
from oauth2_provider.oauth2_backends import get_oauthlib_core
from oauthlib.common import Request as OauthRequest  # type: ignore[import-untyped]  # the library has no types

from passerelle.core.access import api as access
from passerelle.core.oauth.addresses import fhir_base
from passerelle.core.oauth.memory import forget_tokens
from passerelle.core.oauth.patients import fhir_user
from passerelle.core.oauth.selectors.bearers import bearer
from passerelle.core.oauth.services.noting import note_token_refused

AccessToken = get_access_token_model()
_NEVER_KEPT = {"Cache-Control": "no-store", "Pragma": "no-cache"}


@csrf_exempt  # an application proves itself by its own means, and no cookie counts here
@access.public
@sensitive_post_parameters("client_secret", "code", "refresh_token", "client_assertion")
@require_POST
def token(request: HttpRequest) -> HttpResponse:
    _, headers, body, status = get_oauthlib_core().create_token_response(request)
    if status != 200:
        told = json.loads(body or "{}")
        note_token_refused(client_id=request.POST.get("client_id", ""), why=str(told.get("error")), at=timezone.now())
    return _answer(body, status, headers)


@csrf_exempt  # as above
@access.public
@sensitive_post_parameters("token", "client_secret", "client_assertion")
@require_POST
def revoke(request: HttpRequest) -> HttpResponse:
    _, headers, body, status = get_oauthlib_core().create_revocation_response(request)
    forget_tokens()
    return _answer(body or "", status, headers)


@csrf_exempt  # as above
@access.public
@sensitive_post_parameters("token", "client_secret", "client_assertion")
@require_POST
def introspect(request: HttpRequest) -> HttpResponse:
    """Describe a token to the application it was given to; to any other, it is worth nothing. Source: RFC 7662."""
    client = _authenticated_client(request)
    if client is None:
        return JsonResponse({"error": "invalid_client"}, status=401, headers=_NEVER_KEPT)
    checksum = hashlib.sha256(request.POST.get("token", "").encode()).hexdigest()
    found = AccessToken.objects.select_related("tie__authorisation").filter(
        token_checksum=checksum, application=client, expires__gt=timezone.now()
    )
    held = found.first()
    return JsonResponse({"active": False} if held is None else _described(held, client), headers=_NEVER_KEPT)


@csrf_exempt  # a token is borne, and no cookie counts here
@access.public
@require_http_methods(["GET", "POST"])
def userinfo(request: HttpRequest) -> HttpResponse:
    """Say who the user is, as far as they allowed. Source: OpenID Connect Core 1.0, section 5.3."""
    viewer = bearer(request.headers.get("Authorization", "").partition(" ")[2].strip())
    scopes = viewer.scopes or frozenset()
    if viewer.account_id is None or "openid" not in scopes:
        challenge = {"WWW-Authenticate": 'Bearer realm="Passerelle", error="invalid_token"'}
        return JsonResponse({"error": "invalid_token"}, status=401, headers=challenge | _NEVER_KEPT)
    told = {"sub": str(viewer.account_id)} | ({"name": viewer.name} if "profile" in scopes else {})
    if "fhirUser" in scopes:
        told |= fhir_user(fhir_base(request), person_id=viewer.person_id, rpps=viewer.professional_rpps)
    return JsonResponse(told, headers=_NEVER_KEPT)


def _authenticated_client(request: HttpRequest) -> Any:
    core = get_oauthlib_core()
    uri, method, body, headers = core._extract_params(request)  # noqa: SLF001 - the library offers the answer, not the client
    asked = OauthRequest(uri, method, body, headers)
    return asked.client if core.server.request_validator.authenticate_client(asked) else None


def _described(held: Any, client: Any) -> dict[str, Any]:
    told = {
        "active": True,
        "scope": held.scope,
        "client_id": client.client_id,
        "exp": int(held.expires.timestamp()),
        "token_type": "Bearer",
    }
    if held.user_id is not None:
        told["sub"] = str(held.user_id)
    tie = getattr(held, "tie", None)
    if tie is not None and tie.authorisation.patient_id is not None:
        told["patient"] = str(tie.authorisation.patient_id)
    return told


def _answer(body: str, status: int, headers: Any) -> HttpResponse:
    return HttpResponse(body, status=status, headers={"Content-Type": "application/json"} | dict(headers) | _NEVER_KEPT)
