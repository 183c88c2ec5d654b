"""What every page tells a patient: an emergency access they do not know of, somebody else's space."""

from collections.abc import Iterator
from datetime import datetime
from typing import cast

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from passerelle.care.consent import api as consent
from passerelle.core.access.api import AuthenticatedRequest, Role
from passerelle.core.directory import api as directory
from passerelle.core.ui.api import Notice, french


def notices(request: HttpRequest) -> list[Notice]:
    """Return what this patient must not lose sight of, here and now."""
    viewer = cast("AuthenticatedRequest", request).viewer
    if viewer.person_id is None or not viewer.has(Role.PATIENT):
        return []
    asked = str(request.session.get(consent.SPACE_KEY, ""))
    return [*_other_space(asked, cast("AuthenticatedRequest", request), timezone.now()), *_emergencies(request)]


def _other_space(asked: str, request: AuthenticatedRequest, at: datetime) -> Iterator[Notice]:
    if not asked:
        return
    who = consent.acting_as(request.viewer, asked, at=at)
    if not who.is_self:
        yield Notice(
            kind="info",
            title=f"Vous êtes dans l’espace de {consent.called(who.person_id)}",
            text="Vous représentez cette personne. Ce que vous décidez ici vaut pour elle.",
            form_url=reverse("patientspace:leave_space"),
            form_label="Revenir à mon espace",
        )


def _emergencies(request: HttpRequest) -> Iterator[Notice]:
    person_id = cast("AuthenticatedRequest", request).viewer.person_id
    unseen = consent.unseen_emergencies(person_id) if person_id else []
    if not unseen:
        return
    last = unseen[0]
    place = directory.establishment(last.establishment)
    where = f" ({place.short_name})" if place else ""
    others = f" et {len(unseen) - 1} autre fois" if len(unseen) == 2 else ""
    others = f" et {len(unseen) - 1} autres fois" if len(unseen) > 2 else others
    yield Notice(
        title="Votre dossier a été ouvert en urgence",
        text=f"{last.actor_name}{where}, {french.moment(last.at)}{others}. Motif\u00a0: {last.reason}",
        url=reverse("patientspace:accesses"),
        action="Voir cet accès, ou poser une question",
        form_url=reverse("patientspace:acknowledge"),
        form_label="J’ai vu cet accès",
    )
