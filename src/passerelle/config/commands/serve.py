import sys
from typing import Any

import click
from django.core.management import call_command
from django.utils import timezone

from passerelle.care.carepaths.api import publish
from passerelle.care.exchange.doors.tls import TlsUnusable
from passerelle.care.record.api import publish_terminology
from passerelle.config import cluster
from passerelle.config.cli_exchange import tls_options, tls_ports_of
from passerelle.config.database import ensure_database, is_embedded
from passerelle.config.house import Doors, children, supervise
from passerelle.config.supervisor import PortTaken
from passerelle.core.parameters.api import load_parameters


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Adresse d’écoute.")
@click.option("--port", default=8000, show_default=True, help="Port des pages.")
@click.option("--mllp-port", default=2575, show_default=True, help="Port MLLP.")
@click.option("--sftp-port", type=int, help="Port du dépôt SFTP ; sans lui, il reste fermé.")
@tls_options
@click.option("--workers", default=2, show_default=True, help="Processus de pages.")
def serve(host: str, port: int, mllp_port: int, sftp_port: int | None, workers: int, **tls: Any) -> None:
    """Open the house: migrate, then supervise pages, listener, lane workers and tasks until Ctrl-C."""
    doors = Doors(host, port, mllp_port, sftp_port, tls_ports_of(**tls))
    try:
        doors.check()
    except PortTaken as refusal:
        click.echo(str(refusal), err=True)
        sys.exit(2)
    except TlsUnusable as refusal:
        click.echo(refusal.__doc__, err=True)
        sys.exit(2)
    was_running = cluster.pid() is not None
    ensure_database()
    call_command("migrate", verbosity=0, interactive=False)
    load_parameters(at=timezone.now())  # the law as this release knows it
    publish_terminology(at=timezone.now())  # and its nomenclatures
    publish(at=timezone.now())  # and its care protocols
    call_command("collectstatic", verbosity=0, interactive=False)
    supervisor = supervise(children(doors, page_workers=workers))
    supervisor.start()
    secured = "".join(f" · MLLP sous TLS {host}:{one}" for one in doors.tls.ports) if doors.tls else ""
    click.echo(f"Passerelle est ouverte : {doors.address} · MLLP {host}:{mllp_port}{secured} · Ctrl-C pour fermer.")
    try:
        supervisor.run()
    finally:
        supervisor.stop()
        if is_embedded() and not was_running:
            cluster.stop()
