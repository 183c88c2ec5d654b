"""Load the bodies from our data file."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import yaml
from django.db import transaction

from passerelle.cooperation.governance.models import Body

_FILE: Final = Path(__file__).parents[1] / "data" / "bodies.yaml"


@transaction.atomic
def load_bodies(*, at: datetime) -> int:  # noqa: ARG001 - every loader is called alike
    """Create or update the bodies; return how many the file names."""
    rows: list[dict[str, Any]] = yaml.safe_load(_FILE.read_text())["bodies"]
    for rank, row in enumerate(rows):
        _load_body(row, rank)
    return len(rows)


def _load_body(row: Mapping[str, Any], rank: int) -> None:
    Body.objects.update_or_create(
        code=row["code"],
        defaults={
            "name": row["name"],
            "short_name": row["short_name"],
            "family": row["family"],
            "purpose": row["purpose"],
            "composition": row.get("composition", ""),
            "circuit_step": row.get("circuit_step"),
            "is_statutory": row["is_statutory"],
            "rank": rank,
            "vote_parameters": row.get("vote_parameters", ""),
            "voting_roles": row.get("voting_roles", []),
            "tie": row.get("tie", ""),
            "source": row["source"],
        },
    )
