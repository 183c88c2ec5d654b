"""How an application proves who it is without a secret: a JWT signed by a key it declared (`private_key_jwt`).

Source: HL7 SMART App Launch 2.2.0, « Client authentication: asymmetric »; RFC 7523, section 3.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from jwcrypto import jwk, jws  # type: ignore[import-untyped]  # the library has no types
from jwcrypto.common import JWException  # type: ignore[import-untyped]  # the library has no types

ALGORITHMS = ("RS384", "ES384", "RS256", "ES256")
LONGEST = timedelta(minutes=5)
LEEWAY = timedelta(seconds=30)
MAX_BYTES = 8_192
_SMALLEST_RSA = 2_048


class AssertionRefused(ValueError):
    """What an application gave to prove who it is does not hold; the text says why, for a log."""

    def __init__(self, *, why: str) -> None:
        super().__init__(why)


@dataclass(frozen=True, slots=True)
class Assertion:
    """A proof that holds: it counts once, so `jti` is kept until `expires_at`."""

    client_id: str
    jti: str
    expires_at: datetime


def read_key_set(told: Mapping[str, Any]) -> dict[str, Any]:
    """Return the public keys of an application, as a JWK Set that may be stored.

    Raises:
        AssertionRefused: a key is private, symmetric, too short, of no use here, or has no `kid` of its own.
    """
    keys = told.get("keys")
    if not isinstance(keys, list) or not 1 <= len(keys) <= 10:
        raise AssertionRefused(why="Un jeu de clés JWKS contient de une à dix clés.")
    public = [_public_key(key) for key in keys]
    if len({key["kid"] for key in public}) != len(public):
        raise AssertionRefused(why="Deux clés ont le même « kid ».")
    return {"keys": public}


def _public_key(told: Any) -> dict[str, Any]:
    try:
        key = jwk.JWK(**told)
    except (JWException, TypeError, ValueError) as unreadable:
        raise AssertionRefused(why="Une clé est illisible.") from unreadable
    if key.has_private or key.get("kty") not in {"RSA", "EC"}:
        raise AssertionRefused(
            why="Donnez des clés publiques RSA ou EC seulement : une clé privée ne se communique pas."
        )
    if not key.get("kid"):
        raise AssertionRefused(why="Chaque clé porte un « kid ».")
    if key.get("kty") == "RSA" and key.get_op_key("verify").key_size < _SMALLEST_RSA:
        raise AssertionRefused(why="Une clé RSA fait au moins 2048 bits.")
    public: dict[str, Any] = key.export_public(as_dict=True)
    return public


def claimed_client(text: str) -> str:
    """Return who a proof says it comes from, before anything is verified.

    Raises:
        AssertionRefused: it cannot be read.
    """
    return str(_claims(_parse(text)).get("iss", ""))


def read_assertion(
    text: str, *, keys: Mapping[str, Any], client_id: str, audiences: frozenset[str], at: datetime
) -> Assertion:
    """Verify a proof against the keys an application declared.

    `audiences` are the addresses of the token endpoint it may be meant for.

    Raises:
        AssertionRefused: signature, algorithm, issuer, audience or moment does not hold.
    """
    parsed = _parse(text)
    header = parsed.jose_header
    key = next((key for key in keys.get("keys", ()) if key.get("kid") == header.get("kid")), None)
    if key is None or header.get("alg") not in ALGORITHMS:
        raise AssertionRefused(why="Clé ou algorithme inconnu.")
    try:
        parsed.allowed_algs = list(ALGORITHMS)
        parsed.verify(jwk.JWK(**key))
    except JWException as wrong:
        raise AssertionRefused(why="Signature fausse.") from wrong
    return _checked(_claims(parsed), client_id, audiences, at)


def _checked(claims: Mapping[str, Any], client_id: str, audiences: frozenset[str], at: datetime) -> Assertion:
    if claims.get("iss") != client_id or claims.get("sub") != client_id:
        raise AssertionRefused(why="Émetteur et sujet doivent être l’application.")
    meant = claims.get("aud")
    if not set(meant if isinstance(meant, list) else [meant]) & audiences:
        raise AssertionRefused(why="Cette preuve est destinée à un autre.")
    expires, jti = claims.get("exp"), claims.get("jti")
    if not isinstance(expires, int | float) or not isinstance(jti, str) or not 1 <= len(jti) <= 255:
        raise AssertionRefused(why="« exp » et « jti » sont obligatoires.")
    now = at.timestamp()
    if not now - LEEWAY.total_seconds() < expires <= now + (LONGEST + LEEWAY).total_seconds():
        raise AssertionRefused(why="Preuve expirée, ou valable plus de cinq minutes.")
    return Assertion(client_id, jti, datetime.fromtimestamp(expires, UTC))


def _parse(text: str) -> Any:
    if len(text) > MAX_BYTES:
        raise AssertionRefused(why="Preuve trop longue.")
    parsed = jws.JWS()
    try:
        parsed.deserialize(text)
        parsed.jose_header.get("alg")
    except (JWException, ValueError, AttributeError, TypeError) as unreadable:
        raise AssertionRefused(why="Preuve illisible.") from unreadable
    return parsed


def _claims(parsed: Any) -> dict[str, Any]:
    try:
        claims = json.loads(parsed.objects["payload"])
    except (ValueError, KeyError, RecursionError) as unreadable:
        raise AssertionRefused(why="Preuve illisible.") from unreadable
    if not isinstance(claims, dict):
        raise AssertionRefused(why="Preuve illisible.")
    return claims
