"""Subscriptions: approved, stopped, put in error. An active one is a destination of the doors out, declared as such."""

import tempfile
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import yaml
from django.conf import settings
from django.db import transaction

from passerelle.care.channels import api as channels
from passerelle.care.delivery import api as delivery
from passerelle.care.record.rules.kinds import NOBODY
from passerelle.care.record.rules.subscriptions import (
    ACTIVE,
    ERROR,
    OFF,
    REQUESTED,
    Hosts,
    as_asked,
    declaration_of,
    destination_code,
    is_over,
    with_status,
)
from passerelle.care.record.rules.writes import WriteRefused
from passerelle.care.record.selectors.rows import StoredResource
from passerelle.care.record.selectors.store import read
from passerelle.care.record.selectors.subscriptions import active_subscriptions
from passerelle.care.record.services.writing import Origin, Whose, lock, put_over
from passerelle.core.access import api as access
from passerelle.core.access.api import Act, Kind, Relation, Viewer
from passerelle.core.audit import api as audit
from passerelle.protocols.fhir import api as fhir

_HOUSE: Final = audit.Actor(account_id=None, name="Passerelle", role="system")


class SubscriptionGone(Exception):
    """Cet abonnement n’existe plus, ou n’est plus à décider."""


class SubscriptionRefused(Exception):
    """Cet abonnement demande ce qui n’est pas permis."""


def hosts() -> Hosts:
    """Return where subscribers may be told."""
    return Hosts(settings.SUBSCRIPTION_HOSTS, settings.SUBSCRIPTION_PRIVATE_HOSTS)


def kept_as_asked(written: fhir.Written) -> fhir.Written:
    """Return a Subscription as it is kept when an application writes it: to be approved.

    Raises:
        WriteRefused: it asks what is not done; it says where.
    """
    return as_asked(written, hosts())


@transaction.atomic
def approve_subscription(*, subscription_id: UUID, by: Viewer, at: datetime) -> None:
    """Let a subscriber be told, from now on.

    Raises:
        AccessRefused: this viewer approves nothing.
        SubscriptionGone: there is none to approve.
        SubscriptionRefused: what it asks is no longer permitted; it says why.
    """
    _check(by, subscription_id, at)
    held = _held(subscription_id, {REQUESTED, ERROR, OFF})
    try:
        _declare(held, enabled=True, by=by.actor(), at=at)
    except WriteRefused as refusal:
        raise SubscriptionRefused(refusal.issues[0].text) from refusal
    except channels.DeclarationsRefused as refusal:
        raise SubscriptionRefused(str(refusal)) from refusal
    _put(held, ACTIVE, at)


@transaction.atomic
def stop_subscription(*, subscription_id: UUID, by: Viewer, at: datetime) -> None:
    """Tell a subscriber nothing more.

    Raises:
        AccessRefused: this viewer stops nothing.
        SubscriptionGone: there is none to stop.
    """
    _check(by, subscription_id, at)
    held = _held(subscription_id, {REQUESTED, ACTIVE, ERROR})
    _silence(held, by=by.actor(), at=at)
    _put(held, OFF, at)


@transaction.atomic
def watch_subscriptions(*, at: datetime) -> list[UUID]:
    """Put in error those whose subscriber is not reached or refuses, end those whose time is over; return them.

    A destination that follows a Subscription which is no longer active is stopped: its application wrote it anew.
    """
    active = active_subscriptions()
    found = delivery.troubles([destination_code(one.id) for one in active])
    changed = []
    for held in active:
        reason = found.get(destination_code(held.id), "")
        if not reason and not is_over(fhir.loads(held.body), at):
            continue
        _silence(held, by=_HOUSE, at=at)
        _put(held, ERROR if reason else OFF, at, reason)
        changed.append(held.id)
    for orphan in _orphans(active):
        _silence(orphan, by=_HOUSE, at=at)
        changed.append(orphan.id)
    return changed


def _orphans(active: list[StoredResource]) -> list[StoredResource]:
    known = {destination_code(one.id) for one in active}
    prefix = destination_code(NOBODY).removesuffix(str(NOBODY))
    found = []
    for one in channels.destinations():
        if one.code.startswith(prefix) and one.code not in known:
            held = read("Subscription", UUID(one.code.removeprefix(prefix)))
            if held is not None:
                found.append(held)
    return found


def _check(by: Viewer, subscription_id: UUID, at: datetime) -> None:
    access.check(
        by,
        Kind.SUBSCRIPTION,
        Act.UPDATE,
        relation=Relation.TERRITORY,
        target=f"fhir:Subscription/{subscription_id}",
        at=at,
    )


def _held(subscription_id: UUID, states: set[str]) -> StoredResource:
    held = read("Subscription", subscription_id)
    if held is None or held.deleted or fhir.loads(held.body).get("status") not in states:
        raise SubscriptionGone
    return held


def _put(held: StoredResource, status: str, at: datetime, error: str = "") -> None:
    changed = with_status(held.body.encode(), status, error)
    origin = Origin(at, held.source, held.establishment)
    put_over(lock("Subscription", held.id, likely=NOBODY), changed.resource, Whose(held.id, NOBODY), origin)


def _silence(held: StoredResource, *, by: audit.Actor, at: datetime) -> None:
    """Stop the destination of a Subscription, if it has one; the declaration stays, stopped."""
    declared = channels.destination(destination_code(held.id))
    if declared is None or not declared.enabled:
        return
    told: dict[str, Any] = {
        "destination": declared.code,
        "label": declared.label,
        "transport": {"kind": declared.transport.kind, "options": _plain(declared.transport.options)},
        "sends": [],
        "enabled": False,
    }
    _load(told | ({"establishment": declared.establishment} if declared.establishment else {}), by=by, at=at)


def _plain(options: Mapping[str, Any]) -> dict[str, Any]:
    return {name: list(value) if isinstance(value, tuple) else value for name, value in options.items()}


def _declare(held: StoredResource, *, enabled: bool, by: audit.Actor, at: datetime) -> None:
    declared = declaration_of(fhir.loads(held.body), held.establishment, hosts(), enabled=enabled)
    _load(declared, by=by, at=at)


def _load(declared: Mapping[str, Any], *, by: audit.Actor, at: datetime) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{declared['destination']}.yaml"
        path.write_text(yaml.safe_dump(dict(declared), allow_unicode=True, sort_keys=False), encoding="utf-8")
        channels.load_folder(path=path, by=by, at=at, note="Abonnement FHIR")
