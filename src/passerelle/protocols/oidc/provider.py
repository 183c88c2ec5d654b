"""What a provider publishes of itself: its description and its keys, kept for a while."""

import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import httpx

from passerelle.protocols.oidc.model import Access, InsecureAddress, ProofRefused, ProviderUnavailable

KEPT = timedelta(hours=1)
NOT_AGAIN_BEFORE = timedelta(seconds=30)
MAX_BYTES = 262_144
TIMEOUT = httpx.Timeout(8.0, connect=4.0)
_NEEDED = ("authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri")
_THIS_MACHINE = frozenset({"127.0.0.1", "localhost", "::1"})


def check_address(address: str) -> str:
    """Return an address that may be called: https, or this very machine.

    Raises:
        InsecureAddress: it is neither.
    """
    parts = urlsplit(address)
    if parts.scheme == "https" and parts.hostname:
        return address
    if parts.scheme == "http" and parts.hostname in _THIS_MACHINE:
        return address
    raise InsecureAddress(why="adresse sans https")


def called(method: str, address: str, **options: Any) -> httpx.Response:
    """Call a provider once; whatever it answers is returned when it is small enough.

    Raises:
        ProviderUnavailable: no answer, or too long a one.
    """
    try:
        with (
            httpx.Client(timeout=TIMEOUT, follow_redirects=False, trust_env=False) as client,
            client.stream(method, check_address(address), **options) as answer,
        ):
            content = _short(answer.iter_bytes())
    except httpx.HTTPError as silent:
        raise ProviderUnavailable(why="pas de réponse") from silent
    headers = {"content-type": answer.headers.get("content-type", "")}
    return httpx.Response(answer.status_code, headers=headers, content=content)


def _short(chunks: Iterable[bytes]) -> bytes:
    content = b""
    for chunk in chunks:
        content += chunk
        if len(content) > MAX_BYTES:
            raise ProviderUnavailable(why="réponse trop longue")
    return content


def read_object(answer: httpx.Response) -> dict[str, Any]:
    """Return the JSON object of an answer.

    Raises:
        ProviderUnavailable: it holds none.
    """
    try:
        told = answer.json()
    except (ValueError, RecursionError) as unreadable:
        raise ProviderUnavailable(why="réponse illisible") from unreadable
    if not isinstance(told, dict):
        raise ProviderUnavailable(why="réponse illisible")
    return told


@dataclass(slots=True)
class _Kept:
    told: Mapping[str, Any] = field(default_factory=dict)
    since: datetime | None = None

    def is_older(self, age: timedelta, at: datetime) -> bool:
        return self.since is None or at - self.since > age


@dataclass(slots=True)
class Provider:
    """The description and the keys of one provider, fetched when needed."""

    access: Access
    _description: _Kept = field(default_factory=_Kept)
    _keys: _Kept = field(default_factory=_Kept)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def description(self, at: datetime) -> Mapping[str, Any]:
        """Return what the provider says of itself.

        Raises:
            ProviderUnavailable: it says nothing, or says it is somebody else.
        """
        if self._description.is_older(KEPT, at):
            told = read_object(_found(self.access.issuer.rstrip("/") + "/.well-known/openid-configuration"))
            if told.get("issuer") != self.access.issuer:
                raise ProviderUnavailable(why="le fournisseur se dit un autre")
            for name in _NEEDED:
                check_address(str(told.get(name, "")))
            self._description = _Kept(told, at)
        return self._description.told

    def key(self, header: Mapping[str, Any], at: datetime) -> Mapping[str, Any]:
        """Return the public key that a token says it was signed with; an unknown one has the keys fetched again.

        Raises:
            ProofRefused: the provider publishes no such key.
        """
        with self._lock:
            if self._keys.is_older(KEPT, at):
                self._fetch_keys(at)
            found = self._key(header)
            if found is None and self._keys.is_older(NOT_AGAIN_BEFORE, at):
                self._fetch_keys(at)
                found = self._key(header)
        if found is None:
            raise ProofRefused(why="clé inconnue")
        return found

    def _fetch_keys(self, at: datetime) -> None:
        told = read_object(_found(str(self.description(at)["jwks_uri"])))
        self._keys = _Kept(told, at)

    def _key(self, header: Mapping[str, Any]) -> Mapping[str, Any] | None:
        keys = [key for key in self._keys.told.get("keys", ()) if isinstance(key, dict)]
        usable = [key for key in keys if key.get("kty") in {"RSA", "EC"} and key.get("use", "sig") == "sig"]
        if "kid" in header:
            return next((key for key in usable if key.get("kid") == header["kid"]), None)
        return usable[0] if len(usable) == 1 else None


def _found(address: str) -> httpx.Response:
    answer = called("GET", address, headers={"Accept": "application/json"})
    if answer.status_code != httpx.codes.OK:
        raise ProviderUnavailable(why=f"réponse {answer.status_code}")
    return answer
