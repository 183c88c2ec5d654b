"""Whose account it is."""

from collections.abc import Iterable
from uuid import UUID

from passerelle.core.access.models import Account


def accounts_of_patients(person_ids: Iterable[UUID]) -> dict[UUID, UUID]:
    """Return the account of each of these persons who has one, in one query."""
    rows = Account.objects.filter(person_id__in=list(person_ids), is_active=True)
    return {person_id: account_id for person_id, account_id in rows.values_list("person_id", "pk") if person_id}
