"""The HTTP server of a simulated provider, on this machine only. None is a national service, and each page says so."""

import base64
import binascii
import json
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from types import TracebackType
from typing import Any, ClassVar, Self, cast
from urllib.parse import parse_qs, parse_qsl, unquote_plus, urlencode, urlsplit

from passerelle.protocols.oidc.simulator.page import Words, choice_page, told_page
from passerelle.protocols.oidc.simulator.realm import Asked, Holder, Manner, Realm, Refused

MAX_BYTES = 65_536
_HTML, _JSON, _JWT = "text/html; charset=utf-8", "application/json", "application/jwt"
_THIS_MACHINE = frozenset({"127.0.0.1", "localhost", "::1"})


@dataclass(frozen=True, slots=True)
class Answer:
    """What is sent back."""

    content: str
    kind: str = _JSON
    status: int = HTTPStatus.OK
    location: str = ""


@dataclass(frozen=True, slots=True)
class Call:
    """What was asked."""

    query: Mapping[str, str]
    raw_query: str
    form: Mapping[str, str]
    authorization: str


@dataclass(frozen=True, slots=True)
class Shape:
    """What tells one provider from another at its border: addresses, what must be asked, what it publishes of itself.

    `issuer_path` follows the origin; the other paths follow the issuer. `scopes` are those it knows, `needed` the one
    without which a demand is refused. `simulates` goes in the header `X-Simulation`.
    """

    issuer_path: str
    authorize: str
    token: str
    user: str
    keys: str
    logout: str
    scopes: tuple[str, ...]
    needed: str
    acr_values: tuple[str, ...]
    secret_by: tuple[str, ...]
    simulates: str
    words: Words
    logout_needs_state: bool = False
    published: Mapping[str, Any] | None = None


class Simulator:
    """Serve in a thread while in a `with`; `is_down` makes it answer 503 to everything."""

    SHAPE: ClassVar[Shape]
    MANNER: ClassVar[Manner]

    def __init__(
        self,
        holders: Callable[[], Sequence[Holder]],
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        client_id: str = "passerelle",
        client_secret: str = "",
        client_key: Any = None,
    ) -> None:
        self.holders = holders
        self.is_down = False
        self._server = _Server((host, port), _Handler)
        self._server.simulator = self
        self._server.daemon_threads = True
        self.origin = f"http://{host}:{self._server.server_address[1]}"
        issuer, secret = self.origin + self.SHAPE.issuer_path, client_secret or secrets.token_urlsafe(24)
        self.realm = Realm(issuer, client_id, secret, self.MANNER, client_key)
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        shape, root = self.SHAPE, self.SHAPE.issuer_path
        self._routes: dict[tuple[str, str], Callable[[Call], Answer]] = {
            ("GET", root + "/.well-known/openid-configuration"): self._description,
            ("GET", root + shape.keys): lambda _: _json(self.realm.key_set()),
            ("GET", root + shape.authorize): self._choose,
            ("POST", root + shape.authorize): self._chosen,
            ("POST", root + shape.token): self._token,
            ("GET", root + shape.user): self._user,
            ("GET", root + shape.logout): self._logout,
        }

    @property
    def issuer(self) -> str:
        """Return the address that the house is configured with."""
        return self.realm.issuer

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def serve(self) -> None:
        """Serve in this thread until `stop` is called from another."""
        self._server.serve_forever(poll_interval=0.2)

    def stop(self) -> None:
        """Close the door."""
        self._server.shutdown()
        self._server.server_close()

    def answer(self, method: str, path: str, call: Call) -> Answer:
        """Return what is answered to a call."""
        if self.is_down:
            return _json({"error": "temporarily_unavailable"}, HTTPStatus.SERVICE_UNAVAILABLE)
        route = self._routes.get((method, path))
        if route is None:
            return self._page("Page inconnue", "Le simulateur n’a rien ici.", HTTPStatus.NOT_FOUND)
        return route(call)

    def _description(self, _: Call) -> Answer:
        issuer, shape = self.realm.issuer, self.SHAPE
        told = {
            "issuer": issuer,
            "authorization_endpoint": issuer + shape.authorize,
            "token_endpoint": issuer + shape.token,
            "userinfo_endpoint": issuer + shape.user,
            "jwks_uri": issuer + shape.keys,
            "end_session_endpoint": issuer + shape.logout,
            "response_types_supported": ["code"],
            "grant_types_supported": ["authorization_code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": [self.MANNER.algorithm],
            "token_endpoint_auth_methods_supported": list(shape.secret_by),
            "code_challenge_methods_supported": ["S256"],
            "scopes_supported": list(shape.scopes),
            "acr_values_supported": list(shape.acr_values),
        }
        return _json(told | dict(shape.published or {}))

    def _choose(self, call: Call) -> Answer:
        asked, wrong = self._asked(call)
        if asked is None:
            return self._page("Demande refusée", wrong, HTTPStatus.BAD_REQUEST)
        return Answer(choice_page(self.SHAPE.words, self.holders(), call.raw_query, asked.client_id), _HTML)

    def _chosen(self, call: Call) -> Answer:
        asked, wrong = self._asked(call)
        holder = next((one for one in self.holders() if one.subject == call.form.get("holder")), None)
        if asked is None or holder is None:
            return self._page("Demande refusée", wrong or "Ce porteur n’existe pas.", HTTPStatus.BAD_REQUEST)
        if holder.behaviour == "refused":
            return _sent(asked.redirect_uri, {"error": "access_denied", "state": asked.state})
        return _sent(asked.redirect_uri, {"code": self.realm.allow(asked, holder), "state": asked.state})

    def _asked(self, call: Call) -> tuple[Asked | None, str]:
        wrong = self._wrong(call.query)
        if wrong:
            return None, wrong
        told = call.query
        asked = Asked(
            client_id=told["client_id"],
            redirect_uri=told["redirect_uri"],
            state=told["state"],
            nonce=told["nonce"],
            challenge=told.get("code_challenge", ""),
            acr=told.get("acr_values", "").partition(" ")[0],
            scope=told["scope"],
        )
        return asked, ""

    def _wrong(self, told: Mapping[str, str]) -> str:
        if told.get("client_id") != self.realm.client_id:
            return "Service inconnu."
        if urlsplit(told.get("redirect_uri", "")).hostname not in _THIS_MACHINE:
            return "Le simulateur ne renvoie que vers cette machine."
        scopes, shape = told.get("scope", "").split(), self.SHAPE
        if told.get("response_type") != "code" or not {"openid", shape.needed} <= set(scopes) <= set(shape.scopes):
            return f"Il faut response_type=code, et scope=openid {shape.needed}, sans portée inconnue."
        if told.get("code_challenge_method") != "S256" or not told.get("nonce") or not told.get("state"):
            return "Il faut PKCE (S256), nonce et state."
        if told.get("acr_values", "").partition(" ")[0] not in {"", *shape.acr_values}:
            return "Ce niveau de garantie n’existe pas."
        return ""

    def _token(self, call: Call) -> Answer:
        try:
            return _json(self.realm.exchange(call.form, _credentials(call)))
        except Refused as refusal:
            return _json({"error": refusal.error}, refusal.status)

    def _user(self, call: Call) -> Answer:
        told = self.realm.user(call.authorization.removeprefix("Bearer "))
        if isinstance(told, str):
            return Answer(told, _JWT)
        return _json({"error": "invalid_token"}, HTTPStatus.UNAUTHORIZED) if told is None else _json(told)

    def _logout(self, call: Call) -> Answer:
        back, state = call.query.get("post_logout_redirect_uri", ""), call.query.get("state", "")
        is_whole = call.query.get("id_token_hint") and (state or not self.SHAPE.logout_needs_state)
        if urlsplit(back).hostname in _THIS_MACHINE and is_whole:
            return _sent(back, {"state": state} if state else {})
        return self._page("Session fermée", "Le simulateur n’a gardé aucune session.")

    def _page(self, title: str, text: str, status: int = HTTPStatus.OK) -> Answer:
        return Answer(told_page(self.SHAPE.words, title, text), _HTML, status)


class _Server(ThreadingHTTPServer):
    simulator: Simulator


class _Handler(BaseHTTPRequestHandler):
    server_version = "PasserelleSimulateur"
    sys_version = ""

    def do_GET(self) -> None:
        self._answer("GET", "")

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        if length > MAX_BYTES:
            self.send_error(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
            return
        self._answer("POST", self.rfile.read(length).decode("utf-8", "replace"))

    def _answer(self, method: str, body: str) -> None:
        simulator = cast("_Server", self.server).simulator
        parts = urlsplit(self.path)
        query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        call = Call(query, parts.query, dict(parse_qsl(body)), self.headers.get("Authorization", ""))
        answer = simulator.answer(method, parts.path, call)
        content = answer.content.encode()
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.kind)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Cache-Control", "no-store")
        self.send_header("X-Simulation", simulator.SHAPE.simulates)
        if answer.location:
            self.send_header("Location", answer.location)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the library's signature
        """Log nothing: codes and tokens pass here."""


def _json(told: Mapping[str, Any], status: int = HTTPStatus.OK) -> Answer:
    return Answer(json.dumps(told), status=status)


def _sent(address: str, told: Mapping[str, str]) -> Answer:
    joint = "&" if "?" in address else "?"
    return Answer("", _HTML, HTTPStatus.SEE_OTHER, address + (joint + urlencode(told) if told else ""))


def _credentials(call: Call) -> tuple[str, str]:
    kind, _, told = call.authorization.partition(" ")
    if kind != "Basic":
        return call.form.get("client_id", ""), call.form.get("client_secret", "")
    try:
        name, _, secret = base64.b64decode(told).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return unquote_plus(name), unquote_plus(secret)
