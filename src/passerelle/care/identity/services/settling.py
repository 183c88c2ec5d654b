"""What a human decides of an answer of INSi. Nothing is taken over silently."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from passerelle.care.identity.models import Identifier, InsiCall, InsiOperation, InsiState, LocalIdentity
from passerelle.care.identity.services.announcing import announce
from passerelle.care.identity.services.trusting import (
    TrustChange,
    forget_ins,
    hold_ins,
    locked_identity,
    snapshot,
    store,
    trace,
    write_traits,
)
from passerelle.care.identity.trust import calendar_date, compared_traits, still_differing
from passerelle.core.audit import api as audit
from passerelle.protocols import ins
from passerelle.protocols.insi.api import InsiIdentity, Outcome


class SettlingRefused(Exception):
    """La réponse ne peut pas être retenue."""


class NothingFound(SettlingRefused):
    """Cette réponse n’apporte pas d’identité."""


class AlreadySettled(SettlingRefused):
    """Cette réponse est déjà tranchée."""


class TraitsStillDiffer(SettlingRefused):
    """Une INS ne se retient qu’avec ses cinq traits : acceptez chaque différence, ou écartez la réponse."""


class IdentityNowBlocked(SettlingRefused):
    """L’identité est devenue douteuse ou fictive : elle ne peut pas porter d’INS."""


class NoInsHeld(SettlingRefused):
    """Ce dossier n’a pas d’INS."""


@transaction.atomic
def accept_answer(*, call_id: UUID, accepted: Collection[str], by: audit.Actor, at: datetime) -> TrustChange:
    """Take the INS of an answer, with the traits the human accepted; the status follows its facts.

    `accepted` names the differing strict traits to take from the national bases.

    Raises:
        LookupError: there is no such call.
        SettlingRefused: nothing found, settled already, a trait still differs, or the identity is blocked.
    """
    call = _open_call(call_id)
    row = locked_identity(call.local_identity_id)
    if not ins.may_hold_ins(row.attributes):
        raise IdentityNowBlocked
    answer = identity_in(call)
    comparisons = compared_traits(row, answer)
    if still_differing(comparisons, accepted):
        raise TraitsStillDiffer
    before = snapshot(row)
    taken = [one.field for one in comparisons if not one.is_same]
    write_traits(row, _traits(answer, taken), at=at)
    hold_ins(row, matricule=answer.matricule, oid=answer.oid, at=at)
    _keep_history(row, call)
    change = store(row, before=before, at=at, source=f"INSi {call.pk}")
    call.accepted = ["ins", *taken]
    _settle(call, by=by, at=at)
    trace(audit.Action.IDENTITY_CHANGED, change, by=by, at=at, detail={"call": str(call.pk), "status": row.status})
    announce(change, cause=f"insi:{call.pk}", at=at)
    return change


@transaction.atomic
def set_answer_aside(*, call_id: UUID, by: audit.Actor, at: datetime) -> None:
    """Say that the answer is not about this person: nothing changes.

    Raises:
        LookupError: there is no such call.
        SettlingRefused: nothing found, or settled already.
    """
    _settle(_open_call(call_id), by=by, at=at)


@transaction.atomic
def withdraw_ins(*, local_identity_id: UUID, reason: str, by: audit.Actor, at: datetime) -> TrustChange:
    """Take the INS away from a local identity: qualified becomes validated, recovered provisional.

    Those who received it are told (A47).

    Raises:
        LookupError: there is no such local identity.
        NoInsHeld: it has none.
    """
    row = locked_identity(local_identity_id)
    if not row.ins_matricule:
        raise NoInsHeld
    before = snapshot(row)
    forget_ins(row, at=at)
    change = store(row, before=before, at=at, source=f"INS retirée : {reason}"[:200])
    trace(audit.Action.IDENTITY_CHANGED, change, by=by, at=at, detail={"ins": "withdrawn", "status": row.status})
    announce(change, cause=f"ins-withdrawn:{row.pk}:{at.isoformat()}", at=at)
    return change


def identity_in(call: InsiCall) -> InsiIdentity:
    """Return the identity of an answer.

    Raises:
        NothingFound: it has none.
    """
    told = call.answer.get("identity")
    if call.operation != InsiOperation.SEARCH or call.code != Outcome.FOUND or not told:
        raise NothingFound
    return InsiIdentity(**told)


def _open_call(call_id: UUID) -> InsiCall:
    call = InsiCall.objects.select_for_update(of=("self",)).filter(pk=call_id).first()
    if call is None:
        raise LookupError(f"no call {call_id}")
    if call.settled_at is not None:
        raise AlreadySettled
    if call.state != InsiState.ANSWERED:
        raise NothingFound
    identity_in(call)
    return call


def _settle(call: InsiCall, *, by: audit.Actor, at: datetime) -> None:
    call.settled_at, call.settled_by_name = at, by.name
    call.save(update_fields=["settled_at", "settled_by_name", "accepted"])


def _traits(answer: InsiIdentity, fields: list[str]) -> dict[str, Any]:
    given = answer.given_names.split()
    values: dict[str, Any] = {
        "birth_name": answer.birth_name,
        "given_names": given,
        "birth_date": calendar_date(answer.birth_date),
        "sex": answer.sex,
        "birth_place": answer.birth_place,
    }
    taken = {name: values[name] for name in fields if values[name]}
    return taken | ({"first_given": given[0]} if "given_names" in taken else {})


def _keep_history(row: LocalIdentity, call: InsiCall) -> None:
    for former in call.answer.get("history", []):
        Identifier.objects.get_or_create(
            local_identity=row,
            type="INS",
            universal_id=former["oid"],
            namespace="",
            value=former["matricule"],
            defaults={"is_current": False},
        )
