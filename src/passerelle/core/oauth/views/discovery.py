"""What the authorization server says of itself.

Source: SMART App Launch 2.2.0, « Conformance »; RFC 8414; OpenID Connect Discovery 1.0.
"""

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe
from oauth2_provider.settings import oauth2_settings
from oauth2_provider.utils import jwk_from_pem

from passerelle.core.access import api as access
from passerelle.core.oauth.addresses import issuer, token_address
from passerelle.core.oauth.rules.scopes import PLAIN_SCOPES
from passerelle.protocols.smart.assertion import ALGORITHMS

CAPABILITIES = (
    "launch-ehr",
    "launch-standalone",
    "client-public",
    "client-confidential-symmetric",
    "client-confidential-asymmetric",
    "sso-openid-connect",
    "context-banner",
    "context-ehr-patient",
    "context-ehr-encounter",
    "context-standalone-patient",
    "permission-offline",
    "permission-patient",
    "permission-user",
    "permission-v1",
    "permission-v2",
)
_RESOURCE_SCOPES = ("patient/*.rs", "patient/*.cruds", "user/*.rs", "user/*.cruds", "system/*.rs", "system/*.cruds")


@access.public
@cache_control(max_age=300, public=True)
@require_safe
def smart_configuration(request: HttpRequest) -> HttpResponse:
    told = _server(request) | {"capabilities": CAPABILITIES, "management_endpoint": _at(request, "oauth:mine")}
    return _json(told)


@access.public
@cache_control(max_age=300, public=True)
@require_safe
def openid_configuration(request: HttpRequest) -> HttpResponse:
    told = _server(request) | {
        "userinfo_endpoint": _at(request, "oauth:userinfo"),
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "claims_supported": ["sub", "name", "fhirUser", "auth_time"],
    }
    return _json(told)


@access.public
@cache_control(max_age=300, public=True)
@require_safe
def key_set(_request: HttpRequest) -> HttpResponse:
    key = jwk_from_pem(oauth2_settings.OIDC_RSA_PRIVATE_KEY)
    told = key.export_public(as_dict=True) | {"alg": "RS256", "use": "sig", "kid": key.thumbprint()}
    return _json({"keys": [told]})


def _server(request: HttpRequest) -> dict[str, Any]:
    return {
        "issuer": issuer(request),
        "jwks_uri": _at(request, "oauth:keys"),
        "authorization_endpoint": _at(request, "oauth:authorize"),
        "token_endpoint": token_address(request),
        "introspection_endpoint": _at(request, "oauth:introspect"),
        "revocation_endpoint": _at(request, "oauth:revoke"),
        "grant_types_supported": ["authorization_code", "client_credentials", "refresh_token"],
        "response_types_supported": ["code"],
        "scopes_supported": sorted(PLAIN_SCOPES) + list(_RESOURCE_SCOPES),
        "code_challenge_methods_supported": ["S256"],
        "token_endpoint_auth_methods_supported": [
            "private_key_jwt",
            "client_secret_basic",
            "client_secret_post",
            "none",
        ],
        "token_endpoint_auth_signing_alg_values_supported": list(ALGORITHMS),
        "authorization_response_iss_parameter_supported": True,
    }


def _at(request: HttpRequest, name: str) -> str:
    return request.build_absolute_uri(reverse(name))


def _json(told: dict[str, Any]) -> JsonResponse:
    return JsonResponse(told, headers={"Access-Control-Allow-Origin": "*"})
