"""Send an ordinary mail by SMTP. The same message always has the same Message-ID."""

import smtplib
import ssl
from email.message import EmailMessage
from email.utils import formatdate
from typing import Final

from django.conf import settings
from django.utils.encoding import punycode

from passerelle.core.notify.leaving import stop_address
from passerelle.core.notify.rules.outcomes import Outcome, Verdict
from passerelle.core.notify.sending.declared import smtp_is_implicit_tls
from passerelle.core.notify.sending.envelope import Envelope

_PERMANENT: Final = 500
_TRANSIENT: Final = 400
_FOOT: Final = "\n\n--\nPour ne plus recevoir de courriel de ce service\u00a0: {address}\n"


class SmtpGateway:
    """Opens a session for each mail: few leave, and a session that lasts is cut anyway."""

    def __init__(self, *, timeout_s: float) -> None:
        self._timeout_s = timeout_s

    def send(self, envelope: Envelope) -> Outcome:
        """Give one mail to the server."""
        try:
            session = self._session()
        except (OSError, smtplib.SMTPException) as error:
            return Outcome(Verdict.LATER, f"serveur de courrier injoignable ({_told(error)})", is_away=True)
        try:
            return _given(session, envelope)
        finally:
            session.close()

    def close(self) -> None:
        """Keep nothing: each mail has its session."""

    def _session(self) -> smtplib.SMTP:
        host, port = settings.EMAIL_HOST, int(settings.EMAIL_PORT)
        context = ssl.create_default_context()
        if smtp_is_implicit_tls():
            session: smtplib.SMTP = smtplib.SMTP_SSL(host, port, timeout=self._timeout_s, context=context)
        else:
            session = smtplib.SMTP(host, port, timeout=self._timeout_s)
            if settings.EMAIL_USE_TLS:
                session.starttls(context=context)
        if settings.EMAIL_HOST_USER:
            session.login(settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD)
        return session


def compose(envelope: Envelope) -> EmailMessage:
    """Return the mail, with the way to stop."""
    address = stop_address(envelope.recipient)
    mail = EmailMessage()
    mail["From"] = settings.DEFAULT_FROM_EMAIL
    mail["To"] = _wire(envelope.recipient)
    mail["Subject"] = envelope.subject
    mail["Date"] = formatdate(localtime=False)
    mail["Message-ID"] = f"<{envelope.id}@{settings.DEFAULT_FROM_EMAIL.rpartition('@')[2].strip('>') or 'localhost'}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail["List-Unsubscribe"] = f"<{address}>"
    mail.set_content(envelope.text + _FOOT.format(address=address))
    return mail


def _given(session: smtplib.SMTP, envelope: Envelope) -> Outcome:
    sender = settings.DEFAULT_FROM_EMAIL.rpartition("<")[2].strip(">")
    try:
        session.ehlo_or_helo_if_needed()
        for code, said in (session.mail(sender), session.rcpt(_wire(envelope.recipient))):
            if code >= _TRANSIENT:
                return _answer(code, said)
    except (OSError, smtplib.SMTPException) as error:
        return Outcome(Verdict.LATER, f"session coupée avant l’envoi ({_told(error)})", is_away=True)
    try:
        return _answer(*session.data(compose(envelope).as_bytes()))
    except smtplib.SMTPDataError as refusal:
        return _answer(refusal.smtp_code, refusal.smtp_error)
    except (OSError, smtplib.SMTPException) as error:
        return Outcome(Verdict.DOUBTFUL, f"session coupée pendant l’envoi ({_told(error)})", is_away=True)


def _wire(address: str) -> str:
    """Return an address as SMTP carries it: a domain with accents in its ASCII form."""
    name, at, domain = address.rpartition("@")
    return f"{name}{at}{punycode(domain)}"


def _answer(code: int, said: bytes | str) -> Outcome:
    if code >= _PERMANENT:
        return Outcome(Verdict.REFUSED, f"refusé par le serveur de courrier ({code})")
    if code >= _TRANSIENT:
        return Outcome(Verdict.LATER, f"remis à plus tard par le serveur de courrier ({code})")
    text = said.decode(errors="replace") if isinstance(said, bytes) else said
    return Outcome(Verdict.ACCEPTED, reference=" ".join(text.split())[:200])


def _told(error: Exception) -> str:
    """Return what the server said, or the kind of error: never an address."""
    return str(error.smtp_code) if isinstance(error, smtplib.SMTPResponseException) else type(error).__name__
