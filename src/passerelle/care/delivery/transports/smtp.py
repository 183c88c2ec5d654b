"""Send a mail by SMTP, one correspondent each, as MSSanté uses it."""

import smtplib
import socket
from dataclasses import dataclass

from passerelle.care.delivery.mail.composing import Letter, Mailbox, NothingToSend, compose
from passerelle.care.delivery.mail.smime import BadCertificate
from passerelle.care.delivery.rules.answering import Answer
from passerelle.care.delivery.rules.outcomes import Verdict
from passerelle.care.delivery.transports.opening import Place, Tls, connect, tls_context
from passerelle.care.delivery.transports.parcel import NotSent, Parcel, Unanswered

_PERMANENT = 500
_TRANSIENT = 400


@dataclass(frozen=True, slots=True)
class Relay:
    """The server that takes our mail, how it is reached, and our account there."""

    place: Place
    tls: Tls
    is_tls: bool = False
    is_starttls: bool = False
    username: str = ""
    password: str = ""


class SmtpTransport:
    """Opens a session for each mail: a correspondence is slow and rare, and a session that lasts is cut anyway."""

    def __init__(self, relay: Relay, mailbox: Mailbox, *, timeout_s: float) -> None:
        self._relay = relay
        self._mailbox = mailbox
        self._timeout_s = timeout_s

    def send(self, parcel: Parcel) -> Answer:
        """Send the documents of a message to the correspondent of the item.

        Raises:
            NotSent: refused or cut before the content was given.
            Unanswered: the content was given, and its answer never came.
        """
        letter = Letter(parcel.payload, parcel.recipient, parcel.id, parcel.created_at)
        try:
            mail = compose(letter, self._mailbox)
        except (NothingToSend, BadCertificate) as refusal:
            return Answer(Verdict.REFUSED, text=refusal.__doc__ or "")
        session = self._session()
        try:
            return self._given(session, parcel.recipient, mail)
        finally:
            session.close()

    def close(self) -> None:
        """Keep nothing: each mail has its session."""

    def _session(self) -> "_Session":
        relay = self._relay
        line = connect(relay.place, tls=relay.tls if relay.is_tls else None, timeout_s=self._timeout_s)
        session = _Session(line, relay.place.host)
        try:
            session.begin()
            if relay.is_starttls:
                session.starttls(context=tls_context(relay.tls))
            if relay.username:
                session.login(relay.username, relay.password)
        except (OSError, smtplib.SMTPException) as error:
            session.close()
            reason = f"{relay.place.host}:{relay.place.port} : la session SMTP ne s’ouvre pas ({_told(error)})"
            raise NotSent(reason) from error
        return session

    def _given(self, session: "_Session", recipient: str, mail: bytes) -> Answer:
        try:
            for code, said in (session.mail(self._mailbox.address), session.rcpt(recipient)):
                if code >= _TRANSIENT:
                    return _answer(code, said)
        except (OSError, smtplib.SMTPException) as error:
            reason = f"session coupée avant l’envoi ({_told(error)})"
            raise NotSent(reason) from error
        try:
            code, said = session.data(mail)
        except smtplib.SMTPDataError as refusal:
            return _answer(refusal.smtp_code, refusal.smtp_error)
        except (OSError, smtplib.SMTPException) as error:
            reason = f"session coupée pendant l’envoi ({_told(error)})"
            raise Unanswered(reason) from error
        return _answer(code, said)


class _Session(smtplib.SMTP):
    """A session on a connection that is already open, on a checked address."""

    def __init__(self, line: socket.socket, host: str) -> None:
        super().__init__(local_hostname="passerelle", timeout=line.gettimeout() or 30.0)
        self._host = host
        self._line = line

    def begin(self) -> None:
        """Hear the greeting and introduce ourselves.

        Raises:
            SMTPException: the server does not want us.
        """
        self.sock = self._line
        self.file = None
        code, said = self.getreply()
        if code >= _TRANSIENT:
            raise smtplib.SMTPConnectError(code, said)
        self.ehlo_or_helo_if_needed()


def _answer(code: int, said: bytes | str) -> Answer:
    text = said.decode(errors="replace") if isinstance(said, bytes) else said
    raw = f"{code} {text}".encode()
    if code >= _PERMANENT:
        return Answer(Verdict.REFUSED, str(code), text, raw)
    if code >= _TRANSIENT:
        return Answer(Verdict.LATER, str(code), text, raw)
    return Answer(Verdict.ACCEPTED, str(code), text, raw)


def _told(error: Exception) -> str:
    """Return what the server said, or the kind of error: never an address."""
    if isinstance(error, smtplib.SMTPResponseException):
        return str(error.smtp_code)
    return type(error).__name__
