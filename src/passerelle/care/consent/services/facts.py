"""Adding a fact, and withdrawing it: the only two writes of this package on choices."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import connection, transaction

from passerelle.care.consent.models import KINDS, Choice, Withdrawal
from passerelle.care.consent.voices import Voice
from passerelle.core.audit import api as audit

_KIND_OF: Final = {model: kind for kind, model in KINDS.items()}
Listener = Callable[[UUID, datetime], None]
_listeners: list[Listener] = []


class NoSuchChoice(Exception):
    """Ce choix n’existe pas, ou il est déjà retiré."""


class AlreadyChosen(Exception):
    """Ce choix est déjà en vigueur."""


class EndsBeforeItBegins(Exception):
    """La date de fin est déjà passée."""


def on_change(listener: Listener) -> None:
    """Call `listener(person_id, at)` inside the transaction of each choice made or withdrawn."""
    _listeners.append(listener)


def hold(person_id: UUID) -> None:
    """Let one writer at a time decide for a person, until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"consent:{person_id}"])


@transaction.atomic
def add(row: Choice, *, by: Voice, at: datetime) -> UUID:
    """Add a fact, trace it, tell the listeners; return its id. `row` holds what the choice is about and its end.

    Raises:
        EndsBeforeItBegins: its end is not after its beginning.
    """
    if row.ends_at is not None and row.ends_at <= at:
        raise EndsBeforeItBegins
    row.at = row.starts_at = at
    row.by_account, row.by_name, row.by_role = by.actor.account_id, by.actor.name, by.actor.role
    row.door = by.door.value
    row.save(force_insert=True)
    _tell(audit.Action.CHOICE_MADE, row.person_id, _KIND_OF[type(row)], row.id, by=by, at=at)
    return row.id


@transaction.atomic
def withdraw(*, person_id: UUID, choice_id: UUID, kind: str, by: Voice, at: datetime) -> None:
    """End a choice now; what was seen before stays seen.

    Raises:
        NoSuchChoice: this person has no such choice in force or to come.
    """
    hold(person_id)
    found = _standing(KINDS[kind], at).of(person_id).filter(pk=choice_id).first()
    if found is None:
        raise NoSuchChoice
    Withdrawal.objects.create(
        choice_id=choice_id,
        kind=kind,
        person_id=person_id,
        at=at,
        by_account=by.actor.account_id,
        by_name=by.actor.name,
        by_role=by.actor.role,
        door=by.door.value,
    )
    _tell(audit.Action.CHOICE_WITHDRAWN, person_id, kind, choice_id, by=by, at=at)


def _standing(model: type[Choice], at: datetime) -> Any:
    return model.objects.in_force(at)


def _tell(action: audit.Action, person_id: UUID, kind: str, choice_id: UUID, *, by: Voice, at: datetime) -> None:
    secret = kind == "secret"
    audit.record(
        action,
        by=by.actor,
        at=at,
        target=f"consent:{choice_id}",
        person_id=person_id,
        detail={"choice": kind, "relation": by.door.value} | ({"state": "minor_secret"} if secret else {}),
    )
    for listener in _listeners:
        listener(person_id, at)
