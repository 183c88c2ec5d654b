"""A house that relies on a provider: authorization code with PKCE (RFC 7636), verified to the end."""

import base64
import hashlib
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import httpx

from passerelle.protocols.oidc import tokens
from passerelle.protocols.oidc.model import Access, Proof, ProofRefused, ProviderUnavailable, SignInRefused, Started
from passerelle.protocols.oidc.provider import Provider, called, check_address, read_object

_JWT = "application/jwt"
_SAID = 60
_ENCRYPTED_DOTS = 4


class RelyingParty:
    """Sign people in at one provider; one instance serves a whole process."""

    def __init__(self, access: Access) -> None:
        check_address(access.issuer)
        self.access = access
        self.provider = Provider(access)

    def start(self, *, return_address: str, at: datetime, fresh: bool = False) -> Started:
        """Begin a sign-in; `fresh` asks the user to prove again who they are, even with a session there.

        Raises:
            ProviderUnavailable: the provider cannot be reached.
        """
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        asked = {
            "response_type": "code",
            "client_id": self.access.client_id,
            "redirect_uri": return_address,
            "scope": self.access.scope,
            "state": state,
            "nonce": nonce,
            "code_challenge": _challenge(verifier),
            "code_challenge_method": "S256",
        }
        if self.access.asked_acr:
            asked["acr_values"] = self.access.asked_acr
        if fresh:
            asked |= {"prompt": "login", "max_age": "0"}
        address = str(self.provider.description(at)["authorization_endpoint"])
        return Started(_with_query(address, asked), state, nonce, verifier)

    def finish(
        self,
        answer: Mapping[str, str],
        *,
        started: Started,
        return_address: str,
        at: datetime,
        max_age: timedelta | None = None,
    ) -> Proof:
        """Return who came back. `answer` is the query of the return; its state was matched to `started` by the caller.

        Raises:
            SignInRefused: the provider, or its user, said no.
            ProofRefused: what was given does not hold.
            ProviderUnavailable: the provider cannot be reached.
        """
        if answer.get("state") != started.state:
            raise ProofRefused(why="retour d’une autre connexion")
        if answer.get("iss", self.access.issuer) != self.access.issuer:
            raise ProofRefused(why="retour d’un autre fournisseur")
        if "error" in answer:
            raise SignInRefused(code=answer["error"][:_SAID])
        if not answer.get("code"):
            raise ProofRefused(why="retour sans code")
        given = self._exchange(answer["code"], started.verifier, return_address, at)
        id_token, access_token = self._opened(str(given.get("id_token", ""))), str(given.get("access_token", ""))
        header = tokens.header_of(id_token)
        claims = tokens.verified(id_token, self.provider.key(header, at))
        tokens.check_identity(claims, self.access, nonce=started.nonce, at=at)
        tokens.check_access_token(claims, access_token, str(header["alg"]))
        authenticated_at = tokens.check_assurance(claims, self.access, at=at, max_age=max_age)
        user = self._user(access_token, at)
        if user.get("sub") != claims["sub"]:
            raise ProofRefused(why="identité d’un autre")
        return Proof(str(claims["sub"]), str(claims.get("acr", "")), authenticated_at, {**claims, **user}, id_token)

    def logout_address(self, *, id_token: str, return_address: str, at: datetime) -> str | None:
        """Return where a browser closes its session at the provider, None when it offers no such address.

        Raises:
            ProviderUnavailable: the provider cannot be reached.
        """
        address = self.provider.description(at).get("end_session_endpoint")
        if not isinstance(address, str):
            return None
        state = secrets.token_urlsafe(16)
        asked = {"id_token_hint": id_token, "post_logout_redirect_uri": return_address, "state": state}
        return _with_query(check_address(address), asked)

    def _exchange(self, code: str, verifier: str, return_address: str, at: datetime) -> dict[str, Any]:
        description = self.provider.description(at)
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": return_address,
            "code_verifier": verifier,
        }
        methods = description.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        access, options = self.access, {}
        if "client_secret_basic" in methods:
            options["auth"] = httpx.BasicAuth(_escaped(access.client_id), _escaped(access.client_secret))
        else:
            form |= {"client_id": access.client_id, "client_secret": access.client_secret}
        answer = called("POST", str(description["token_endpoint"]), data=form, **options)
        if answer.status_code >= httpx.codes.INTERNAL_SERVER_ERROR:
            raise ProviderUnavailable(why=f"réponse {answer.status_code}")
        given = read_object(answer)
        if answer.status_code != httpx.codes.OK:
            raise SignInRefused(code=str(given.get("error", answer.status_code))[:_SAID])
        return given

    def _user(self, access_token: str, at: datetime) -> dict[str, Any]:
        address = str(self.provider.description(at)["userinfo_endpoint"])
        answer = called("GET", address, headers={"Authorization": f"Bearer {access_token}"})
        if answer.status_code != httpx.codes.OK:
            raise ProviderUnavailable(why=f"réponse {answer.status_code}")
        if not answer.headers.get("content-type", "").startswith(_JWT):
            return read_object(answer)
        told = self._opened(answer.text)
        claims = tokens.verified(told, self.provider.key(tokens.header_of(told), at))
        tokens.check_origin(claims, self.access)
        return claims

    def _opened(self, token: str) -> str:
        return tokens.decrypted(token, self.access.decryption_key) if token.count(".") == _ENCRYPTED_DOTS else token


def _challenge(verifier: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def _escaped(text: str) -> str:
    return urlencode({"": text})[1:]


def _with_query(address: str, asked: Mapping[str, str]) -> str:
    return f"{address}{'&' if '?' in address else '?'}{urlencode(asked)}"
