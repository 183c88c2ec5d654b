"""The providers of identities of this installation, one relying party each, made at the first use of the process."""

from functools import lru_cache

from django.conf import settings

from passerelle.protocols.franceconnect import api as franceconnect
from passerelle.protocols.oidc import api as oidc
from passerelle.protocols.psc import api as psc

_ASKED = {
    psc.PROVIDER: (psc.SCOPE, psc.ACR),
    franceconnect.PROVIDER: (franceconnect.SCOPE, franceconnect.ACR),
}


def is_open(code: str) -> bool:
    """Tell whether a provider is configured: without an address it has neither button nor door."""
    return bool(settings.IDENTITY_PROVIDERS.get(code, {}).get("issuer"))


def label_of(code: str) -> str:
    """Return how people call a provider."""
    return str(settings.IDENTITY_PROVIDERS[code]["label"])


def relying_party(code: str) -> oidc.RelyingParty:
    """Return the relying party of a provider as configured now.

    Raises:
        oidc.InsecureAddress: its address is plain http, elsewhere than on this machine.
    """
    told = settings.IDENTITY_PROVIDERS[code]
    scope, accepted = _ASKED[code]
    asked = str(told.get("acr") or accepted[0])
    enough = accepted[accepted.index(asked) :]
    key = told.get("decryption_key", "")
    return _relying_party(
        oidc.Access(told["issuer"], told["client_id"], told["client_secret"], scope, enough, asked, key)
    )


def forget_providers() -> None:
    """Ask the providers again what they say of themselves."""
    _relying_party.cache_clear()


@lru_cache(maxsize=4)
def _relying_party(told: oidc.Access) -> oidc.RelyingParty:
    return oidc.RelyingParty(told)
