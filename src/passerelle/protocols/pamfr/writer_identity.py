"""The messages that tell an identity change to another application: A40, A47, A31, A28 (IHE PAM France 2.11, ITI-30).

What may be told is decided here: the identifiers that the receiver knows, and the INS only with the five strict traits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime

from msgspec.structs import replace

from passerelle.protocols.ins import IdentityStatus, may_hold_ins
from passerelle.protocols.pamfr.events import AdtEvent, Identifier, Patient, Traits

_INS_PREFIX = "INS"
_SEXES_WITH_INS = frozenset({"M", "F"})


def has_strict_traits(traits: Traits) -> bool:
    """Tell whether the five traits without which an INS is never shared are there: names, date, sex, place of birth.

    Source: RNIV, and FR Core: birth name, list of given names, birth date, sex M or F, INSEE code of the birth place.
    """
    return bool(
        traits.birth_name
        and traits.given_names
        and traits.birth_date
        and traits.sex in _SEXES_WITH_INS
        and traits.birth_place
    )


def may_share_ins(patient: Patient) -> bool:
    """Tell whether the INS of a patient may leave: qualified, neither doubtful nor fictive, with the strict traits."""
    ins = patient.ins
    return (
        ins is not None
        and ins.key_ok
        and patient.status is IdentityStatus.QUALIFIEE
        and may_hold_ins(patient.attributes)
        and has_strict_traits(patient.traits)
    )


def shareable(patient: Patient, is_known: Callable[[Identifier], bool]) -> Patient:
    """Return the patient as a receiver may know them: the identifiers it knows, the INS only when it may be shared.

    A qualified identity that cannot show its INS is told as validated, since a number goes with PID-32 = VALI.
    """
    local = tuple(one for one in patient.identifiers if not _is_ins(one) and is_known(one))
    account = patient.account if patient.account is not None and is_known(patient.account) else None
    if may_share_ins(patient):
        return replace(patient, identifiers=local, account=account)
    status = IdentityStatus.VALIDEE if patient.status is IdentityStatus.QUALIFIEE else patient.status
    return replace(patient, identifiers=local, account=account, ins=None, status=status)


def merge_event(survivor: Patient, victims: Iterable[Identifier], *, occurred_at: datetime, at: datetime) -> AdtEvent:
    """Return an A40: the identifiers given up are in MRG-1, those kept in PID-3."""
    prior = tuple(one for one in victims if one.type == "PI")
    return AdtEvent("A40", occurred_at, at, replace(survivor, account=None), prior=prior)


def ins_change_event(
    patient: Patient, former: Iterable[Identifier], *, occurred_at: datetime, at: datetime
) -> AdtEvent:
    """Return an A47: the former INS in MRG-1, the new one in PID-3, or `""` when there is none any more."""
    told = replace(patient, account=None, erases_ins=patient.ins is None)
    return AdtEvent("A47", occurred_at, at, told, prior=tuple(one for one in former if _is_ins(one)))


def update_event(patient: Patient, *, occurred_at: datetime, at: datetime, trigger: str = "A31") -> AdtEvent:
    """Return an A31 (the traits have changed), or an A28 (the patient stands alone again)."""
    return AdtEvent(trigger, occurred_at, at, replace(patient, account=None))


def _is_ins(one: Identifier) -> bool:
    return one.type.startswith(_INS_PREFIX)
