"""Whether a viewer may read or answer a filling: one decision, one trace."""

from datetime import datetime
from uuid import UUID

from passerelle.care.forms.selectors.fillings import OpenFilling, filling
from passerelle.care.identity import api as identity
from passerelle.care.record import api as record
from passerelle.core.access import api as access
from passerelle.core.access.api import Act, Kind, Viewer


def open_filling(viewer: Viewer, filling_id: UUID, *, at: datetime) -> OpenFilling:
    """Return a filling that this viewer may read, and leave the event.

    Raises:
        AccessRefused: there is none, or it is not for them.
    """
    try:
        opened = filling(filling_id)
    except LookupError as absent:
        raise access.AccessRefused from absent
    person_id = identity.person_of(opened.row.local_identity_id)
    access.check(
        viewer,
        Kind.FORM,
        Act.READ,
        relation=record.relation_to(viewer, person_id, at=at),
        target=f"QuestionnaireResponse/{filling_id}",
        person_id=person_id,
        at=at,
    )
    return opened
