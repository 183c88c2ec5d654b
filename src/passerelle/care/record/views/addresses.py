"""Addresses of the record's pages that keep what the reader chose."""

from collections.abc import Mapping
from datetime import datetime
from urllib.parse import urlencode

from django.utils import timezone


def with_query(path: str, asked: Mapping[str, object]) -> str:
    """Return a path with the parts of a query that hold something."""
    told = {name: str(value) for name, value in asked.items() if value not in (None, "", False)}
    return f"{path}?{urlencode(told)}" if told else path


def moment_in(text: str) -> datetime | None:
    """Return the moment an address holds, None when it holds none that can be read."""
    try:
        found = datetime.fromisoformat(text.replace(" ", "+"))
    except ValueError:
        return None
    return found if timezone.is_aware(found) else None
