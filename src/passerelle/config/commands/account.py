"""Open the first accounts of a real house; the others are opened by whoever they empower."""

from datetime import datetime

import click
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from passerelle.config.database import ensure_database
from passerelle.core.access import api as access
from passerelle.core.audit import api as audit
from passerelle.core.directory import api as directory

_OPERATOR = audit.Actor(account_id=None, name="Ligne de commande", role="operator")
_ROLES = {str(role): role for role in access.Role if role is not access.Role.PATIENT}


class AccountExists(click.ClickException):
    """This address already has an account."""


@click.group()
def account() -> None:
    """Les comptes."""


@account.command("open")
@click.argument("email")
@click.option("--name", required=True, help="Nom affiché.")
@click.option("--role", "role_name", required=True, type=click.Choice(sorted(_ROLES)), help="Rôle.")
@click.option("--establishment", help="Code de l’établissement ; sans lui, le rôle vaut pour tout le groupement.")
@click.password_option(prompt="Mot de passe", confirmation_prompt="Encore une fois", help="Demandé s’il manque.")
def open_one(email: str, name: str, role_name: str, establishment: str | None, password: str) -> None:
    """Open an account with a role; its holder enrols a second factor at the first sign-in."""
    ensure_database()
    _check(password, establishment)
    try:
        _open(email, name, _ROLES[role_name], establishment, password=password, at=timezone.now())
    except IntegrityError as error:
        raise AccountExists(f"{email} a déjà un compte.") from error
    click.echo(f"Compte ouvert : {email}. Le second facteur s’active à la première connexion.")


def _check(password: str, establishment: str | None) -> None:
    try:
        validate_password(password)
    except ValidationError as refusal:
        raise click.BadParameter(" ".join(refusal.messages), param_hint="--password") from refusal
    codes = [row.code for row in directory.establishments()]
    if establishment is not None and establishment not in codes:
        known = ", ".join(codes) or "aucun (passerelle load territory)"
        raise click.BadParameter(f"« {establishment} » est inconnu ; connus : {known}", param_hint="--establishment")


@transaction.atomic
def _open(email: str, name: str, role: access.Role, establishment: str | None, *, password: str, at: datetime) -> None:
    opened = access.open_account(email=email, display_name=name, by=_OPERATOR, at=at)
    access.set_password(account=opened, password=password, by=_OPERATOR, at=at)
    access.grant_role(
        account=opened,
        role=role,
        establishment=establishment,
        starts_on=timezone.localdate(at),
        by=_OPERATOR,
        at=at,
    )
