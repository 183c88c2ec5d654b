"""Who the viewer is, and the cast of the demonstration."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.conf import settings
from django.db.models import Q

from passerelle.core.access.models import Account, RoleAssignment
from passerelle.core.access.personas import PERSONA_DOMAIN, cast
from passerelle.core.access.viewer import Viewer
from passerelle.core.access.vocabulary import Role
from passerelle.core.directory import api as directory


def viewer_of(account: Account, *, on: date, second_factor: bool) -> Viewer:
    """Return the viewer an account is on a day: one query, for the roles held that day.

    With one factor only there is no role at all: nothing can be seen or done but enrolling the second one.
    """
    return Viewer(
        account_id=account.pk,
        name=account.display_name,
        assignments=_held_by(account, on) if second_factor else frozenset(),
        person_id=account.person_id if second_factor else None,
        professional_rpps=account.professional_id if second_factor else None,
        second_factor=second_factor,
        is_demo_persona=account.is_demo_persona,
    )


def account_of_professional(rpps: str) -> Account | None:
    """Return the account of a professional, open or closed; None when there is none, or more than one.

    A persona has one in demonstration only.
    """
    found = Account.objects.filter(professional_id=rpps)
    held = list((found if settings.DEMO else found.exclude(is_demo_persona=True)).order_by("opened_at", "pk")[:2])
    return held[0] if len(held) == 1 else None


def account_of_person(person_id: UUID) -> Account | None:
    """Return the account of a patient, open or closed; None when there is none, or more than one."""
    found = Account.objects.filter(person_id=person_id)
    held = list((found if settings.DEMO else found.exclude(is_demo_persona=True)).order_by("opened_at", "pk")[:2])
    return held[0] if len(held) == 1 else None


def has_held(account: Account, role: Role, establishment: str | None) -> bool:
    """Tell whether an account holds or held a role there: what was taken back is not given again by itself."""
    return RoleAssignment.objects.filter(account=account, role=role.value, establishment_id=establishment).exists()


def _held_by(account: Account, on: date) -> frozenset[tuple[Role, str | None]]:
    held = RoleAssignment.objects.filter(Q(ends_on=None) | Q(ends_on__gt=on), account_id=account.pk, starts_on__lte=on)
    return frozenset((Role(role), code) for role, code in held.values_list("role", "establishment_id"))


_STEERING = frozenset({Role.PILOT, Role.DIRECTOR, Role.CELL, Role.FUND_MANAGER, Role.RESEARCHER})
_GUARANTEES = frozenset({Role.DPO, Role.SECURITY_OFFICER, Role.OPERATOR, Role.INTEGRATOR})
_TOWN = frozenset({Role.PATIENT, Role.TOWN_DOCTOR})
_COMMITTEE = frozenset({Role.COMMITTEE_MEMBER})
_GROUPS = (
    ("En ville", _TOWN, False),
    ("À l’hôpital", frozenset(Role) - _TOWN - _STEERING - _GUARANTEES - _COMMITTEE, False),
    ("Au pilotage du groupement", _STEERING, False),
    ("Au comité stratégique, un membre par établissement", _COMMITTEE, True),
    ("À la technique et aux garanties", _GUARANTEES, False),
)


@dataclass(frozen=True, slots=True)
class PersonaCard:
    """A persona as listed on the sign-in page."""

    code: str
    name: str
    role_label: str
    place: str
    can: str
    role: Role


def persona_cards() -> list[PersonaCard]:
    """Return the personas that have an account, in the order of their file."""
    ready = dict(Account.objects.filter(is_demo_persona=True, is_active=True).values_list("email", "display_name"))
    return [
        PersonaCard(
            persona.code,
            ready[persona.email],
            persona.role.label,
            persona.place,
            persona.can,
            persona.role,
        )
        for persona in cast(directory.establishments())
        if persona.email in ready
    ]


@dataclass(frozen=True, slots=True)
class PersonaGroup:
    """Personas shown together; a compact group holds the same role many times."""

    heading: str
    personas: tuple[PersonaCard, ...]
    is_compact: bool


def persona_groups() -> list[PersonaGroup]:
    """Return the cast by what its members do here, the empty groups left out."""
    cards = persona_cards()
    groups = [
        PersonaGroup(heading, tuple(card for card in cards if card.role in roles), is_compact)
        for heading, roles, is_compact in _GROUPS
    ]
    return [group for group in groups if group.personas]


def persona_account(code: str) -> Account | None:
    """Return the account of a persona, None when there is none."""
    return Account.objects.filter(email=f"{code}@{PERSONA_DOMAIN}", is_demo_persona=True, is_active=True).first()
