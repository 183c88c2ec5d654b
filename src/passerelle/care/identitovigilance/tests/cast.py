"""Alice and Ada are of the identity cell, Bob is an admission clerk of Arles, Charlie has no right on identities."""

import time
from uuid import uuid4

from django.test import Client
from django.utils import timezone

from passerelle.care.identity.tests.cast import NOON, at
from passerelle.care.matching import api as matching
from passerelle.care.matching.tests.cast import ZOE, arrives, like
from passerelle.core.access import api as access

__all__ = ["NOON", "ZOE", "account_of", "arrives", "at", "client_of", "like", "pair_of", "viewer_of"]


def account_of(role, establishment=None, name="Essai"):
    now = timezone.now()
    account = access.open_account(email=f"{uuid4()}@exemple.invalid", display_name=name, by=None, at=now)
    access.grant_role(account=account, role=role, establishment=establishment, starts_on=NOON.date(), by=None, at=now)
    return account


def client_of(role, establishment=None, name="Essai"):
    account = account_of(role, establishment, name)
    client = Client()
    client.force_login(account)
    session = client.session
    session["passerelle_second_factor"] = str(account.pk)
    session["passerelle_proved_at"] = time.time()
    session.save()
    return client


def viewer_of(role, establishment=None, name="Essai"):
    account = account_of(role, establishment, name)
    return access.Viewer(
        account_id=account.pk, name=name, assignments=frozenset({(role, establishment)}), second_factor=True
    )


def pair_of(first, second, *, hours=1):
    """Let the matcher look at the second one; return the pair it proposes."""
    matching.match_one(first.id, at=at(hours))
    matching.match_one(second.id, at=at(hours))
    (found,) = matching.pairs_of(second.id)
    assert found.is_open
    return found
