"""Send an SMS by the HTTP interface of Kannel (`/cgi-bin/sendsms`).

Source: Kannel 1.4 User's Guide, « Using the HTTP Interface to Send SMS Messages ».
"""

import http.client
import select
import socket
import threading
from collections.abc import Mapping
from typing import Final
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.urls import reverse

from passerelle.core.notify.rules.outcomes import Outcome, Verdict, of_answer
from passerelle.core.notify.sending.envelope import Envelope
from passerelle.core.notify.signing import sign

#: Reports wanted: delivered, not delivered, kept by the centre, taken by the centre, refused by the centre.
_ALL_REPORTS: Final = 31
_BELIEVED: Final = 2000


class KannelGateway:
    """Keeps one connection by thread. What provably did not leave whole is told apart from what may have."""

    def __init__(self, *, timeout_s: float) -> None:
        self._settings: Mapping[str, str] = settings.SMS_GATEWAY
        self._place = urlsplit(self._settings["address"])
        self._timeout_s = timeout_s
        self._own = threading.local()
        self._opened: list[http.client.HTTPConnection] = []

    def send(self, envelope: Envelope) -> Outcome:
        """Give one SMS to the gateway."""
        asked = urlencode(self._parameters(envelope), encoding="utf-8")
        try:
            connection = self._connection()
        except OSError as error:
            return Outcome(Verdict.LATER, f"passerelle injoignable ({type(error).__name__})", is_away=True)
        try:
            self._write(connection, asked)
        except OSError as error:
            self._forget(connection)
            return Outcome(Verdict.LATER, f"coupure avant la fin de l’envoi ({type(error).__name__})", is_away=True)
        try:
            answer = connection.getresponse()
            outcome = of_answer(answer.status, answer.read(_BELIEVED).decode("utf-8", errors="replace"))
        except (OSError, http.client.HTTPException) as error:
            self._forget(connection)
            return Outcome(Verdict.DOUBTFUL, f"envoyé, sans réponse ({type(error).__name__})", is_away=True)
        if answer.will_close or answer.length:
            self._forget(connection)
        return outcome

    def close(self) -> None:
        """Close every connection."""
        for connection in self._opened:
            connection.close()
        self._opened.clear()

    def _write(self, connection: http.client.HTTPConnection, asked: str) -> None:
        """Write one whole request; cut before its end, the gateway cannot have taken it.

        By GET: Kannel refuses forms by POST, and those who imitate its interface know no other way.
        """
        connection.putrequest("GET", f"{self._place.path or '/cgi-bin/sendsms'}?{asked}")
        connection.endheaders()

    def _parameters(self, envelope: Envelope) -> dict[str, str]:
        asked = {
            "username": self._settings["username"],
            "password": self._settings["password"],
            "from": self._settings["sender"],
            "to": envelope.recipient,
            "text": envelope.text,
            "charset": "UTF-8",
            "coding": "0",
        }
        callback = self._settings["callback"]
        if callback:
            path = reverse("notify:receipt", args=[envelope.id, sign(envelope.id)])
            url = f"{callback.rstrip('/')}{path}?etat=%d&reponse=%A&ref=%F&quand=%T"
            asked |= {"dlr-mask": str(_ALL_REPORTS), "dlr-url": url}
        return asked

    def _connection(self) -> http.client.HTTPConnection:
        known: http.client.HTTPConnection | None = getattr(self._own, "connection", None)
        if known is not None and known.sock is not None and not _is_closed_there(known.sock):
            return known
        kind = http.client.HTTPSConnection if self._place.scheme == "https" else http.client.HTTPConnection
        made = kind(self._place.hostname or "", self._place.port, timeout=self._timeout_s)
        made.connect()
        self._own.connection = made
        self._opened.append(made)
        return made

    def _forget(self, connection: http.client.HTTPConnection) -> None:
        connection.close()
        self._own.connection = None


def _is_closed_there(line: socket.socket) -> bool:
    """Tell whether the other side closed a connection that waited: nothing is asked, so anything to read is its end."""
    readable, _, _ = select.select([line], [], [], 0)
    return bool(readable)
