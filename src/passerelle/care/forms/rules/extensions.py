"""Extensions of a FHIR element, found by their address."""

from collections.abc import Mapping
from typing import Any


def extensions(element: Mapping[str, Any], url: str) -> list[Mapping[str, Any]]:
    """Return the extensions of this address, in their order; a malformed list counts as none."""
    found = element.get("extension", ())
    return (
        [one for one in found if isinstance(one, Mapping) and one.get("url") == url] if isinstance(found, list) else []
    )


def extension(element: Mapping[str, Any], url: str) -> Mapping[str, Any] | None:
    """Return the first extension of this address."""
    return next(iter(extensions(element, url)), None)
