"""Sign and encrypt a MIME part: S/MIME as RFC 8551 says, with detached signatures."""

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.ciphers import algorithms
from cryptography.hazmat.primitives.serialization import pkcs7

_LINE = 76


class BadCertificate(Exception):
    """Le certificat S/MIME ou sa clé ne s’ouvre pas."""


@dataclass(frozen=True, slots=True)
class Signer:
    """The certificate of a mailbox and its key."""

    certificate: x509.Certificate
    key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


def signer_of(certificate_file: str, key_file: str) -> Signer:
    """Read the certificate of a mailbox.

    Raises:
        BadCertificate: a file cannot be read or used.
    """
    try:
        key = serialization.load_pem_private_key(Path(key_file).read_bytes(), password=None)
        certificate = x509.load_pem_x509_certificate(Path(certificate_file).read_bytes())
    except (OSError, ValueError, TypeError) as error:
        raise BadCertificate from error
    if not isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
        raise BadCertificate
    return Signer(certificate, key)


def correspondent(folder: str, address: str) -> x509.Certificate | None:
    """Return the certificate kept for an address (`address.pem`), None when there is none.

    Raises:
        BadCertificate: there is one, which cannot be read.
    """
    name = address.lower()
    if "/" in name or name.startswith("."):
        return None
    path = Path(folder) / f"{name}.pem"
    if not path.is_file():
        return None
    try:
        return x509.load_pem_x509_certificate(path.read_bytes())
    except (OSError, ValueError) as error:
        raise BadCertificate from error


def signed(part: bytes, signer: Signer) -> bytes:
    """Return a multipart/signed entity around a MIME part, whose lines end with CR LF."""
    builder = pkcs7.PKCS7SignatureBuilder().set_data(part)
    signature = builder.add_signer(signer.certificate, signer.key, hashes.SHA256()).sign(
        serialization.Encoding.DER, [pkcs7.PKCS7Options.DetachedSignature, pkcs7.PKCS7Options.Binary]
    )
    boundary = "signed-" + hashlib.sha256(part).hexdigest()[:32]
    lines = [
        'Content-Type: multipart/signed; protocol="application/pkcs7-signature"; micalg=sha-256;',
        f' boundary="{boundary}"',
        "",
        "This is an S/MIME signed message.",
        f"--{boundary}",
        "",
    ]
    closing = [
        "",
        f"--{boundary}",
        'Content-Type: application/pkcs7-signature; name="smime.p7s"',
        "Content-Transfer-Encoding: base64",
        'Content-Disposition: attachment; filename="smime.p7s"',
        "",
        _base64(signature),
        f"--{boundary}--",
        "",
    ]
    return "\r\n".join(lines).encode() + part + "\r\n".join(closing).encode()


def encrypted(entity: bytes, certificates: Sequence[x509.Certificate]) -> bytes:
    """Return an enveloped entity that the holders of these certificates can open (AES 256)."""
    builder = pkcs7.PKCS7EnvelopeBuilder().set_data(entity)
    for certificate in certificates:
        builder = builder.add_recipient(certificate)
    sealed = builder.set_content_encryption_algorithm(algorithms.AES256).encrypt(
        serialization.Encoding.DER, [pkcs7.PKCS7Options.Binary]
    )
    lines = [
        'Content-Type: application/pkcs7-mime; smime-type=enveloped-data; name="smime.p7m"',
        "Content-Transfer-Encoding: base64",
        'Content-Disposition: attachment; filename="smime.p7m"',
        "",
        _base64(sealed),
        "",
    ]
    return "\r\n".join(lines).encode()


def _base64(content: bytes) -> str:
    text = base64.b64encode(content).decode("ascii")
    return "\r\n".join(text[start : start + _LINE] for start in range(0, len(text), _LINE))
