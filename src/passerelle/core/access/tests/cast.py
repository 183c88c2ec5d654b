"""Accounts for the tests, and the codes an application would show them."""

import time
from datetime import UTC, date, datetime

from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value

from passerelle.core.access import api as access
from passerelle.core.access.models import Account
from passerelle.core.directory import api as directory

AT = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
PASSWORD = "un mistral de trois jours"


def load_places():
    directory.load_directory(at=AT)


def account(name="alice", *roles, establishment=None, password=PASSWORD):
    """Open an account with a password and roles held today."""
    opened = access.open_account(email=f"{name}@exemple.invalid", display_name=name.title(), by=None, at=AT)
    if password:
        access.set_password(account=opened, password=password, by=None, at=AT)
    for role in roles:
        access.grant_role(
            account=opened, role=role, establishment=establishment, starts_on=date(2020, 1, 1), by=None, at=AT
        )
    return Account.objects.get(pk=opened.pk)


def with_codes(holder):
    """Give an account a code generator; return its secret."""
    secret = generate_totp_secret()
    TOTP.activate(holder, secret)
    return secret


def code_of(secret, *, steps=0):
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + steps))


def give_password(client, holder, password=PASSWORD, **extra):
    return client.post("/connexion/", {"login": holder.email, "password": password, **extra})


def sign_in(client, holder):
    """Sign in with both factors."""
    secret = with_codes(holder)
    give_password(client, holder)
    return client.post("/connexion/second-facteur/", {"code": code_of(secret)})
