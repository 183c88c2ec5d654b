"""The door of OpenID Connect."""

from passerelle.protocols.oidc.client import RelyingParty
from passerelle.protocols.oidc.model import (
    Access,
    InsecureAddress,
    OidcError,
    Proof,
    ProofRefused,
    ProviderUnavailable,
    SignInRefused,
    Started,
    TooWeak,
)
from passerelle.protocols.oidc.provider import check_address

__all__ = [
    "Access",
    "InsecureAddress",
    "OidcError",
    "Proof",
    "ProofRefused",
    "ProviderUnavailable",
    "RelyingParty",
    "SignInRefused",
    "Started",
    "TooWeak",
    "check_address",
]
