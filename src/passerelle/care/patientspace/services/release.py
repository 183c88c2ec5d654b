"""Setting how long a kind of piece waits, and saying that a professional has spoken of one."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from passerelle.care.patientspace.models import Announcement, ReleaseRule
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
