"""The values of a sign-in at a provider, and what can go wrong."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Access:
    """Where the provider is, and who we are there; `asked_acr` is asked for, `acr_values` are accepted.

    `decryption_key` is our private key (JWK, as JSON) when the provider encrypts what it tells; an empty text accepts
    nothing encrypted.
    """

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    scope: str = "openid"
    acr_values: tuple[str, ...] = ()
    asked_acr: str = ""
    decryption_key: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Started:
    """A sign-in that begins: send the browser to `address`, and keep the rest for its return."""

    address: str
    state: str
    nonce: str
    verifier: str


@dataclass(frozen=True, slots=True)
class Proof:
    """Who came back, as the provider swears it; `claims` are those of the user, then those of the token."""

    subject: str
    acr: str
    authenticated_at: datetime | None
    claims: Mapping[str, Any] = field(repr=False)
    id_token: str = field(repr=False)


class OidcError(Exception):
    """A sign-in at a provider that did not succeed; `why` is for a log and names nobody."""

    def __init__(self, *, why: str) -> None:
        super().__init__(why)
        self.why = why


class InsecureAddress(OidcError):
    """An address is neither https nor on this machine."""


class ProviderUnavailable(OidcError):
    """The provider does not answer, or answers what cannot be read."""


class SignInRefused(OidcError):
    """The provider, or its user, said no; `code` is that of the answer."""

    def __init__(self, *, code: str) -> None:
        super().__init__(why=f"refus du fournisseur : {code}")
        self.code = code


class ProofRefused(OidcError):
    """What the provider gave does not hold."""


class TooWeak(ProofRefused):
    """The assurance is below the one that was asked."""
