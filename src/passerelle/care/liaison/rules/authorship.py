"""Whose declaration a resource is: the account that told it is one of its identifiers."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

AUTHORS: Final = "urn:passerelle:account"


def is_told_by(resource: Mapping[str, Any], account_id: UUID | None) -> bool:
    """Tell whether this account declared a resource."""
    return account_id is not None and any(
        one.get("system") == AUTHORS and one.get("value") == str(account_id) for one in resource.get("identifier", [])
    )
