"""Who the viewer is, what ties them to a person, and the cast of the demonstration."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from passerelle.core.access.models import Account, ChosenDoctor, EmergencyAccess, RoleAssignment
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


def has_emergency_access(viewer: Viewer, person_id: UUID, *, at: datetime) -> bool:
    """Tell whether this viewer has an emergency door open on this person at this moment."""
    return (
        viewer.account_id is not None
        and EmergencyAccess.objects.filter(
            account_id=viewer.account_id, person_id=person_id, at__lte=at, expires_at__gt=at
        ).exists()
    )


def is_chosen_doctor(viewer: Viewer, person_id: UUID, *, on: date) -> bool:
    """Tell whether this viewer is the doctor this person has chosen that day."""
    account_id = viewer.account_id
    return account_id is not None and _chosen(account_id, on).filter(person_id=person_id).exists()


def patients_who_chose(viewer: Viewer, *, on: date) -> list[UUID]:
    """Return the persons whose chosen doctor this viewer is that day, the latest choice first."""
    if viewer.account_id is None:
        return []
    return list(_chosen(viewer.account_id, on).order_by("-starts_on", "person_id").values_list("person_id", flat=True))


def _chosen(account_id: UUID, on: date) -> QuerySet[ChosenDoctor]:
    return ChosenDoctor.objects.filter(Q(ends_on=None) | Q(ends_on__gt=on), account_id=account_id, starts_on__lte=on)


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
