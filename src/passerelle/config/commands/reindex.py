import time
from uuid import UUID

import click

from passerelle.care.record import api as record
from passerelle.config.database import ensure_database

_EVERY_S = 2.0


@click.command()
@click.option("--after", default="", help="Reprendre après cet endroit, comme dit par l’exécution précédente.")
def reindex(after: str) -> None:
    """Make the search index of the record again; it may be stopped, and taken up where it was."""
    ensure_database()
    id_, _, type_ = after.partition("/")
    start = (UUID(id_), type_) if after else (UUID(int=0), "")
    read = changed = 0
    told_at = time.monotonic()
    for place, rows, renewed in record.reindex(after=start):
        read, changed = read + rows, changed + renewed
        if time.monotonic() - told_at > _EVERY_S:
            click.echo(f"{read} lues, {changed} changées ; reprendre par --after {place[0]}/{place[1]}", err=True)
            told_at = time.monotonic()
    click.echo(f"{read} ressources lues, {changed} réindexées.")
