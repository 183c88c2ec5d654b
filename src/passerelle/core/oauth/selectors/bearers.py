"""Who bears an access token: one lookup, remembered for less than a second."""

import hashlib
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils import timezone
from oauth2_provider.models import get_access_token_model

from passerelle.core.access import api as access
from passerelle.core.access.api import ANONYMOUS, Role, Viewer
from passerelle.core.oauth.memory import short_memory

AccessToken = get_access_token_model()
_remembered = short_memory()


def bearer(token: str) -> Viewer:
    """Return the viewer that an access token stands for; ANONYMOUS when it is worth nothing now."""
    checksum = hashlib.sha256(token.encode("utf-8", "surrogateescape")).hexdigest()
    found = _remembered.get(checksum, lambda: _found(checksum))
    if not isinstance(found, tuple):
        return ANONYMOUS
    viewer, expires = found
    return viewer if timezone.now() < expires else ANONYMOUS


def _found(checksum: str) -> tuple[Viewer, datetime] | None:
    held = (
        AccessToken.objects.select_related("application__declaration", "user", "tie__authorisation")
        .filter(token_checksum=checksum)
        .first()
    )
    now = timezone.now()
    if held is None or held.expires <= now or not _is_open(held, now):
        return None
    viewer = _alone(held) if held.user is None else _for_somebody(held, now)
    return (viewer, held.expires) if viewer is not None else None


def _is_open(held: Any, now: datetime) -> bool:
    application = held.application
    return hasattr(application, "declaration") and application.declaration.is_open(timezone.localdate(now))


def _alone(held: Any) -> Viewer:
    """Return an application that comes for its establishment."""
    declaration = held.application.declaration
    return Viewer(
        name=held.application.name,
        assignments=frozenset({(Role.APPLICATION, declaration.establishment_id)}),
        second_factor=True,
        scopes=frozenset(held.scope.split()),
        application=str(declaration.pk),
    )


def _for_somebody(held: Any, now: datetime) -> Viewer | None:
    """Return the person an application comes for, as what they are today, restricted to what they allowed."""
    tie = getattr(held, "tie", None)
    account = held.user
    if tie is None or tie.authorisation.withdrawn_at is not None or not account.is_active:
        return None
    if account.is_demo_persona and not settings.DEMO:
        return None
    viewer = access.viewer_of(account, on=timezone.localdate(now), second_factor=True)
    allowed = tie.authorisation
    return replace(
        viewer,
        assignments=access.limited_to(viewer.assignments, allowed.practice_role, allowed.practice_place or None),
        application=str(held.application.declaration.pk),
        scopes=frozenset(held.scope.split()),
        launched_for=allowed.person_id,
    )
