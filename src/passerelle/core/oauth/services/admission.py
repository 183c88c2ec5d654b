"""Who came by Pro Santé Connect, and as what they come in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from passerelle.core.access import api as access
from passerelle.core.directory import api as directory
from passerelle.core.oauth.models import FederatedIdentity
from passerelle.core.oauth.rules.capacities import Capacity, capacities
from passerelle.core.oauth.services.tying import AccountClosed, NotAdmitted, tie
from passerelle.protocols.psc import api as psc

NOWHERE = "pro-sante-connect.invalid"


class NoRpps(NotAdmitted):
    """Pro Santé Connect vous connaît, mais pas par un numéro RPPS. Passerelle n’ouvre qu’avec lui."""


class NoCapacity(NotAdmitted):
    """Aucun de vos exercices n’ouvre Passerelle : ni dans un établissement du groupement, ni en cabinet de médecin."""


class ChoiceNeeded(Exception):
    """There are several ways in: the professional chooses."""

    def __init__(self, choices: Sequence[Capacity]) -> None:
        super().__init__(len(choices))
        self.choices = tuple(choices)


@dataclass(frozen=True, slots=True)
class Admitted:
    """Whose session opens; `capacity` is the practice it is limited to, None for an account that has its own roles."""

    account: access.Account
    capacity: Capacity | None


def ways_in(professional: psc.Professional) -> tuple[Capacity, ...]:
    """Return as what a professional may come in, by their practices and the directory."""
    known = directory.professional(professional.rpps) if professional.rpps else None
    rows = directory.establishments()
    by_finess = {row.finess: row.code for row in rows} | {row.finess: row.establishment for row in directory.sites()}
    return capacities(
        professional,
        establishments=by_finess,
        names={row.code: row.name for row in rows},
        works_at=known.establishments if known else (),
    )


@transaction.atomic
def admit(*, professional: psc.Professional, subject: str, chosen: str | None, at: datetime) -> Admitted:
    """Return the account of a professional, opened now when it is the first time, with the role of their practice.

    `subject` is who they are for the provider; `chosen` is the key of a way in, None when none was chosen yet.

    Raises:
        NotAdmitted: there is no way in; the docstring of the refusal is the sentence to show.
        ChoiceNeeded: there are several.
    """
    if professional.rpps is None:
        raise NoRpps
    account = access.account_of_professional(professional.rpps)
    if account is not None and not account.is_active:
        raise AccountClosed
    ways = ways_in(professional)
    capacity = _chosen(ways, chosen)
    if capacity is None and (account is None or not _holds_any_role(account, at)):
        raise NoCapacity
    if account is None:
        account = _open(professional, at)
    tie(account, provider=psc.PROVIDER, subject=subject, at=at)
    if capacity is not None and not access.has_held(account, capacity.role, capacity.establishment):
        access.grant_role(
            account=account,
            role=capacity.role,
            establishment=capacity.establishment,
            starts_on=timezone.localdate(at),
            by=None,
            at=at,
        )
    return Admitted(account, capacity)


def is_same_person(*, account_id: UUID, subject: str) -> bool:
    """Tell whether a subject of Pro Santé Connect is tied to this very account."""
    return FederatedIdentity.objects.filter(provider=psc.PROVIDER, subject=subject, account_id=account_id).exists()


def _chosen(ways: Sequence[Capacity], chosen: str | None) -> Capacity | None:
    if len(ways) <= 1:
        return ways[0] if ways else None
    found = next((way for way in ways if way.key == chosen), None)
    if found is None:
        raise ChoiceNeeded(ways)
    return found


def _holds_any_role(account: access.Account, at: datetime) -> bool:
    return bool(access.viewer_of(account, on=timezone.localdate(at), second_factor=True).roles)


def _open(professional: psc.Professional, at: datetime) -> access.Account:
    rpps = professional.rpps or ""
    practice = professional.practices[0]
    directory.enrol_professional(
        rpps=rpps,
        family_name=professional.family_name,
        given_name=professional.given_name,
        profession=practice.profession_label,
        is_simulated=settings.DEMO,
    )
    return access.open_account(
        email=f"rpps-{rpps}@{NOWHERE}",
        display_name=f"{professional.given_name} {professional.family_name}".strip() or f"RPPS {rpps}",
        rpps=rpps,
        by=None,
        at=at,
    )
