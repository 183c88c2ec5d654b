import json
import sys
from dataclasses import asdict

import click

from passerelle.config.database import ensure_database
from passerelle.core.audit import api


@click.group()
def audit() -> None:
    """Le journal des accès."""


@audit.command()
@click.option("--json", "as_json", is_flag=True, help="Un objet JSON sur la dernière ligne.")
def verify(as_json: bool) -> None:  # noqa: FBT001 - click passes its flags by name
    """Check the whole chain and its seals; exit code 1 when anything was edited, removed, swapped or cut."""
    ensure_database()
    verification = api.verify()
    if as_json:
        click.echo(json.dumps(asdict(verification), default=str))
    elif verification.ok:
        click.echo(f"Journal intact : {verification.events} événements vérifiés.")
    else:
        click.echo(f"Journal altéré : premier événement fautif {verification.first_bad}.", err=True)
    sys.exit(0 if verification.ok else 1)
