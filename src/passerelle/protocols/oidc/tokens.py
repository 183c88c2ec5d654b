"""What makes a signed token of a provider worth believing.

Source: OpenID Connect Core 1.0, sections 3.1.3.6 and 3.1.3.7.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from jwcrypto import jwe, jwk, jws  # type: ignore[import-untyped]  # the library has no types
from jwcrypto.common import JWException  # type: ignore[import-untyped]  # the library has no types

from passerelle.protocols.oidc.model import Access, ProofRefused, TooWeak

ENCRYPTIONS = ("RSA-OAEP", "RSA-OAEP-256", "ECDH-ES", "A256GCM")
ALGORITHMS = ("RS256", "RS384", "ES256", "ES384", "PS256")
LEEWAY = timedelta(seconds=60)
MAX_BYTES = 65_536
_DIGESTS = {"256": hashlib.sha256, "384": hashlib.sha384}


def header_of(token: str) -> dict[str, Any]:
    """Return the header of a compact token.

    Raises:
        ProofRefused: it has none, or an algorithm that is not accepted.
    """
    if len(token) > MAX_BYTES or token.count(".") != 2:
        raise ProofRefused(why="jeton illisible")
    try:
        told = json.loads(_decoded(token.partition(".")[0]))
    except ValueError as unreadable:
        raise ProofRefused(why="en-tête illisible") from unreadable
    if not isinstance(told, dict) or told.get("alg") not in ALGORITHMS or "crit" in told:
        raise ProofRefused(why="algorithme refusé")
    return told


def decrypted(token: str, key: str) -> str:
    """Return the signed token that was encrypted for us (RFC 7516, compact); `key` is our private key, JWK as JSON.

    Raises:
        ProofRefused: it was encrypted for another, altered, or by an algorithm that is not accepted.
    """
    if not key or len(token) > MAX_BYTES:
        raise ProofRefused(why="jeton chiffré pour un autre")
    opened = jwe.JWE(algs=list(ENCRYPTIONS))
    try:
        opened.deserialize(token, jwk.JWK.from_json(key))
        return str(opened.payload.decode("ascii"))
    except (JWException, ValueError, TypeError, RecursionError) as wrong:
        raise ProofRefused(why="jeton chiffré pour un autre") from wrong


def verified(token: str, key: Mapping[str, Any]) -> dict[str, Any]:
    """Return the claims of a token signed by this public key.

    Raises:
        ProofRefused: the signature is false.
    """
    header_of(token)
    parsed = jws.JWS()
    parsed.allowed_algs = list(ALGORITHMS)
    try:
        parsed.deserialize(token)
        parsed.verify(jwk.JWK(**key))
        claims = json.loads(parsed.payload)
    except (JWException, ValueError, TypeError, RecursionError) as wrong:
        raise ProofRefused(why="signature fausse") from wrong
    if not isinstance(claims, dict):
        raise ProofRefused(why="contenu illisible")
    return claims


def check_identity(claims: Mapping[str, Any], access: Access, *, nonce: str, at: datetime) -> None:
    """Check the claims of an identity token meant for us, now, for this very sign-in.

    Raises:
        ProofRefused: one of them does not hold.
    """
    check_origin(claims, access)
    if not isinstance(claims.get("sub"), str) or not claims["sub"]:
        raise ProofRefused(why="sujet absent")
    told = claims.get("nonce")
    if not isinstance(told, str) or not hmac.compare_digest(told.encode(), nonce.encode()):
        raise ProofRefused(why="nonce d’une autre connexion")
    check_moment(claims, at)


def check_origin(claims: Mapping[str, Any], access: Access) -> None:
    """Check who signed, and for whom.

    Raises:
        ProofRefused: another issuer, another audience, another authorised party.
    """
    if claims.get("iss") != access.issuer:
        raise ProofRefused(why="autre émetteur")
    audience = claims.get("aud")
    meant = audience if isinstance(audience, list) else [audience]
    if access.client_id not in meant:
        raise ProofRefused(why="destiné à un autre")
    if (len(meant) > 1 or "azp" in claims) and claims.get("azp") != access.client_id:
        raise ProofRefused(why="demandé par un autre")


def check_moment(claims: Mapping[str, Any], at: datetime) -> None:
    """Check that a token has been issued and has not expired.

    Raises:
        ProofRefused: it is not its time.
    """
    expires, issued = claims.get("exp"), claims.get("iat")
    if not isinstance(expires, int | float) or not isinstance(issued, int | float):
        raise ProofRefused(why="dates absentes")
    if at.timestamp() >= expires + LEEWAY.total_seconds():
        raise ProofRefused(why="expiré")
    if issued > at.timestamp() + LEEWAY.total_seconds():
        raise ProofRefused(why="daté de l’avenir")


def check_access_token(claims: Mapping[str, Any], access_token: str, algorithm: str) -> None:
    """Check that an identity token comes with this access token, when it says which.

    Raises:
        ProofRefused: it comes with another.
    """
    told = claims.get("at_hash")
    if told is None:
        return
    digest = _DIGESTS[algorithm[2:]](access_token.encode()).digest()
    expected = base64.urlsafe_b64encode(digest[: len(digest) // 2]).rstrip(b"=").decode()
    if told != expected:
        raise ProofRefused(why="jeton d’accès échangé")


def check_assurance(
    claims: Mapping[str, Any], access: Access, *, at: datetime, max_age: timedelta | None
) -> datetime | None:
    """Check how, and how long ago, the user proved who they are; return when, None when it is not told.

    Raises:
        TooWeak: below what was asked, or too long ago.
    """
    if access.acr_values and claims.get("acr") not in access.acr_values:
        raise TooWeak(why="niveau de garantie insuffisant")
    told = claims.get("auth_time")
    authenticated_at = datetime.fromtimestamp(told, UTC) if isinstance(told, int | float) else None
    if max_age is not None and (authenticated_at is None or at - authenticated_at > max_age + LEEWAY):
        raise TooWeak(why="authentification trop ancienne")
    return authenticated_at


def _decoded(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
