"""Setting how long a kind of piece waits, and saying that a professional has spoken of one."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from passerelle.care.patientspace.models import Announcement, ReleaseRule
from passerelle.care.patientspace.rules.release import KINDS
from passerelle.care.patientspace.services.summaries import NotOwnDocument
from passerelle.care.record import api as record
from passerelle.core.access import api as access
from passerelle.core.access.api import Act, Kind, Relation, Viewer


def set_wait(*, establishment: str, kind: str, label: str, days: int) -> None:
    """Let a kind of piece of an establishment wait so many days at most."""
    ReleaseRule.objects.update_or_create(
        establishment=establishment, kind=kind, defaults={"label": label, "days": days}
    )


@transaction.atomic
def change_wait(*, viewer: Viewer, establishment: str, kind: str, days: int, at: datetime) -> None:
    """Let a kind of piece wait so many days at most, or no more at all when it is zero; leaves its event.

    Raises:
        AccessRefused: this viewer does not keep parameters.
    """
    access.check(
        viewer,
        Kind.PARAMETER,
        Act.UPDATE,
        relation=Relation.TERRITORY,
        target=f"wait:{establishment}/{kind}",
        at=at,
        reason=f"Attente\u00a0: {days} jours au plus",
    )
    if days:
        set_wait(establishment=establishment, kind=kind, label=KINDS[kind], days=days)
    else:
        ReleaseRule.objects.filter(establishment=establishment, kind=kind).delete()


@transaction.atomic
def announce(*, viewer: Viewer, document: record.OpenedDocument, at: datetime) -> None:
    """Say that a document was announced to its patient, who sees it from now on.

    Raises:
        NotOwnDocument: another establishment wrote it.
    """
    if viewer.account_id is None or not viewer.has(access.Role.CLINICIAN, document.document.establishment):
        raise NotOwnDocument
    item_id: UUID = document.document.id
    access.check(
        viewer,
        Kind.DOCUMENT,
        Act.UPDATE,
        relation=Relation.AUTHOR,
        target=f"document:{item_id}",
        person_id=document.person_id,
        at=at,
        reason="Annoncé au patient",
    )
    told = {"person_id": document.person_id, "at": at, "by_account": viewer.account_id, "by_name": viewer.name}
    Announcement.objects.get_or_create(item_id=item_id, defaults=told)
