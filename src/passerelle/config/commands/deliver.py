"""`deliver`: send what waits for the destinations."""

import click
from django.utils import timezone

from passerelle.care.delivery.api import Sender
from passerelle.config.database import ensure_database


@click.command()
def deliver() -> None:
    """Envoyer aux destinataires déclarés, dans l’ordre pour chaque patient. Un second exécutant prend la relève."""
    ensure_database()
    sender = Sender(clock=timezone.now)
    sender.stop_on_signals()
    sender.run()
