"""Make the transport that a destination declares."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, assert_never

from django.conf import settings

from passerelle.care.channels.api import Destination
from passerelle.care.delivery.mail.composing import Mailbox
from passerelle.care.delivery.mail.smime import BadCertificate, signer_of
from passerelle.care.delivery.transports.fhir import FhirTransport, RestHookTransport
from passerelle.care.delivery.transports.folder import FolderTransport
from passerelle.care.delivery.transports.http import OAuth, Tokens, Web, secret
from passerelle.care.delivery.transports.mllp import MllpTransport
from passerelle.care.delivery.transports.opening import Place, Tls
from passerelle.care.delivery.transports.parcel import NotSent, Transport
from passerelle.care.delivery.transports.smtp import Relay, SmtpTransport

DEFAULT_TIMEOUT_S = 30.0
_FOLDER = "envois"
Options = Mapping[str, Any]


def transport_of(destination: Destination) -> Transport:
    """Return a transport that is not open yet; nothing is joined before the first item.

    Raises:
        NotSent: a certificate or a secret that the declaration names cannot be read.
    """
    options = destination.transport.options
    timeout_s = float(options.get("timeout_seconds", DEFAULT_TIMEOUT_S))
    match destination.transport.kind:
        case "mllp":
            tls = _tls(options) if options.get("tls") else None
            return MllpTransport(_place(options), tls=tls, timeout_s=timeout_s)
        case "file":
            return FolderTransport(folder_of(destination), suffix=str(options.get("suffix", ".hl7")))
        case "fhir":
            web = Web(tls=_tls(options), timeout_s=timeout_s)
            return FhirTransport(str(options["url"]), web, _tokens(options, web))
        case "resthook":
            web = Web(tls=_tls(options), timeout_s=timeout_s, is_public=bool(options.get("public", False)))
            is_empty = options.get("payload", "full") == "empty"
            return RestHookTransport(str(options["url"]), web, _tokens(options, web), is_empty=is_empty)
        case "smtp":
            return SmtpTransport(_relay(options), _mailbox(options), timeout_s=timeout_s)
        case _:
            assert_never(destination.transport.kind)


def folder_of(destination: Destination) -> Path:
    """Return the folder of a destination of files, under the one where this installation keeps its own."""
    return Path(settings.PASSERELLE_VAR) / _FOLDER / str(destination.transport.options["folder"])


def _place(options: Options) -> Place:
    return Place(str(options["host"]), int(options["port"]))


def _tls(options: Options) -> Tls:
    return Tls(
        str(options.get("ca_file", "")), str(options.get("certificate_file", "")), str(options.get("key_file", ""))
    )


def _tokens(options: Options, web: Web) -> Tokens:
    oauth = None
    if options.get("token_url"):
        oauth = OAuth(
            str(options["token_url"]),
            str(options.get("client_id", "")),
            str(options.get("client_secret_file", "")),
            str(options.get("scope", "")),
        )
    return Tokens(web, token_file=str(options.get("token_file", "")), oauth=oauth)


def _relay(options: Options) -> Relay:
    username = str(options.get("username", ""))
    return Relay(
        _place(options),
        Tls(str(options.get("ca_file", ""))),
        is_tls=bool(options.get("tls")),
        is_starttls=bool(options.get("starttls")),
        username=username,
        password=secret(str(options.get("password_file", ""))) if username else "",
    )


def _mailbox(options: Options) -> Mailbox:
    signer = None
    if options.get("certificate_file"):
        try:
            signer = signer_of(str(options["certificate_file"]), str(options.get("key_file", "")))
        except BadCertificate as refusal:
            raise NotSent(refusal.__doc__ or "") from refusal
    return Mailbox(str(options["sender"]), signer, str(options.get("encryption_folder", "")))
