"""The key with which this installation signs the identity tokens it gives to applications."""

import os
from contextlib import suppress
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

_BITS = 2_048


def signing_key(path: Path) -> str:
    """Return the key whose file the environment names, or the one this installation made for itself on first start."""
    given = os.environ.get("PASSERELLE_OAUTH_KEY")
    if given:
        return Path(given).read_text()
    if not path.exists():
        _make(path)
    return path.read_text()


def _make(path: Path) -> None:
    """Write a new key down, unless another process did it meanwhile: then all of them sign with that one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    made = rsa.generate_private_key(public_exponent=65_537, key_size=_BITS)
    pem = made.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    own = path.with_suffix(f".{os.getpid()}")
    with os.fdopen(os.open(own, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(pem)
    with suppress(FileExistsError):
        os.link(own, path)
    own.unlink()
