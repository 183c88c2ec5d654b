"""The folder of a broker: configuration, passwords, access list, and certificates made here when none are given."""

import getpass
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from passerelle.care.devices.models import Device
from passerelle.care.devices.rules import broker

_LASTS: Final = timedelta(days=825)
_PRIVATE: Final = 0o600


def write_broker_files(
    folder: Path, *, port: int, host: str, certificate: Path | None = None, key: Path | None = None
) -> int:
    """Write what the broker reads; return how many devices may connect. The secret of the listener is kept.

    Without certificate, an authority and a certificate of this folder are made, once, for `host`.
    """
    folder = folder.resolve()
    (folder / "kept").mkdir(parents=True, exist_ok=True)
    (folder / "kept").chmod(0o700)
    if certificate is None or key is None:
        certificate, key = folder / "broker.pem", folder / "broker.key"
        if not (folder / "authority.pem").exists():
            _make_certificates(folder, host)
    secret = _listener_secret(folder)
    devices = Device.objects.exclude(credential="").order_by("pk").values_list("pk", "credential")
    credentials = [(str(id_), hashed) for id_, hashed in devices]
    _write(folder / "passwords", broker.passwords([(broker.LISTENER, broker.password_hash(secret)), *credentials]))
    _write(folder / "acl", broker.access_list())
    _write(
        folder / "mosquitto.conf",
        broker.configuration(folder, port=port, user=getpass.getuser(), certificate=certificate, key=key),
    )
    return len(credentials)


def _listener_secret(folder: Path) -> str:
    path = folder / "listener-password"
    if not path.exists():
        _write(path, broker.new_secret() + "\n")
    return path.read_text().strip()


def _write(path: Path, text: str) -> None:
    """Replace a file whole, readable by its owner only."""
    fresh = path.with_name(f".{path.name}.new")
    with _private(fresh) as number:
        os.write(number, text.encode())
    fresh.replace(path)


@contextmanager
def _private(path: Path) -> Iterator[int]:
    number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _PRIVATE)
    try:
        yield number
    finally:
        os.close(number)


def _make_certificates(folder: Path, host: str) -> None:
    """Make an authority and the certificate of the broker: for a trial or a closed network."""
    root_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    root_name, name = _named("Passerelle, autorité du courtier"), _named(host)
    root = _unsigned(root_name, root_name, root_key.public_key()).add_extension(
        x509.BasicConstraints(ca=True, path_length=0), critical=True
    )
    root = root.add_extension(
        x509.SubjectKeyIdentifier.from_public_key(root_key.public_key()), critical=False
    ).add_extension(
        x509.KeyUsage(
            digital_signature=True,
            key_cert_sign=True,
            crl_sign=True,
            content_commitment=False,
            key_encipherment=False,
            data_encipherment=False,
            key_agreement=False,
            encipher_only=False,
            decipher_only=False,
        ),
        critical=True,
    )
    leaf = (
        _unsigned(name, root_name, key.public_key())
        .add_extension(x509.SubjectAlternativeName(_alternatives(host)), critical=False)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(root_key.public_key()), critical=False)
    )
    pem = serialization.Encoding.PEM
    _write(folder / "authority.pem", root.sign(root_key, hashes.SHA256()).public_bytes(pem).decode())
    _write(folder / "broker.pem", leaf.sign(root_key, hashes.SHA256()).public_bytes(pem).decode())
    plain = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    _write(folder / "broker.key", plain.decode())


def _named(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _unsigned(name: x509.Name, issuer: x509.Name, public: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(issuer)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + _LASTS)
    )


def _alternatives(host: str) -> list[x509.GeneralName]:
    try:
        return [x509.IPAddress(ip_address(host))]
    except ValueError:
        return [x509.DNSName(host)]
