"""Namespaces and actions of the teleservice, in one place."""

from __future__ import annotations

from typing import Final

SOAP: Final = "http://www.w3.org/2003/05/soap-envelope"
ADDRESSING: Final = "http://www.w3.org/2005/08/addressing"
SECURITY: Final = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
SAML: Final = "urn:oasis:names:tc:SAML:2.0:assertion"
SIGNATURE: Final = "http://www.w3.org/2000/09/xmldsig#"
BAM: Final = "urn:siram:bam:ctxbam"
LPS: Final = "urn:siram:lps:ctxlps"
SIRAM: Final = "urn:siram"
BY_TRAITS: Final = "http://www.cnamts.fr/INSiRecSans"
BY_CARD: Final = "http://www.cnamts.fr/INSiRecVit"
RESULT: Final = "http://www.cnamts.fr/INSiResultat"
CHECKED: Final = "http://www.cnamts.fr/INSiLot2/REPUnitaire"

PREFIXES: Final = {
    "soap": SOAP,
    "wsa": ADDRESSING,
    "wsse": SECURITY,
    "saml": SAML,
    "ds": SIGNATURE,
    "bam": BAM,
    "lps": LPS,
    "siram": SIRAM,
    "traits": BY_TRAITS,
    "vitale": BY_CARD,
    "res": RESULT,
    "verif": CHECKED,
}

_ACTION = "urn:ServiceIdentiteCertifiee:1.0.0:"
SEARCH_BY_TRAITS: Final = f"{_ACTION}rechercherInsAvecTraitsIdentite"
SEARCH_BY_CARD: Final = f"{_ACTION}rechercherInsAvecCarteVitale"
VERIFY: Final = f"{_ACTION}verifierInsAvecTraitsIdentite"


def tag(namespace: str, name: str) -> str:
    """Return a name as lxml writes it."""
    return f"{{{namespace}}}{name}"
