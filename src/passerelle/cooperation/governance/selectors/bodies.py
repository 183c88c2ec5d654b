"""Bodies and what a page says of them."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q

from passerelle.cooperation.governance.models import Body, BodyFamily, Mandate
from passerelle.cooperation.governance.selectors.sessions import SessionRow, sessions
from passerelle.cooperation.governance.selectors.vote_rules import DatedRule, vote_rule_of


@dataclass(frozen=True, slots=True)
class BodyRow:
    code: str
    name: str
    purpose: str
    step: int | None
    members: int


@dataclass(frozen=True, slots=True)
class BodyGroup:
    """The bodies of one family, in their order."""

    label: str
    bodies: tuple[BodyRow, ...]


@dataclass(frozen=True, slots=True)
class MemberRow:
    person_name: str
    function: str
    establishment: str
    is_voting: bool


@dataclass(frozen=True, slots=True)
class BodyPage:
    body: Body
    family_label: str
    rule: DatedRule | None
    members: tuple[MemberRow, ...]
    sessions: tuple[SessionRow, ...]


def body_groups(on: date) -> list[BodyGroup]:
    """Return every body by family: those that decide first."""
    held = Q(mandates__starts_on__lte=on) & (Q(mandates__ends_on=None) | Q(mandates__ends_on__gt=on))
    rows = Body.objects.annotate(members=Count("mandates", filter=held)).order_by("rank", "code")
    groups: dict[str, list[BodyRow]] = {family: [] for family in BodyFamily.values}
    for row in rows:
        groups[row.family].append(BodyRow(row.code, row.name, row.purpose, row.circuit_step, row.members))
    return [BodyGroup(str(BodyFamily(family).label), tuple(found)) for family, found in groups.items() if found]


def body_page(code: str, *, on: date) -> BodyPage | None:
    """Return one body with its rule in force, its members and its sessions; None when it does not exist."""
    body = Body.objects.filter(pk=code).first()
    if body is None:
        return None
    members = (
        Mandate.objects.held_on(on)
        .filter(body=body)
        .select_related("establishment")
        .order_by("establishment__rank", "function", "pk")
    )
    return BodyPage(
        body=body,
        family_label=str(BodyFamily(body.family).label),
        rule=vote_rule_of(body, on),
        members=tuple(
            MemberRow(row.person_name, row.function, row.establishment.short_name, row.is_voting) for row in members
        ),
        sessions=tuple(sessions(body=code)),
    )
