import json
import sys

import click
from django.utils import timezone

from passerelle.care.exchange.alerts.evaluating import evaluate
from passerelle.care.exchange.alerts.standing import AlertLine, open_alerts
from passerelle.care.exchange.services.counting import settle_flows
from passerelle.config.database import ensure_database
from passerelle.core.access.api import Role, Viewer

_KEEPER = Viewer(assignments=frozenset({(Role.INTEGRATOR, None)}))


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Un objet JSON sur la dernière ligne.")
def alerts(as_json: bool) -> None:  # noqa: FBT001 - click passes its flags by name
    """Count what came, evaluate the alerts now, and tell those that are open; exit code 1 when one is urgent."""
    ensure_database()
    now = timezone.now()
    settle_flows(at=now)
    evaluation = evaluate(at=now)
    standing = open_alerts(_KEEPER, at=now)
    if as_json:
        told = [_plain(alert) for alert in standing]
        click.echo(json.dumps({"opened": evaluation.opened, "closed": evaluation.closed, "alerts": told}))
    for alert in standing if not as_json else ():
        click.echo(f"{'URGENT' if alert.is_severe else 'à voir':>8}  {alert.title}\n{'':>10}{alert.todo}")
    if not standing and not as_json:
        click.echo("Rien à signaler.")
    sys.exit(1 if any(alert.is_severe for alert in standing) else 0)


def _plain(alert: AlertLine) -> dict[str, object]:
    return {
        "id": str(alert.id),
        "rule": alert.rule,
        "urgent": alert.is_severe,
        "title": alert.title,
        "todo": alert.todo,
        "establishment": alert.establishment,
        "since": alert.opened_at.isoformat(),
        "taken_by": alert.taken_by,
    }
