"""What our authorization server accepts: the library's checks, and ours around them."""

import hashlib
from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from oauth2_provider.models import get_application_model
from oauth2_provider.oauth2_validators import OAuth2Validator
from oauthlib.oauth2.rfc6749 import errors  # type: ignore[import-untyped]  # the library has no types

from passerelle.core.oauth.addresses import fhir_base, issuer, token_address
from passerelle.core.oauth.engine.proof import proves_itself
from passerelle.core.oauth.models import Authorisation, ProofMeans
from passerelle.core.oauth.patients import fhir_user
from passerelle.core.oauth.rules.scopes import OFFLINE, is_allowed
from passerelle.core.oauth.selectors.applications import open_application
from passerelle.core.oauth.services.authorising import note_replay, redeem, tie

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
Application = get_application_model()


def digest(text: str) -> str:
    """Return the digest under which a code or a ticket is kept: never itself."""
    return hashlib.sha256(text.encode()).hexdigest()


class Validator(OAuth2Validator):  # type: ignore[misc]  # the library has no types
    """An application is known only when it is declared, approved, neither revoked nor past its review."""

    oidc_claim_scope = OAuth2Validator.oidc_claim_scope | {"fhirUser": "fhirUser"}

    def _load_application(self, client_id: str, request: Any) -> Any:
        if isinstance(request.client, Application) and request.client.client_id == client_id:
            return request.client
        request.client = open_application(client_id, on=timezone.localdate())
        return request.client

    def client_authentication_required(self, request: Any, *args: Any, **kwargs: Any) -> bool:
        return bool(_said(request, "client_assertion")) or bool(
            super().client_authentication_required(request, *args, **kwargs)
        )

    def authenticate_client(self, request: Any, *args: Any, **kwargs: Any) -> bool:
        """Ask for the very means that was declared: a secret never opens what keys protect."""
        if _said(request, "client_assertion"):
            return _said(request, "client_assertion_type") == ASSERTION_TYPE and self._by_assertion(request)
        if not super().authenticate_client(request, *args, **kwargs):
            return False
        return bool(request.client.declaration.proof_means == ProofMeans.SECRET)

    def _by_assertion(self, request: Any) -> bool:
        found = proves_itself(
            _said(request, "client_assertion"),
            audiences=frozenset({token_address(django_request(request)), issuer(django_request(request))}),
            at=timezone.now(),
        )
        request.client = found
        if found is None or _said(request, "client_id") not in {"", found.client_id}:
            return False
        request.client_id = found.client_id
        return True

    def validate_redirect_uri(self, _client_id: str, redirect_uri: str, request: Any, *_: Any, **__: Any) -> bool:
        """Compare character by character, ports of this machine included."""
        return redirect_uri in request.client.redirect_uris.split()

    def validate_scopes(self, _client_id: str, scopes: Any, client: Any, *_: Any, **__: Any) -> bool:
        return bool(scopes) and all(is_allowed(scope, client.declaration.scopes) for scope in scopes)

    def get_default_scopes(self, _client_id: str, _request: Any, *_: Any, **__: Any) -> list[str]:
        return []

    def _create_authorization_code(self, request: Any, code: Any, expires: Any = None) -> Any:
        created = super()._create_authorization_code(request, code, expires)
        Authorisation.objects.filter(pk=request.authorisation_id).update(code_digest=digest(code["code"]))
        return created

    def validate_code(self, client_id: str, code: str, client: Any, request: Any, *args: Any, **kwargs: Any) -> bool:
        """Accept a code once; a second time, everything it gave is taken back (RFC 6749, section 4.1.2)."""
        found = Authorisation.objects.filter(code_digest=digest(code), application=client).first()
        if found is None or found.withdrawn_at is not None:
            return False
        if found.code_used_at is not None:
            note_replay(authorisation=found, at=timezone.now())
            return False
        request.authorisation = found
        return bool(super().validate_code(client_id, code, client, request, *args, **kwargs)) and request.user.is_active

    def validate_refresh_token(self, refresh_token: str, client: Any, request: Any, *args: Any, **kwargs: Any) -> bool:
        """Accept a refresh token of an authorisation that still holds; one seen before takes its family back."""
        if not super().validate_refresh_token(refresh_token, client, request, *args, **kwargs):
            return False
        found = Authorisation.objects.filter(ties__token=request.refresh_token_instance.access_token_id).first()
        if found is None or found.withdrawn_at is not None or not request.user.is_active:
            return False
        request.authorisation = found
        return True

    def _save_bearer_token(self, token: dict[str, Any], request: Any, *args: Any, **kwargs: Any) -> None:
        """Keep a token; one that cannot be renewed when the user is away is given no refresh token."""
        found = getattr(request, "authorisation", None)
        if request.grant_type == "authorization_code" and not redeem(authorisation=found, at=timezone.now()):
            raise errors.InvalidGrantError(request=request)
        if OFFLINE not in token["scope"].split():
            token.pop("refresh_token", None)
        super()._save_bearer_token(token, request, *args, **kwargs)
        if found is not None:
            token.update(_launch_context(found))

    def _create_access_token(self, expires: Any, request: Any, token: Any, source_refresh_token: Any = None) -> Any:
        created = super()._create_access_token(expires, request, token, source_refresh_token)
        found = getattr(request, "authorisation", None)
        if found is not None:
            tie(token=created, authorisation=found)
        return created

    def get_oidc_issuer_endpoint(self, request: Any) -> str:
        return issuer(django_request(request))

    def get_additional_claims(self, request: Any) -> dict[str, Any]:
        """Say who the user is, as a FHIR resource; left out when none stands for them."""
        user, base = request.user, fhir_base(django_request(request))
        return {"name": user.display_name, **fhir_user(base, person_id=user.person_id, rpps=user.professional_id)}


def _launch_context(authorisation: Authorisation) -> dict[str, Any]:
    told: dict[str, Any] = {}
    if authorisation.patient_id is not None:
        told |= {"patient": str(authorisation.patient_id), "need_patient_banner": True}
    if authorisation.encounter_id is not None:
        told["encounter"] = str(authorisation.encounter_id)
    return told


class _Request(HttpRequest):
    """Enough of a request to build addresses."""

    def __init__(self, headers: Mapping[str, Any]) -> None:
        super().__init__()
        self.META = dict(headers)

    def _get_scheme(self) -> str:
        return "https" if self.META.get("X_DJANGO_OAUTH_TOOLKIT_SECURE") else "http"


def django_request(request: Any) -> HttpRequest:
    """Return enough of the request behind a request of the library to build addresses."""
    return _Request(request.headers)


def _said(request: Any, name: str) -> str:
    return str(getattr(request, name, None) or "")
