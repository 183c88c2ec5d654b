"""Questions put to INSi: asked now, or kept for later when the teleservice is down."""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.db.models import F

from passerelle.care.identity.gateway import Gateway
from passerelle.care.identity.models import InsiCall, InsiCampaign, InsiOperation, InsiState, LocalIdentity
from passerelle.care.identity.services.trusting import locked_identity
from passerelle.core.audit import api as audit
from passerelle.protocols import ins
from passerelle.protocols.insi import api as insi

# After a failure, the next clerk does not wait for the same time-out: the question goes straight to the queue.
_BREAK: Final = timedelta(seconds=30)
_RETRIES_IN_A_ROW: Final = 50


class AskingRefused(Exception):
    """INSi ne peut pas être interrogé pour ce dossier."""


class IdentityBlocked(AskingRefused):
    """Identité douteuse ou fictive : le téléservice INSi ne doit pas être interrogé."""


class TraitsTooFew(AskingRefused):
    """Il manque le nom de naissance, un prénom, la date de naissance ou le sexe (M ou F)."""


class TraitsUnwritable(AskingRefused):
    """Le nom ou un prénom contient un signe que les bases nationales n’ont pas : corrigez-le d’abord."""


class NothingToVerify(AskingRefused):
    """Ce dossier n’a pas d’INS à vérifier."""


class NoGateway(AskingRefused):
    """Le téléservice INSi n’est pas configuré sur cette installation."""


@dataclass(frozen=True, slots=True)
class Asking:
    """Who asks what, when; `campaign` when nobody is at the desk."""

    operation: InsiOperation
    by: audit.Actor
    at: datetime
    campaign: InsiCampaign | None = None


def operation_named(name: str) -> InsiOperation:
    """Return the operation of a form; anything else is a search."""
    return InsiOperation.VERIFY if name == InsiOperation.VERIFY else InsiOperation.SEARCH


def ask_insi(*, local_identity_id: UUID, asking: Asking, gateway: Gateway | None) -> InsiCall:
    """Ask INSi about a local identity; return the question, answered, refused, or waiting for another try.

    No transaction is open while the teleservice is asked. A question that already waits is not asked twice.

    Raises:
        LookupError: there is no such local identity.
        AskingRefused: the file may not, or cannot, be asked about.
    """
    if gateway is None:
        raise NoGateway
    call, row = _opened(local_identity_id, asking)
    if asking.campaign is None and _is_broken(asking.at):
        return _postponed(call, code="unavailable", at=asking.at)
    return _tried(call, row, gateway, at=asking.at)


@transaction.atomic
def _opened(local_identity_id: UUID, asking: Asking) -> tuple[InsiCall, LocalIdentity]:
    row = locked_identity(local_identity_id)
    _refuse_unaskable(row, asking.operation)
    waiting = InsiCall.objects.filter(local_identity=row, operation=asking.operation, state=InsiState.WAITING).first()
    if waiting is not None:
        return waiting, row
    call = InsiCall.objects.create(
        local_identity=row,
        campaign=asking.campaign,
        operation=asking.operation,
        state=InsiState.WAITING,
        asked_at=asking.at,
        asked_by=asking.by.account_id,
        asked_by_name=asking.by.name,
        next_try_at=asking.at + _BREAK,
    )
    audit.record(
        audit.Action.INSI_ASKED,
        by=asking.by,
        at=asking.at,
        target=f"local_identity:{row.pk}",
        detail={"operation": asking.operation.value, "call": str(call.pk)},
    )
    return call, row


def _refuse_unaskable(row: LocalIdentity, operation: InsiOperation) -> None:
    if not ins.may_hold_ins(row.attributes):
        raise IdentityBlocked
    if operation == InsiOperation.VERIFY and not row.ins_matricule:
        raise NothingToVerify
    if not (row.birth_name and row.given_names and row.birth_date and row.sex in {"M", "F"}):
        raise TraitsTooFew
    try:
        for name in (row.birth_name, *row.given_names):
            ins.insi_form(name)
    except ins.UnwritableName as fault:
        raise TraitsUnwritable from fault


def _is_broken(at: datetime) -> bool:
    """Tell whether the last attempt of anybody failed for want of a teleservice, less than half a minute ago."""
    last = InsiCall.objects.filter(attempts__gt=0, answered_at__gt=at - _BREAK, answered_at__lte=at)
    latest = last.order_by("-answered_at", "pk").values_list("state", flat=True).first()
    return latest == InsiState.WAITING


def _tried(call: InsiCall, row: LocalIdentity, gateway: Gateway, *, at: datetime) -> InsiCall:
    try:
        code, answer = _answer(call, row, gateway, at=at)
    except insi.InsiError as failure:
        if failure.is_temporary:
            return _postponed(call, code=failure.code, at=at, is_attempt=True)
        return _closed(call, InsiState.REFUSED, code=failure.code, answer={}, at=at)
    return _closed(call, InsiState.ANSWERED, code=code, answer=answer, at=at)


def _answer(call: InsiCall, row: LocalIdentity, gateway: Gateway, *, at: datetime) -> tuple[str, dict[str, Any]]:
    with insi.InsiClient(gateway.access) as client:
        if call.operation == InsiOperation.VERIFY:
            is_same = client.verify(_identity_of(row), operator=gateway.operator, at=at)
            return (insi.Outcome.FOUND if is_same else insi.Outcome.NONE).value, {}
        answer = client.search(_traits_of(row), operator=gateway.operator, at=at)
    told: dict[str, Any] = {"questions": answer.questions}
    if answer.identity is not None:
        told |= {"identity": asdict(answer.identity), "history": [asdict(former) for former in answer.history]}
    return answer.outcome.value, told


def _traits_of(row: LocalIdentity) -> insi.SearchTraits:
    given = tuple(part for name in row.given_names for part in ins.insi_form(name).split())
    born = row.birth_date.isoformat() if row.birth_date else ""
    return insi.SearchTraits(ins.insi_form(row.birth_name), given, row.sex, born, row.birth_place)


def _identity_of(row: LocalIdentity) -> insi.InsiIdentity:
    traits = _traits_of(row)
    names = " ".join(traits.given_names)
    return insi.InsiIdentity(
        row.ins_matricule, row.ins_oid, traits.birth_name, names, traits.sex, traits.birth_date, traits.birth_place
    )


def _postponed(call: InsiCall, *, code: str, at: datetime, is_attempt: bool = False) -> InsiCall:
    if is_attempt:
        call.attempts += 1
        call.answered_at = at
    delay = insi.retry_delay(max(call.attempts, 1))
    call.code = code
    if delay is None:
        call.state, call.next_try_at = InsiState.GIVEN_UP, None
    else:
        call.next_try_at = at + delay
    call.save(update_fields=["attempts", "answered_at", "code", "state", "next_try_at"])
    return call


def _closed(call: InsiCall, state: InsiState, *, code: str, answer: dict[str, Any], at: datetime) -> InsiCall:
    call.state, call.code, call.answer = state, code, answer
    call.attempts += 1
    call.answered_at, call.next_try_at = at, None
    call.save(update_fields=["state", "code", "answer", "attempts", "answered_at", "next_try_at"])
    return call


def retry_waiting(*, gateway: Gateway, at: datetime) -> int:
    """Ask again the questions whose time has come, oldest first; return how many were tried.

    The first that still fails for want of a teleservice ends the turn.
    """
    due = InsiCall.objects.filter(state=InsiState.WAITING, next_try_at__lte=at).select_related("local_identity")
    tried = 0
    for call in due.order_by("next_try_at", "pk")[:_RETRIES_IN_A_ROW]:
        tried += 1
        if not ins.may_hold_ins(call.local_identity.attributes):
            _closed(call, InsiState.REFUSED, code="blocked", answer={}, at=at)
        elif _tried(call, call.local_identity, gateway, at=at).state == InsiState.WAITING:
            break
        else:
            _count_late_answer(call)
    return tried


def _count_late_answer(call: InsiCall) -> None:
    """Move an answer that came late from the failures of its campaign to what it says."""
    if call.campaign_id is None or call.state != InsiState.ANSWERED:
        return
    told = "confirmed" if call.code == insi.Outcome.FOUND else "differing"
    InsiCampaign.objects.filter(pk=call.campaign_id, failed__gt=0).update(failed=F("failed") - 1, **{told: F(told) + 1})
