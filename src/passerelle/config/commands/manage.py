import sys

import click
from django.core.management import execute_from_command_line

from passerelle.config.database import ensure_database


@click.command(context_settings={"ignore_unknown_options": True, "help_option_names": []})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def manage(arguments: tuple[str, ...]) -> None:
    """Run a Django management command."""
    ensure_database()
    execute_from_command_line([sys.argv[0], *arguments])
