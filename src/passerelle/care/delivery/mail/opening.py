"""Open a mail that came: its parts, decrypted when we hold the key, and the documents of its archive.

Source: RFC 5322, RFC 8551 (S/MIME), IHE XDM (vol. 2b, 3.32). Nothing is written to disk or unpacks without a limit.
"""

import email
import email.policy
import io
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import EmailMessage, Message
from email.utils import parseaddr
from typing import Final

from cryptography.hazmat.primitives.serialization import pkcs7

from passerelle.care.delivery.mail.smime import Signer

_MOST_BYTES: Final = 30 * 1024 * 1024
_MOST_PARTS: Final = 100
_MOST_ENTRIES: Final = 200
_MOST_UNPACKED: Final = 60 * 1024 * 1024
_ENCRYPTED: Final = frozenset({"application/pkcs7-mime", "application/x-pkcs7-mime"})
_ZIPS: Final = frozenset({"application/zip", "application/x-zip-compressed"})
_DOCUMENTS: Final = (".xml", ".pdf")
_METADATA: Final = "metadata.xml"
_TOO_BIG: Final = "le courriel dépasse 30 Mo"
_WRAPPED: Final = "la signature enveloppe le contenu, ce qui n’est pas lu ici"
_NO_KEY: Final = "le courriel est chiffré et la boîte n’a pas de clé déclarée"
_EMPTY: Final = "le courriel chiffré est vide"
_OTHER_KEY: Final = "le courriel est chiffré pour un autre certificat que celui de la boîte"
_TOO_MANY_PARTS: Final = "le courriel a trop de parties"
_TOO_UNPACKED: Final = "l’archive est trop grosse une fois ouverte"
_NO_ARCHIVE: Final = "l’archive jointe ne s’ouvre pas"


class UnreadableMail(Exception):
    """Ce courriel ne s’ouvre pas."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True, slots=True)
class OpenedMail:
    """A mail: its sender's address, in lower case, its subject, and the documents it carries (CDA or PDF, as bytes)."""

    sender: str
    subject: str
    text: str
    documents: tuple[bytes, ...]
    was_encrypted: bool = False


def open_raw(raw: bytes, *, holder: Signer | None) -> OpenedMail:
    """Open a mail.

    Raises:
        UnreadableMail: too big, too many parts, encrypted for somebody else, an archive that cannot be trusted.
    """
    if len(raw) > _MOST_BYTES:
        raise UnreadableMail(_TOO_BIG)
    mail = email.message_from_bytes(raw, policy=email.policy.default)
    inner, was_encrypted = _decrypted(mail, holder)
    documents = tuple(_documents(inner))
    sender = parseaddr(str(mail.get("From", "")))[1].strip().lower()
    return OpenedMail(sender, str(mail.get("Subject", "")), _text(inner), documents, was_encrypted)


def _decrypted(mail: Message, holder: Signer | None) -> tuple[Message, bool]:
    if mail.get_content_type() not in _ENCRYPTED:
        return mail, False
    if str(mail.get_param("smime-type", "")).lower() == "signed-data":
        raise UnreadableMail(_WRAPPED)
    if holder is None:
        raise UnreadableMail(_NO_KEY)
    sealed = mail.get_payload(decode=True)
    if not isinstance(sealed, bytes):
        raise UnreadableMail(_EMPTY)
    try:
        plain = pkcs7.pkcs7_decrypt_der(sealed, holder.certificate, holder.key, [])  # type: ignore[arg-type]  # RSA only, told below
    except (ValueError, TypeError) as error:
        raise UnreadableMail(_OTHER_KEY) from error
    return email.message_from_bytes(plain, policy=email.policy.default), True


def _parts(mail: Message) -> Iterator[Message]:
    for rank, part in enumerate(mail.walk()):
        if rank >= _MOST_PARTS:
            raise UnreadableMail(_TOO_MANY_PARTS)
        yield part


def _text(mail: Message) -> str:
    for part in _parts(mail):
        if part.get_content_type() == "text/plain" and isinstance(part, EmailMessage) and not part.is_attachment():
            content = part.get_content()
            return str(content)[:10_000]
    return ""


def _documents(mail: Message) -> Iterator[bytes]:
    """Yield the CDA and PDF of the archive; without an archive, those joined as they are."""
    loose, packed = [], []
    for part in _parts(mail):
        name = (part.get_filename() or "").lower()
        kind = part.get_content_type()
        if kind in _ZIPS or name.endswith(".zip"):
            packed += list(_unpacked(_bytes(part)))
        elif name.endswith(_DOCUMENTS) or kind in {"application/pdf"}:
            loose.append(_bytes(part))
    yield from packed or loose


def _bytes(part: Message) -> bytes:
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""


def _unpacked(content: bytes) -> Iterator[bytes]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            yield from [_read(archive, entry) for entry in _entries(archive)]
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError, OSError, zlib.error) as error:
        raise UnreadableMail(_NO_ARCHIVE) from error


def _entries(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    """Return the documents of an archive whose own words say that it can be opened."""
    entries = archive.infolist()
    if len(entries) > _MOST_ENTRIES or sum(entry.file_size for entry in entries) > _MOST_UNPACKED:
        raise UnreadableMail(_TOO_UNPACKED)
    return [entry for entry in entries if _is_document(entry)]


def _is_document(entry: zipfile.ZipInfo) -> bool:
    name = entry.filename.lower().rpartition("/")[2]
    return not entry.is_dir() and name.endswith(_DOCUMENTS) and name != _METADATA


def _read(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    """Read one entry no further than its own announced size: a header that lies gains nothing."""
    with archive.open(entry) as opened:
        content = opened.read(_MOST_UNPACKED + 1)
    if len(content) > _MOST_UNPACKED:
        raise UnreadableMail(_TOO_UNPACKED)
    return content
