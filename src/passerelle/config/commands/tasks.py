from typing import cast

import click
from procrastinate import PsycopgConnector
from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector

from passerelle.config.database import ensure_database


@click.command()
@click.option("--concurrency", default=1, show_default=True, help="Tâches menées ensemble.")
def tasks(concurrency: int) -> None:
    """Run the ordinary tasks: audit seals every minute, extracts. SIGTERM lets the task in hand end first."""
    ensure_database()
    connector = cast("PsycopgConnector", cast("DjangoConnector", app.connector).get_worker_connector())
    app.with_connector(connector).run_worker(concurrency=concurrency)
