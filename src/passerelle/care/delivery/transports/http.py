"""Ask an HTTP server: by the address that was checked, without redirects, proxies nor surprises of size."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import httpx

from passerelle.care.delivery.rules.answering import Answer
from passerelle.care.delivery.rules.guarding import AddressRefused, host_and_port
from passerelle.care.delivery.rules.outcomes import Verdict
from passerelle.care.delivery.transports.opening import Place, Tls, resolve, tls_context
from passerelle.care.delivery.transports.parcel import NotSent, Unanswered

_LONGEST_ANSWER: Final = 1024 * 1024
_LATER: Final = frozenset({408, 409, 423, 425, 429, 500, 502, 503, 504})
_BEFORE_EXPIRY_S: Final = 30.0


@dataclass(frozen=True, slots=True)
class Reply:
    """What a server answered, cut at a mebibyte."""

    status: int
    body: bytes


@dataclass(frozen=True, slots=True)
class OAuth:
    """How a token is asked for (OAuth 2, client credentials)."""

    token_url: str
    client_id: str
    client_secret_file: str
    scope: str = ""


class Web:
    """Talks to declared addresses only; each one is resolved and checked when a connection is opened.

    `is_public`: the address must not be one of a private network.
    """

    def __init__(self, *, tls: Tls, timeout_s: float, is_public: bool = False) -> None:
        self._tls = tls
        self._is_public = is_public
        self._timeout_s = timeout_s
        self._client: httpx.Client | None = None
        self._addresses: dict[Place, str] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def ask(self, method: str, url: str, *, content: bytes, headers: Mapping[str, str]) -> Reply:
        """Ask once.

        Raises:
            NotSent: no connection.
            Unanswered: asked, and no whole answer in time.
        """
        target = _declared(url)
        try:
            with self._opened().stream(
                method,
                self._pinned(url, target),
                content=content,
                headers={**headers, "Host": httpx.URL(url).netloc.decode("ascii")},
                extensions={"sni_hostname": target.host},
            ) as response:
                return Reply(response.status_code, _read(response, time.monotonic() + self._timeout_s))
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.UnsupportedProtocol) as error:
            self.close()
            reason = f"{target.host}:{target.port} est injoignable ({_told(error)})"
            raise NotSent(reason) from error
        except (httpx.HTTPError, httpx.StreamError, TimeoutError) as error:
            self.close()
            reason = f"aucune réponse complète ({type(error).__name__})"
            raise Unanswered(reason) from error

    def close(self) -> None:
        """Close the connections and forget the addresses."""
        if self._client is not None:
            self._client.close()
            self._client = None
        self._addresses.clear()

    def _opened(self) -> httpx.Client:
        if self._client is None:
            self._client = httpx.Client(
                verify=tls_context(self._tls), timeout=self._timeout_s, follow_redirects=False, trust_env=False
            )
        return self._client

    def _pinned(self, url: str, target: Place) -> httpx.URL:
        """Return the address to join in the place of the name: what was checked is what is joined."""
        if target not in self._addresses:
            self._addresses[target] = resolve(target, is_public=self._is_public)
        return httpx.URL(url).copy_with(host=self._addresses[target])


class Tokens:
    """The token that a server asks for: kept in a file, or asked for again shortly before it expires."""

    def __init__(self, web: Web, *, token_file: str = "", oauth: OAuth | None = None) -> None:
        self._web = web
        self._token_file = token_file
        self._oauth = oauth
        self._token = ""
        self._until = 0.0

    def headers(self) -> dict[str, str]:
        """Return what authorises a request.

        Raises:
            NotSent: no token can be had.
        """
        if self._oauth is not None:
            return {"Authorization": f"Bearer {self._granted(self._oauth)}"}
        return {"Authorization": f"Bearer {secret(self._token_file)}"} if self._token_file else {}

    def forget(self) -> None:
        """Ask for another one next time: the server did not want this one."""
        self._until = 0.0

    def _granted(self, oauth: OAuth) -> str:
        if time.monotonic() < self._until:
            return self._token
        form = httpx.QueryParams({"grant_type": "client_credentials"} | ({"scope": oauth.scope} if oauth.scope else {}))
        basic = httpx.BasicAuth(oauth.client_id, secret(oauth.client_secret_file))
        asked = next(basic.auth_flow(httpx.Request("POST", oauth.token_url)))
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "Accept": "application/json",
            "Authorization": asked.headers["Authorization"],
        }
        try:
            reply = self._web.ask("POST", oauth.token_url, content=str(form).encode(), headers=headers)
            told = httpx.Response(reply.status, content=reply.body).json()
            self._token, lasts_s = str(told["access_token"]), float(told.get("expires_in", 60))
        except (Unanswered, ValueError, KeyError, TypeError) as error:
            reason = "le service de jetons n’a pas donné de jeton"
            raise NotSent(reason) from error
        self._until = time.monotonic() + max(lasts_s - _BEFORE_EXPIRY_S, 0.0)
        return self._token


def verdict_of(reply: Reply, *, told: str) -> Answer:
    """Judge an HTTP answer: 2xx is done, "later" and 401 are tried again, a redirection and the rest are refused."""
    code = str(reply.status)
    if 200 <= reply.status < 300:
        return Answer(Verdict.ACCEPTED, code, told, reply.body)
    if reply.status in _LATER or reply.status == 401:
        return Answer(Verdict.LATER, code, told or f"le serveur répond {code}", reply.body)
    if 300 <= reply.status < 400:
        return Answer(
            Verdict.REFUSED, code, "le serveur renvoie ailleurs : une redirection n’est jamais suivie", reply.body
        )
    return Answer(Verdict.REFUSED, code, told or f"le serveur répond {code}", reply.body)


def secret(path: str) -> str:
    """Return what a file keeps.

    Raises:
        NotSent: it cannot be read.
    """
    try:
        return Path(path).read_text().strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = "le fichier du secret déclaré ne s’ouvre pas"
        raise NotSent(reason) from error


def _declared(url: str) -> Place:
    try:
        return Place(*host_and_port(url))
    except AddressRefused as refusal:
        raise NotSent(str(refusal)) from refusal


def _read(response: httpx.Response, deadline: float) -> bytes:
    """Read an answer up to its limit of size, in the time given to the whole of it."""
    body = bytearray()
    for chunk in response.iter_bytes():
        body += chunk
        if time.monotonic() > deadline:
            raise TimeoutError
        if len(body) >= _LONGEST_ANSWER:
            break
    return bytes(body[:_LONGEST_ANSWER])


def _told(error: Exception) -> str:
    return "certificat refusé" if "CERTIFICATE" in str(error).upper() else type(error).__name__
