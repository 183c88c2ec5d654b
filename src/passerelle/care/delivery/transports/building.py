"""Make the transport that a destination declares."""

from typing import Any, assert_never

from passerelle.care.channels.api import Destination
from passerelle.care.delivery.transports.mllp import MllpTransport
from passerelle.care.delivery.transports.opening import Place, Tls
from passerelle.care.delivery.transports.parcel import Transport

DEFAULT_TIMEOUT_S = 30.0


def transport_of(destination: Destination) -> Transport:
    """Return a transport that is not open yet; nothing is joined before the first item."""
    options = destination.transport.options
    timeout_s = float(options.get("timeout_seconds", DEFAULT_TIMEOUT_S))
    match destination.transport.kind:
        case "mllp":
            place = Place(str(options["host"]), int(options["port"]))
            return MllpTransport(place, tls=tls_of(options) if options.get("tls") else None, timeout_s=timeout_s)
        case "file" | "fhir" | "resthook" | "smtp":
            raise NotImplementedError
        case _:
            assert_never(destination.transport.kind)


def tls_of(options: Any) -> Tls:
    """Return the certificates that a declaration names."""
    return Tls(
        str(options.get("ca_file", "")), str(options.get("certificate_file", "")), str(options.get("key_file", ""))
    )
