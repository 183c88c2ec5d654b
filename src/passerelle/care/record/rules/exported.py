"""Whom an export is for: a viewer as plain JSON, kept with the request and read again when the job runs."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from passerelle.core.access.api import Role, Viewer

Json = dict[str, Any]


def told_viewer(viewer: Viewer) -> Json:
    """Return what an export must know of who asked for it."""
    return {
        "account_id": _text(viewer.account_id),
        "name": viewer.name,
        "assignments": sorted(([role.value, place] for role, place in viewer.assignments), key=str),
        "person_id": _text(viewer.person_id),
        "rpps": viewer.professional_rpps,
        "scopes": sorted(viewer.scopes) if viewer.scopes is not None else None,
        "application": viewer.application,
        "launched_for": _text(viewer.launched_for),
    }


def viewer_told(told: Mapping[str, Any]) -> Viewer:
    """Return the viewer that `told_viewer` wrote."""
    scopes = told.get("scopes")
    return Viewer(
        account_id=_uuid(told.get("account_id")),
        name=str(told.get("name", "")),
        assignments=frozenset((Role(role), place) for role, place in told.get("assignments", ())),
        person_id=_uuid(told.get("person_id")),
        professional_rpps=told.get("rpps"),
        second_factor=True,
        scopes=frozenset(scopes) if scopes is not None else None,
        application=str(told.get("application", "")),
        launched_for=_uuid(told.get("launched_for")),
    )


def _text(value: UUID | None) -> str | None:
    return str(value) if value is not None else None


def _uuid(text: Any) -> UUID | None:
    return UUID(text) if isinstance(text, str) else None
