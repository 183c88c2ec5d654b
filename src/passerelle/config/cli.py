"""The command line. Its names are a contract (docs/reference/command-line.md)."""

import os
import sys

import click


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="passerelle")
def main() -> None:
    """Passerelle, la plateforme partagée des hôpitaux publics d'un territoire."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "passerelle.config.settings")


@main.command(context_settings={"ignore_unknown_options": True})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def manage(arguments: tuple[str, ...]) -> None:
    """Run a Django management command."""
    from django.core.management import execute_from_command_line  # noqa: PLC0415 - settings are chosen first

    from passerelle.config import database  # noqa: PLC0415

    if database.is_embedded():
        database.start_embedded()
    execute_from_command_line([sys.argv[0], *arguments])
