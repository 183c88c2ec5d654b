"""Keys of the FHIR door."""

import click
from django.utils import timezone

from passerelle.care.channels import api as channels
from passerelle.config.database import ensure_database
from passerelle.core.audit import api as audit

_OPERATOR = audit.Actor(account_id=None, name="Ligne de commande", role="operator")


@click.group("channel-key")
def channel_key() -> None:
    """Les clés de la porte FHIR d’un canal."""


@channel_key.command()
@click.argument("channel")
@click.option("--holder", required=True, help="Qui portera la clé.")
def issue(channel: str, holder: str) -> None:
    """Issue a key; it is shown once, and only its hash is kept."""
    ensure_database()
    try:
        secret = channels.issue_key(channel=channel, label=holder, by=_OPERATOR, at=timezone.now())
    except channels.NoSuchChannel as refusal:
        raise click.ClickException(refusal.__doc__ or "") from refusal
    click.echo(secret)


@channel_key.command()
@click.argument("channel")
@click.option("--holder", required=True, help="Qui porte la clé.")
def revoke(channel: str, holder: str) -> None:
    """End the keys of a holder, at once."""
    ensure_database()
    try:
        ended = channels.revoke_keys(channel=channel, label=holder, by=_OPERATOR, at=timezone.now())
    except channels.NoSuchKey as refusal:
        raise click.ClickException(refusal.__doc__ or "") from refusal
    click.echo(f"Clés fermées : {ended}")
