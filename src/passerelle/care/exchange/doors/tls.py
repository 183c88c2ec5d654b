"""TLS for the MLLP door: who we are, whose clients we let in, and the fingerprint of the one that came."""

import hashlib
import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import Any


class TlsUnusable(Exception):
    """Le certificat, sa clé ou l’autorité des clients ne peuvent pas être lus."""


@dataclass(frozen=True, slots=True)
class TlsFiles:
    """PEM files: our certificate and its key; with `client_ca`, only clients that it signed are let in."""

    certificate: Path
    key: Path
    client_ca: Path | None = None

    def context(self) -> ssl.SSLContext:
        """Return what a listening socket needs: TLS 1.2 at least.

        Raises:
            TlsUnusable: a file is missing or is not what it should be.
        """
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        try:
            context.load_cert_chain(self.certificate, self.key)
            if self.client_ca is not None:
                context.load_verify_locations(self.client_ca)
                context.verify_mode = ssl.CERT_REQUIRED
        except (OSError, ssl.SSLError) as fault:
            raise TlsUnusable from fault
        return context


def fingerprint_of(ssl_object: Any) -> str:
    """Return the SHA-256 fingerprint of the client's certificate; "" when it showed none."""
    certificate = ssl_object.getpeercert(binary_form=True)
    return hashlib.sha256(certificate).hexdigest() if certificate else ""
