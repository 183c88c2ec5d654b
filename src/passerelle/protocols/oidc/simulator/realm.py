"""What a simulated provider remembers: its keys, the sign-ins under way, the tokens it gave."""

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from jwcrypto import jwe, jwk, jws  # type: ignore[import-untyped]  # the library has no types

CODE_SECONDS, TOKEN_SECONDS = 60, 120
RSA, EC = "RS256", "ES256"
BEHAVIOURS = {
    "": "",
    "refused": "refuse la connexion",
    "expired": "donne un jeton expiré",
    "wrong_nonce": "répond pour une autre connexion",
    "bad_signature": "signe avec une clé inconnue",
    "no_algorithm": "ne signe pas",
    "other_audience": "donne un jeton destiné à un autre service",
    "weak": "donne un niveau de garantie insuffisant",
    "other_subject": "échange deux identités",
    "down": "tombe en panne après le choix",
}


class Holder(Protocol):
    """An invented person one may choose; `behaviour` is one of `BEHAVIOURS`."""

    @property
    def subject(self) -> str: ...
    @property
    def behaviour(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def says(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Asked:
    """What an application asked at the authorization endpoint."""

    client_id: str
    redirect_uri: str
    state: str
    nonce: str
    challenge: str
    acr: str
    scope: str = "openid"


@dataclass(frozen=True, slots=True)
class _Code:
    asked: Asked
    holder: Holder
    at: float


@dataclass(frozen=True, slots=True)
class Manner:
    """How a provider is told apart from another: what it says of a holder, the shape of its subjects, its signature.

    `user(holder, subject, scope)` is the user information; `signs_user` gives it as a signed JWT, encrypted when the
    application has a public key.
    """

    user: Callable[[Any, str, str], dict[str, Any]]
    subject: Callable[[Any], str]
    algorithm: str = RSA
    signs_user: bool = False
    default_acr: str = "eidas1"


class Refused(Exception):
    """A call to the token endpoint that gets an error of RFC 6749, section 5.2."""

    def __init__(self, *, error: str, status: int = 400) -> None:
        super().__init__(error)
        self.error, self.status = error, status


@dataclass(slots=True)
class Realm:
    """One realm: its issuer, the one application it knows, its keys."""

    issuer: str
    client_id: str
    client_secret: str
    manner: Manner
    client_key: Any = None
    key: Any = field(init=False)
    former_keys: list[Any] = field(default_factory=list)
    _codes: dict[str, _Code] = field(default_factory=dict)
    _tokens: dict[str, tuple[_Code, float]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self.key = _new_key(self.manner.algorithm)

    def rotate(self, *, keeps_former: bool = True) -> None:
        """Sign with a new key from now on; the former one stays published unless told otherwise."""
        with self._lock:
            self.former_keys = [self.key, *self.former_keys][:3] if keeps_former else []
            self.key = _new_key(self.manner.algorithm)

    def key_set(self) -> dict[str, Any]:
        return {"keys": [key.export_public(as_dict=True) for key in (self.key, *self.former_keys)]}

    def allow(self, asked: Asked, holder: Holder) -> str:
        """Return the code that a holder's consent is worth."""
        code = secrets.token_urlsafe(24)
        with self._lock:
            self._codes[code] = _Code(asked, holder, time.time())
        return code

    def exchange(self, form: Mapping[str, str], credentials: tuple[str, str]) -> dict[str, Any]:
        """Return the tokens a code is worth, once.

        Raises:
            Refused: the application, the code, its verifier or its address is not the right one.
        """
        if credentials != (self.client_id, self.client_secret):
            raise Refused(error="invalid_client", status=401)
        if form.get("grant_type") != "authorization_code":
            raise Refused(error="unsupported_grant_type")
        with self._lock:
            code = self._codes.pop(form.get("code", ""), None)
        if code is None or time.time() - code.at > CODE_SECONDS:
            raise Refused(error="invalid_grant")
        is_same = form.get("redirect_uri") == code.asked.redirect_uri
        if not is_same or _challenge(form.get("code_verifier", "")) != code.asked.challenge:
            raise Refused(error="invalid_grant")
        if code.holder.behaviour == "down":
            raise Refused(error="temporarily_unavailable", status=503)
        access_token = secrets.token_urlsafe(32)
        with self._lock:
            self._tokens[access_token] = (code, time.time() + TOKEN_SECONDS)
        return {
            "access_token": access_token,
            "token_type": "Bearer",
            "expires_in": TOKEN_SECONDS,
            "scope": code.asked.scope,
            "id_token": self._identity_token(code, access_token),
        }

    def user(self, access_token: str) -> dict[str, Any] | str | None:
        """Return what is said of the holder of a token (a JWT when it is signed), None when it is worth nothing."""
        code, until = self._tokens.get(access_token, (None, 0.0))
        if code is None or time.time() > until:
            return None
        subject = self.manner.subject(code.holder)
        if code.holder.behaviour == "other_subject":
            subject = "f:simulateur:quelqu-un-d-autre"
        told = self.manner.user(code.holder, subject, code.asked.scope)
        if not self.manner.signs_user:
            return told
        now = int(time.time())
        claims = told | {"iss": self.issuer, "aud": self.client_id, "iat": now, "exp": now + TOKEN_SECONDS}
        signed = _signed(claims, self.key, self.manner.algorithm)
        return signed if self.client_key is None else _encrypted(signed, self.client_key)

    def _identity_token(self, code: _Code, access_token: str) -> str:
        behaviour, now = code.holder.behaviour, int(time.time())
        late = 3_600 if behaviour == "expired" else 0
        claims = {
            "iss": self.issuer,
            "sub": self.manner.subject(code.holder),
            "aud": "autre-service" if behaviour == "other_audience" else code.asked.client_id,
            "azp": code.asked.client_id,
            "iat": now - late,
            "auth_time": now - late,
            "exp": now + TOKEN_SECONDS - late,
            "nonce": "un-autre-nonce" if behaviour == "wrong_nonce" else code.asked.nonce,
            "acr": "0" if behaviour == "weak" else (code.asked.acr or self.manner.default_acr),
            "at_hash": _half(access_token),
            "jti": secrets.token_hex(8),
        }
        if behaviour == "no_algorithm":
            return f"{_part({'alg': 'none', 'typ': 'JWT'})}.{_part(claims)}."
        algorithm = self.manner.algorithm
        if behaviour == "bad_signature":
            return _signed(claims, _new_key(algorithm), algorithm, kid=str(self.key["kid"]))
        return _signed(claims, self.key, algorithm)


def _new_key(algorithm: str) -> Any:
    told = {"use": "sig", "alg": algorithm, "kid": secrets.token_hex(6)}
    if algorithm == EC:
        return jwk.JWK.generate(kty="EC", crv="P-256", **told)
    return jwk.JWK.generate(kty="RSA", size=2048, **told)


def _signed(claims: Mapping[str, Any], key: Any, algorithm: str, kid: str = "") -> str:
    token = jws.JWS(json.dumps(claims))
    header = {"alg": algorithm, "kid": kid or str(key["kid"]), "typ": "JWT"}
    token.add_signature(key, algorithm, json.dumps(header))
    return str(token.serialize(compact=True))


def _encrypted(signed: str, key: Any) -> str:
    header = {"alg": "RSA-OAEP-256", "enc": "A256GCM", "cty": "JWT"}
    return str(jwe.JWE(signed.encode(), json.dumps(header), recipient=key).serialize(compact=True))


def _challenge(verifier: str) -> str:
    return _text(hashlib.sha256(verifier.encode()).digest())


def _half(access_token: str) -> str:
    return _text(hashlib.sha256(access_token.encode()).digest()[:16])


def _part(told: Mapping[str, Any]) -> str:
    return _text(json.dumps(told).encode())


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
