"""The key with which this installation signs the identity tokens it gives to applications."""

import os
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

_BITS = 2_048


def signing_key(path: Path) -> str:
    """Return the key whose file the environment names, or the one this installation made for itself on first start."""
    given = os.environ.get("PASSERELLE_OAUTH_KEY")
    kept = Path(given) if given else path
    if not given and not kept.exists():
        kept.parent.mkdir(parents=True, exist_ok=True)
        made = rsa.generate_private_key(public_exponent=65_537, key_size=_BITS)
        pem = made.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        with os.fdopen(os.open(kept, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(pem)
    return kept.read_text()
