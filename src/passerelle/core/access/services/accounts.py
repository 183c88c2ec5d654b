from datetime import date, datetime
from uuid import UUID

from allauth.account.models import EmailAddress
from django.db import transaction

from passerelle.core.access.models import Account, RoleAssignment
from passerelle.core.access.vocabulary import Role
from passerelle.core.audit import api as audit


@transaction.atomic
def open_account(
    *,
    email: str,
    display_name: str,
    by: audit.Actor | None,
    at: datetime,
    person_id: UUID | None = None,
    rpps: str | None = None,
) -> Account:
    """Open an account without a password: its holder cannot sign in until one is set."""
    account = Account(
        email=email.lower(), display_name=display_name, person_id=person_id, professional_id=rpps, opened_at=at
    )
    account.set_unusable_password()
    account.save()
    EmailAddress.objects.create(user=account, email=account.email, verified=True, primary=True)
    audit.record(audit.Action.ACCOUNT_OPENED, by=by, at=at, target=f"account:{account.pk}")
    return account


@transaction.atomic
def grant_role(
    *,
    account: Account,
    role: Role,
    establishment: str | None,
    starts_on: date,
    by: audit.Actor | None,
    at: datetime,
) -> RoleAssignment:
    """Give a role from a day, for an establishment (its code) or for the whole group (None)."""
    assignment = RoleAssignment.objects.create(
        account=account, role=role.value, establishment_id=establishment, starts_on=starts_on
    )
    audit.record(
        audit.Action.ROLE_GRANTED,
        by=by,
        at=at,
        target=f"account:{account.pk}",
        detail={"role": role.value, "establishment": establishment},
    )
    return assignment


@transaction.atomic
def end_role(*, assignment_id: int, ends_on: date, by: audit.Actor | None, at: datetime) -> None:
    """Take a role back from a day (exclusive end); its holder loses it at the first request of that day."""
    assignment = RoleAssignment.objects.select_for_update().get(pk=assignment_id)
    assignment.ends_on = ends_on
    assignment.save(update_fields=["ends_on"])
    audit.record(
        audit.Action.ROLE_ENDED,
        by=by,
        at=at,
        target=f"account:{assignment.account_id}",
        detail={"role": assignment.role, "establishment": assignment.establishment_id},
    )


@transaction.atomic
def set_password(*, account: Account, password: str, by: audit.Actor | None, at: datetime) -> None:
    """Give an account its first password; the second factor is enrolled by its holder at the first sign-in."""
    account.set_password(password)
    account.save(update_fields=["password"])
    audit.record(
        audit.Action.SECOND_FACTOR_CHANGED, by=by, at=at, target=f"account:{account.pk}", detail={"password": True}
    )


def note_second_factor_change(*, account: Account, means: str, at: datetime) -> None:
    """Leave the event of a second factor enrolled by its holder."""
    by = audit.Actor(account_id=account.pk, name=account.display_name)
    audit.record(
        audit.Action.SECOND_FACTOR_CHANGED, by=by, at=at, target=f"account:{account.pk}", detail={"added": means}
    )
