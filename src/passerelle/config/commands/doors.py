"""`doors`: the watched folders and the SFTP drop."""

import asyncio
import sys
from pathlib import Path

import click
from django.conf import settings
from django.utils import timezone

from passerelle.care.exchange.doors.running import DoorsPlan, run_doors
from passerelle.care.exchange.doors.sftp import SftpPortTaken
from passerelle.config.database import ensure_database


@click.command()
@click.option(
    "--root", type=click.Path(file_okay=False, path_type=Path), help="Racine des dossiers (PASSERELLE_DROPS)."
)
@click.option("--host", default="127.0.0.1", show_default=True, help="Adresse d’écoute SFTP.")
@click.option("--sftp-port", type=int, help="Port SFTP ; sans lui, seuls les dossiers sont surveillés ; 0 : un libre.")
def doors(root: Path | None, host: str, sftp_port: int | None) -> None:
    """Prendre les fichiers déposés : dossiers surveillés et dépôt SFTP, déclarés comme canaux."""
    ensure_database()
    plan = DoorsPlan(root or settings.PASSERELLE_DROPS, settings.PASSERELLE_VAR, host, sftp_port)
    try:
        asyncio.run(run_doors(plan, clock=timezone.now, on_open=lambda bound: _say_open(plan, bound)))
    except SftpPortTaken:
        click.echo(f"Le port {sftp_port} de {host} est déjà pris. Choisissez-en un autre avec --sftp-port.", err=True)
        sys.exit(2)


def _say_open(plan: DoorsPlan, bound: int | None) -> None:
    click.echo(f"Dossiers surveillés sous {plan.root}" + (f" · SFTP sur {plan.host}:{bound}" if bound else ""))
    sys.stdout.flush()
