"""The providers of identities of this installation, one relying party each, made at the first use of the process."""

from functools import lru_cache

from django.conf import settings

from passerelle.protocols.oidc import api as oidc
from passerelle.protocols.psc import api as psc


def is_open(code: str) -> bool:
    """Tell whether a provider is configured: without an address it has neither button nor door."""
    return bool(settings.IDENTITY_PROVIDERS[code]["issuer"])


def relying_party(code: str) -> oidc.RelyingParty:
    """Return the relying party of a provider as configured now.

    Raises:
        oidc.InsecureAddress: its address is plain http, elsewhere than on this machine.
    """
    told = settings.IDENTITY_PROVIDERS[code]
    return _relying_party(told["issuer"], told["client_id"], told["client_secret"])


def forget_providers() -> None:
    """Ask the providers again what they say of themselves."""
    _relying_party.cache_clear()


@lru_cache(maxsize=4)
def _relying_party(issuer: str, client_id: str, client_secret: str) -> oidc.RelyingParty:
    return oidc.RelyingParty(oidc.Access(issuer, client_id, client_secret, psc.SCOPE, psc.ACR, psc.ACR[0]))
