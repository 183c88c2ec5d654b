"""Where the authorization server and the FHIR interface are, as seen by whoever asks."""

from django.http import HttpRequest
from django.urls import reverse


def issuer(request: HttpRequest) -> str:
    """Return the name of our authorization server."""
    return request.build_absolute_uri("/oauth")


def token_address(request: HttpRequest) -> str:
    return request.build_absolute_uri(reverse("oauth:token"))


def fhir_base(request: HttpRequest) -> str:
    return request.build_absolute_uri("/fhir")
