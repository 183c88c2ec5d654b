"""`listen`, `work`, `send`: the exchange from the command line."""

import json
import os
import secrets
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import click
from django.utils import timezone

from passerelle.care.exchange import api as exchange
from passerelle.care.exchange.api import (
    Answer,
    Connection,
    Limits,
    NoAnswer,
    PortTaken,
    Worker,
    WrongAnswer,
    messages_of,
    numbered,
)
from passerelle.care.exchange.doors.tls import TlsFiles, TlsUnusable
from passerelle.care.exchange.listener.running import TlsPorts
from passerelle.config import supervisor
from passerelle.config.database import ensure_database
from passerelle.config.listeners import listen_together

_PEM = click.Path(exists=True, dir_okay=False, path_type=Path)
_MIB: Final = 1024 * 1024
_BEHIND_THE_LISTENER: Final = 5  # senders wait for an acknowledgement; a worker has the processor that is left
_NO_ANSWER: Final = "sans réponse"
_TLS: Final = (
    click.option("--tls-port", "tls_ports", multiple=True, type=int, help="Port MLLP sous TLS ; peut être répété."),
    click.option("--certificate", type=_PEM, help="Certificat du serveur (PEM), exigé par --tls-port."),
    click.option("--key", type=_PEM, help="Clé de ce certificat (PEM)."),
    click.option("--client-ca", type=_PEM, help="Autorité des certificats clients (PEM) : TLS mutuel exigé."),
)


def tls_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options of MLLP under TLS; `tls_ports_of` reads them."""
    for option in reversed(_TLS):
        command = option(command)
    return command


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Adresse d’écoute.")
@click.option("--port", default=2575, show_default=True, help="Port d’écoute ; 0 en prend un libre.")
@tls_options
@click.option("--max-mib", default=20, show_default=True, help="Taille maximale d’un message, en Mio.")
@click.option("--frame-seconds", default=30.0, show_default=True, help="Temps laissé à un message commencé.")
@click.option("--processes", default=1, show_default=True, help="Processus qui se partagent le port.")
@click.option("--shared", is_flag=True, hidden=True)
def listen(host: str, port: int, processes: int, **options: Any) -> None:
    """Recevoir les messages HL7 v2 par MLLP. Un message n’est acquitté qu’une fois enregistré."""
    ensure_database()
    try:
        if processes > 1:
            _listen_together(host, port, processes, **options)
        else:
            _listen(host, port, **options)
    except TlsUnusable as refusal:
        click.echo(refusal.__doc__, err=True)
        sys.exit(2)
    except (PortTaken, supervisor.PortTaken):
        click.echo(
            f"Le port {port} de {host} est déjà pris par un autre programme. Arrêtez-le, ou choisissez-en un autre "
            "avec --port.",
            err=True,
        )
        sys.exit(2)


def _listen(
    host: str,
    port: int,
    max_mib: int,
    frame_seconds: float,
    shared: bool,  # noqa: FBT001 - click
    **tls: Any,
) -> None:
    limits = Limits(max_message_bytes=max_mib * _MIB, frame_s=frame_seconds, is_shared=shared)
    exchange.listen(host, port, limits=limits, on_open=lambda bound: _say_open(host, bound), tls=tls_ports_of(**tls))


def _listen_together(host: str, port: int, processes: int, max_mib: int, frame_seconds: float, **options: Any) -> None:
    options.pop("shared")
    limits = ("--max-mib", str(max_mib), "--frame-seconds", str(frame_seconds))
    listen_together(host, port, processes=processes, tls=tls_ports_of(**options), options=limits)


def tls_ports_of(
    tls_ports: tuple[int, ...], certificate: Path | None, key: Path | None, client_ca: Path | None
) -> TlsPorts | None:
    """Return what `tls_options` ask for, None without a TLS port.

    Raises:
        UsageError: a port without certificate or key, or files without a port.
    """
    if not tls_ports and (certificate or key or client_ca):
        message = "--certificate, --key et --client-ca demandent --tls-port."
        raise click.UsageError(message)
    if not tls_ports:
        return None
    if certificate is None or key is None:
        message = "--tls-port demande --certificate et --key."
        raise click.UsageError(message)
    return TlsPorts(TlsFiles(certificate, key, client_ca), tls_ports)


@click.command()
def work() -> None:
    """Appliquer les messages reçus, dans l’ordre pour chaque patient. Plusieurs exécutants peuvent tourner ensemble."""
    ensure_database()
    os.nice(_BEHIND_THE_LISTENER)
    worker = Worker(clock=timezone.now)
    worker.stop_on_signals()
    worker.run()


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--to", "target", default="127.0.0.1:2575", show_default=True, help="HÔTE:PORT de l’écoute MLLP.")
@click.option("--timeout", default=30.0, show_default=True, help="Attente d’une réponse, en secondes.")
@click.option("--json", "as_json", is_flag=True, help="Un objet JSON sur la dernière ligne.")
@click.option("--renew-control-ids", is_flag=True, help="Donner à chaque message un identifiant de contrôle neuf.")
@click.option("--raw", is_flag=True, help="Envoyer les octets du fichier tels quels, un message par fichier.")
def send(
    files: tuple[Path, ...],
    target: str,
    timeout: float,
    as_json: bool,  # noqa: FBT001 - click
    renew_control_ids: bool,  # noqa: FBT001 - click
    raw: bool,  # noqa: FBT001 - click
) -> None:
    """Envoyer des fichiers de messages HL7 v2 par MLLP, un message après l’autre."""
    outgoing = _outgoing(files, is_raw=raw, renew=renew_control_ids)
    totals: Counter[str] = Counter()
    with Connection(*_address(target), timeout_s=timeout) as connection:
        for one in outgoing:
            outcome = _sent(connection, one.content)
            totals[_heading(outcome)] += 1
            click.echo(f"{one.name}  {_line(outcome)}")
    _report(totals, len(outgoing), as_json=as_json)
    sys.exit(1 if totals[_NO_ANSWER] else 0)


@dataclass(frozen=True, slots=True)
class _Outgoing:
    name: str
    content: bytes


def _say_open(host: str, port: int) -> None:
    click.echo(f"Écoute MLLP ouverte sur {host}:{port}")
    sys.stdout.flush()


def _address(target: str) -> tuple[str, int]:
    host, _, port = target.rpartition(":")
    if not port.isdigit():
        message = f"« {target} » n’a pas la forme HÔTE:PORT."
        raise click.BadParameter(message, param_hint="--to")
    return host or "127.0.0.1", int(port)


def _outgoing(files: tuple[Path, ...], *, is_raw: bool, renew: bool) -> list[_Outgoing]:
    found = [(path.name, content) for path in files for content in messages_of(path.read_bytes(), is_raw=is_raw)]
    contents = [content for _, content in found]
    if renew:
        contents = list(numbered(contents, "S" + secrets.token_hex(5).upper()))
    return [_Outgoing(name, content) for (name, _), content in zip(found, contents, strict=True)]


def _sent(connection: Connection, content: bytes) -> Answer | NoAnswer | WrongAnswer:
    try:
        return connection.send(content)
    except (NoAnswer, WrongAnswer) as failure:
        return failure


def _heading(outcome: Answer | NoAnswer | WrongAnswer) -> str:
    if not isinstance(outcome, Answer):
        return _NO_ANSWER
    if outcome.is_accepted:
        return "accepted"
    return "errors" if outcome.is_error else "rejected"


def _line(outcome: Answer | NoAnswer | WrongAnswer) -> str:
    if isinstance(outcome, Answer):
        return f"{outcome.code}  {outcome.text}".rstrip()
    return f"--  {outcome}"


def _report(totals: Counter[str], sent: int, *, as_json: bool) -> None:
    figures = {"sent": sent, **{name: totals[name] for name in ("accepted", "errors", "rejected")}}
    click.echo(
        f"{sent} envoyés · {figures['accepted']} acceptés · {figures['errors']} en erreur"
        f" · {figures['rejected']} rejetés · {totals[_NO_ANSWER]} sans réponse"
    )
    if as_json:
        click.echo(json.dumps({**figures, "unanswered": totals[_NO_ANSWER]}))
