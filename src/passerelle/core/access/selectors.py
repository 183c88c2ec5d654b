"""Who the viewer is."""

from datetime import date

from django.db.models import Q

from passerelle.core.access.models import Account, RoleAssignment
from passerelle.core.access.viewer import Viewer
from passerelle.core.access.vocabulary import Role


def viewer_of(account: Account, *, on: date, second_factor: bool) -> Viewer:
    """Return the viewer an account is on a day: one query, for the roles held that day."""
    held = RoleAssignment.objects.filter(Q(ends_on=None) | Q(ends_on__gt=on), account_id=account.pk, starts_on__lte=on)
    return Viewer(
        account_id=account.pk,
        name=account.display_name,
        assignments=frozenset((Role(role), code) for role, code in held.values_list("role", "establishment_id")),
        person_id=account.person_id,
        professional_rpps=account.professional_id,
        second_factor=second_factor,
        is_demo_persona=account.is_demo_persona,
    )
