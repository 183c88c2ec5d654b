"""Each message is filed in the record of the patient, as FHIR Communication, in the same transaction."""

from uuid import UUID

from passerelle.care.messaging.models import Post, Thread
from passerelle.care.record import api as record
from passerelle.protocols import fhir

_RESTRICTION = "urn:passerelle:restriction"
_SECRET = "INVISIBLE_REP_LEGAUX"  # noqa: S105 - the code of a restriction


def file_in_record(thread: Thread, post: Post) -> UUID:
    """Store a message beside the documents of its patient; return the id of its Communication."""
    patient = fhir.reference(f"Patient/{thread.local_identity_id}")
    team = {"display": thread.team.name}
    resource = {
        "resourceType": "Communication",
        "id": str(post.pk),
        "status": "completed",
        "subject": patient,
        "topic": {"text": thread.subject},
        "sent": fhir.moment(post.at),
        "sender": {"display": f"{post.author_name}, {thread.team.name}"} if post.is_from_team else patient,
        "recipient": [patient if post.is_from_team else team],
        "payload": [{"contentString": post.text}],
    }
    if thread.is_secret:
        resource["meta"] = {"security": [fhir.coding(_RESTRICTION, _SECRET)]}
    stored = record.put(resource, local_identity_id=thread.local_identity_id, at=post.at, source="messaging")
    return stored.id
