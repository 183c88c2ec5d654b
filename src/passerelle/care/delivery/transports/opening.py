"""Open a connection to a declared host: resolved once, each address checked, the one joined is the one checked."""

import socket
import ssl
import time
from dataclasses import dataclass

from passerelle.care.delivery.rules.guarding import AddressRefused, check_address
from passerelle.care.delivery.transports.parcel import NotSent

_CONNECT_S = 10.0


@dataclass(frozen=True, slots=True)
class Tls:
    """How a connection is protected: the authority to trust ("" for the system's), and our own certificate."""

    ca_file: str = ""
    certificate_file: str = ""
    key_file: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """A declared host and port."""

    host: str
    port: int


def resolve(place: Place, *, is_public: bool = False) -> str:
    """Return the address to join; one of a private network is refused when the place `is_public`.

    Raises:
        NotSent: the name is unknown, or leads where nothing may be sent.
    """
    try:
        found = socket.getaddrinfo(place.host, place.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        reason = f"le nom « {place.host} » est inconnu"
        raise NotSent(reason) from error
    addresses = [str(entry[4][0]) for entry in found]
    try:
        for address in addresses:
            check_address(address, host=place.host, is_public=is_public)
    except (AddressRefused, ValueError) as refusal:
        raise NotSent(str(refusal)) from refusal
    return addresses[0]


def tls_context(tls: Tls) -> ssl.SSLContext:
    """Return the context of a protected connection.

    Raises:
        NotSent: a file that the declaration names cannot be used.
    """
    try:
        context = ssl.create_default_context(cafile=tls.ca_file or None)
        if tls.certificate_file:
            context.load_cert_chain(tls.certificate_file, tls.key_file or None)
    except (OSError, ssl.SSLError) as error:
        reason = f"le certificat déclaré ne s’ouvre pas ({type(error).__name__})"
        raise NotSent(reason) from error
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def connect(place: Place, *, tls: Tls | None, timeout_s: float) -> socket.socket:
    """Open a TCP connection, protected when asked for.

    Raises:
        NotSent: it could not be.
    """
    address = resolve(place)
    try:
        plain = socket.create_connection((address, place.port), timeout=min(timeout_s, _CONNECT_S))
    except OSError as error:
        raise NotSent(_told(place, error)) from error
    try:
        plain.settimeout(timeout_s)
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return tls_context(tls).wrap_socket(plain, server_hostname=place.host) if tls else plain
    except (NotSent, OSError, ValueError) as error:
        plain.close()
        if isinstance(error, NotSent):
            raise
        reason = f"{place.host}:{place.port} : la connexion chiffrée est refusée ({_tls_reason(error)})"
        raise NotSent(reason) from error


def remaining(deadline: float) -> float:
    """Return the seconds left before a moment of the monotonic clock.

    Raises:
        TimeoutError: none is left.
    """
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def _told(place: Place, error: OSError) -> str:
    if isinstance(error, TimeoutError):
        what = "ne répond pas à la demande de connexion"
    elif isinstance(error, ConnectionRefusedError):
        what = "refuse la connexion (rien n’écoute sur ce port)"
    else:
        what = f"est injoignable ({type(error).__name__})"
    return f"{place.host}:{place.port} {what}"


def _tls_reason(error: OSError | ValueError) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return error.verify_message or "certificat non reconnu"
    return type(error).__name__
