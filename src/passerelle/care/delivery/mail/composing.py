"""Write the mail that carries the documents of a message, for one correspondent."""

import contextlib
import email.policy
import hashlib
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime

from passerelle.care.delivery.mail.smime import Signer, correspondent, encrypted, signed
from passerelle.care.delivery.mail.xdm import Enclosed, Submission, archive, oid_of
from passerelle.care.delivery.rules.subject import xdm_subject
from passerelle.protocols import hl7v2, pamfr
from passerelle.protocols.cda import api as cda

_POLICY = email.policy.SMTP.clone(max_line_length=998)
_BODY = "Bonjour,\n\nVous trouverez ci-joint un document de santé.\n"
_PATIENT_DOMAIN = "patient.mssante.fr"
_XML_KINDS = frozenset({"text/xml", "application/xml", ""})


class NothingToSend(Exception):
    """Ce message ne porte aucun document à envoyer."""


@dataclass(frozen=True, slots=True)
class Mailbox:
    """Our own mailbox: its address, its certificate if it signs, where the certificates of others are kept."""

    address: str
    signer: Signer | None = None
    encryption_folder: str = ""


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail to write: the HL7 message it comes from, to whom, its number among ours, and its date."""

    message: bytes
    recipient: str
    number: int
    at: datetime


def message_id(number: int, mailbox: str) -> str:
    """Return the Message-ID of an item: the same each time it is sent, and told back by a reading receipt."""
    domain = mailbox.rpartition("@")[2]
    return f"<passerelle.{number}.{_digest(f'{number}|{mailbox}')[:16]}@{domain}>"


def number_of(told: str, mailbox: str) -> int | None:
    """Return the item that a Message-ID of ours names, None when it is not one."""
    name = told.strip().removeprefix("<passerelle.").partition(".")[0]
    if not name.isdigit():
        return None
    return int(name) if message_id(int(name), mailbox) == told.strip() else None


def compose(letter: Letter, sender: Mailbox) -> bytes:
    """Return the whole mail: documents as IHE_XDM.ZIP beside their readable copy, signed and encrypted when possible.

    Raises:
        NothingToSend: the message carries no document.
        BadCertificate: the certificate of the correspondent cannot be read.
    """
    event = pamfr.read(hl7v2.parse(letter.message))
    if not isinstance(event, pamfr.DocumentEvent) or not event.documents:
        raise NothingToSend
    enclosed = [found for one in event.documents if (found := _enclosed(one)) is not None]
    part = _content(event, enclosed, letter)
    if sender.signer is not None:
        part = signed(part, sender.signer)
    certificate = correspondent(sender.encryption_folder, letter.recipient) if sender.encryption_folder else None
    if certificate is not None:
        part = encrypted(part, [certificate])
    return _head(event, enclosed, letter, sender) + part


def _head(event: pamfr.DocumentEvent, enclosed: list[Enclosed], letter: Letter, sender: Mailbox) -> bytes:
    head = EmailMessage(policy=_POLICY)
    head["From"] = sender.address
    head["To"] = letter.recipient
    head["Subject"] = _subject(event, enclosed)
    head["Date"] = format_datetime(letter.at)
    head["Message-ID"] = message_id(letter.number, sender.address)
    routing = event.routing
    if routing is not None and routing.reply_to:
        head["Reply-To"] = routing.reply_to
    if routing is not None and routing.wants_reading_receipt:
        head["Disposition-Notification-To"] = sender.address
    head["MIME-Version"] = "1.0"
    return head.as_bytes().removesuffix(b"\r\n")


def _subject(event: pamfr.DocumentEvent, enclosed: list[Enclosed]) -> str:
    traits = event.patient.traits
    if not enclosed:
        return "Document de santé"
    return xdm_subject(
        [one.header.display or one.header.title for one in enclosed],
        birth_name=traits.birth_name,
        given_name=traits.first_given or next(iter(traits.given_names), ""),
        birth_date=traits.birth_date,
    )


def _content(event: pamfr.DocumentEvent, enclosed: list[Enclosed], letter: Letter) -> bytes:
    content = EmailMessage(policy=_POLICY)
    content.set_content(_text(event, letter.recipient), cte="quoted-printable")
    if enclosed:
        name = _digest(f"{letter.number}")
        submission = Submission(oid_of(f"submission {name}"), letter.at, oid_of("passerelle"))
        content.add_attachment(
            archive(enclosed, submission), maintype="application", subtype="zip", filename="IHE_XDM.ZIP"
        )
    for rank, pdf in enumerate(_readable(event, enclosed), start=1):
        content.add_attachment(pdf, maintype="application", subtype="pdf", filename=f"document-{rank}.pdf")
    content.set_boundary("mixed-" + _digest(f"{letter.number}|{letter.recipient}"))
    del content["MIME-Version"]
    return content.as_bytes()


def _text(event: pamfr.DocumentEvent, recipient: str) -> str:
    routing = event.routing
    told = ""
    if routing is not None:
        is_patient = recipient.lower().endswith(f"@{_PATIENT_DOMAIN}")
        told = routing.body_for_patient if is_patient else routing.body_for_professionals
    return told.replace("\r\n", "\n").replace("\r", "\n") or _BODY


def _enclosed(document: pamfr.InboundDocument) -> Enclosed | None:
    """Return a document as CDA, None when it is something else."""
    if document.mime not in _XML_KINDS:
        return None
    with contextlib.suppress(cda.CdaError):
        return Enclosed(document.content, cda.read(document.content))
    return None


def _readable(event: pamfr.DocumentEvent, enclosed: list[Enclosed]) -> list[bytes]:
    """Return the PDF that came: those of the message, and the copies that the CDA documents carry."""
    given = [one.content for one in event.documents if one.mime == "application/pdf"]
    return given + [pdf for one in enclosed if (pdf := one.header.pdf) is not None]


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
