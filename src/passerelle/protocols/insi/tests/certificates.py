"""Certificates for the tests: an authority, a server on loopback, an establishment. All thrown away."""

from __future__ import annotations

import ipaddress
import ssl
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID


@dataclass(frozen=True)
class Pair:
    certificate: Path
    key: Path


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def make(folder: Path, names: tuple[str, ...] = ("server", "hospital")) -> tuple[Path, dict[str, Pair]]:
    """Return the file of the authority, and a pair for each name, signed by it."""
    root_key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    root = _signed(_name("Autorité d’essai"), root_key.public_key(), _name("Autorité d’essai"), root_key, is_root=True)
    authority = folder / "authority.pem"
    authority.write_bytes(root.public_bytes(serialization.Encoding.PEM))
    pairs = {}
    for name in names:
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        held = _signed(_name(name), key.public_key(), root.subject, root_key)
        pair = Pair(folder / f"{name}.pem", folder / f"{name}.key")
        pair.certificate.write_bytes(held.public_bytes(serialization.Encoding.PEM))
        pair.key.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
        pairs[name] = pair
    return authority, pairs


def server_context(authority: Path, pair: Pair) -> ssl.SSLContext:
    """Return a server context that asks its callers for a certificate of the authority."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=str(authority))
    context.load_cert_chain(str(pair.certificate), str(pair.key))
    context.verify_mode = ssl.CERT_REQUIRED
    return context


def _signed(
    subject: x509.Name,
    public: rsa.RSAPublicKey,
    issuer: x509.Name,
    key: rsa.RSAPrivateKey,
    *,
    is_root: bool = False,
) -> x509.Certificate:
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=is_root, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
    )
    return builder.sign(key, hashes.SHA256())
