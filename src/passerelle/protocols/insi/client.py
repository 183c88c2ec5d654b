"""The client: one question, one answer or one typed error. It logs nothing: what it carries is a person's identity."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit
from uuid import uuid4

import httpx

from passerelle.protocols.insi.answers import read_answer, read_verification
from passerelle.protocols.insi.assertion import Practice, load_signer
from passerelle.protocols.insi.faults import InsiRefused, InsiUnavailable
from passerelle.protocols.insi.model import (
    Answer,
    CardHolder,
    InsiIdentity,
    Operator,
    Outcome,
    SearchTraits,
    Software,
)
from passerelle.protocols.insi.names import SEARCH_BY_CARD, SEARCH_BY_TRAITS, VERIFY
from passerelle.protocols.insi.questions import (
    Heading,
    by_card,
    by_traits,
    envelope,
    narrowed,
    verification,
    widened,
)

_CONNECT_SECONDS = 3.0
_ANSWER_SECONDS = 10.0
_MOST_QUESTIONS = 6
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_SERVER_ERROR = 500


class InsecureAddress(ValueError):
    """The address is neither https nor that of a simulator on this very machine."""


@dataclass(frozen=True, slots=True)
class Access:
    """Where INSi is, and who we are for it: PEM files of the establishment's certificate and of the authority."""

    address: str
    practice: Practice
    software: Software
    certificate: Path | None = None
    key: Path | None = None
    authority: Path | None = None


class InsiClient:
    """Asks INSi over mutual TLS (SOAP 1.2). Use it in a `with`: connections are kept while it is open.

    Raises:
        InsecureAddress: plain http to another machine than this one.
    """

    def __init__(self, access: Access) -> None:
        self._access = access
        has_pair = access.certificate is not None and access.key is not None
        self._signer = load_signer(access.certificate, access.key) if access.certificate and access.key else None
        place = urlsplit(access.address)
        if place.scheme != "https" and place.hostname not in _LOOPBACK:
            raise InsecureAddress(access.address)
        context: ssl.SSLContext | bool = True
        if place.scheme == "https":
            context = ssl.create_default_context(cafile=str(access.authority) if access.authority else None)
            if has_pair:
                context.load_cert_chain(str(access.certificate), str(access.key))
        timeout = httpx.Timeout(_ANSWER_SECONDS, connect=_CONNECT_SECONDS)
        self._http = httpx.Client(verify=context, timeout=timeout, trust_env=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.close()

    def search(self, traits: SearchTraits, *, operator: Operator, at: datetime) -> Answer:
        """Search a person by traits, again more widely or more narrowly as the national guide says (6 wider at most).

        Raises:
            InsiError: no answer, as `InsiUnavailable`, `InsiRefused` or `InsiUnreadable`.
        """
        answer = Answer(Outcome.NONE)
        asked = 0
        for question in _searches(traits):
            asked += 1
            answer = self.search_once(question, operator=operator, at=at)
            if answer.outcome is not Outcome.NONE or asked == _MOST_QUESTIONS:
                break
        if answer.outcome is Outcome.SEVERAL:
            for question in narrowed(traits):
                asked += 1
                narrow = self.search_once(question, operator=operator, at=at)
                if narrow.outcome is Outcome.FOUND:
                    answer = narrow
                    break
        return replace(answer, questions=asked)

    def search_once(self, traits: SearchTraits, *, operator: Operator, at: datetime) -> Answer:
        """Search a person by these very traits.

        Raises:
            InsiError: no answer.
        """
        return read_answer(self._post(SEARCH_BY_TRAITS, by_traits(traits), operator, at))

    def search_by_card(self, holder: CardHolder, *, operator: Operator, at: datetime) -> Answer:
        """Search a beneficiary of a Vitale card.

        Raises:
            InsiError: no answer.
        """
        return read_answer(self._post(SEARCH_BY_CARD, by_card(holder), operator, at))

    def verify(self, identity: InsiIdentity, *, operator: Operator, at: datetime) -> bool:
        """Tell whether this INS and these traits are those of the national bases.

        Raises:
            InsiError: no answer.
        """
        return read_verification(self._post(VERIFY, verification(identity), operator, at))

    def _post(self, action: str, body: Any, operator: Operator, at: datetime) -> bytes:
        access = self._access
        heading = Heading(action, str(uuid4()), at, operator, access.practice, access.software, self._signer)
        headers = {"Content-Type": f'application/soap+xml; charset=utf-8; action="{action}"'}
        try:
            response = self._http.post(access.address, content=envelope(heading, body), headers=headers)
        except httpx.TimeoutException:
            raise InsiUnavailable(code="timeout") from None
        except httpx.HTTPError:
            raise InsiUnavailable(code="connection") from None
        if response.is_success or (response.status_code == _SERVER_ERROR and response.content):
            return response.content
        kind = InsiUnavailable if response.is_server_error else InsiRefused
        raise kind(code=f"http_{response.status_code}")


def _searches(traits: SearchTraits) -> Iterator[SearchTraits]:
    yield from widened(traits)
