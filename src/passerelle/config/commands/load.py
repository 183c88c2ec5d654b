import click
from django.core.management import call_command
from django.utils import timezone

from passerelle.config.database import ensure_database
from passerelle.cooperation.governance import api as governance
from passerelle.core.directory import api as directory
from passerelle.core.parameters import api as parameters


@click.group()
def load() -> None:
    """Charger des données de référence."""


@load.command()
def territory() -> None:
    """Load the establishments, the legal parameters and the bodies; a second run changes nothing."""
    ensure_database()
    call_command("migrate", verbosity=0, interactive=False)
    at = timezone.now()
    directory.load_directory(at=at)
    parameters.load_parameters(at=at)
    governance.load_bodies(at=at)
    click.echo(f"Territoire chargé : {len(directory.establishments())} établissements, paramètres et instances.")
