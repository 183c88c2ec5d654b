"""The banner of an open emergency access, on every page of whoever opened it."""

from typing import cast

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from passerelle.care.identity import api as identity
from passerelle.core.access import api as access
from passerelle.core.access.api import Act, AuthenticatedRequest, Kind
from passerelle.core.ui.api import Notice, french


def notices(request: HttpRequest) -> list[Notice]:
    """Return one notice per door this viewer has open."""
    viewer = cast("AuthenticatedRequest", request).viewer
    if not viewer.may(Kind.PATIENT, Act.BREAK_GLASS):
        return []
    return [_notice(one) for one in access.open_emergencies(viewer, at=timezone.now())]


def _notice(opened: access.Emergency) -> Notice:
    try:
        name = identity.traits(opened.person_id).display_name
    except LookupError:
        name = "patient inconnu"
    return Notice(
        title=f"Accès d’urgence ouvert\u00a0: {name}",
        text=f"Il se ferme de lui-même à {french.hour(opened.closes_at)}. Le patient en est averti, et il sera revu.",
        url=reverse("record:timeline", args=[opened.person_id]),
        action="Ouvrir le dossier",
        form_url=reverse("consent:end_emergency", args=[opened.id]),
        form_label="Terminer l’accès d’urgence",
    )
