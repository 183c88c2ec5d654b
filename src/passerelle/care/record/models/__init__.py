from passerelle.care.record.models.appointment import AppointmentEvent
from passerelle.care.record.models.choice import DmpChoice
from passerelle.care.record.models.mark import ReadMark
from passerelle.care.record.models.resource import Content, Resource, Version
from passerelle.care.record.models.stay import StayEvent

CLASSIFICATION: dict[str, dict[str, str]] = {
    "Resource": {
        "type": "neutral",
        "id": "neutral",
        "local_identity_id": "neutral",
        "version": "neutral",
        "last_updated": "neutral",
        "source": "neutral",
        "body": "health",
        "deleted": "neutral",
        "establishment": "neutral",
        "status": "health",
        "class_code": "health",
        "codes": "health",
        "categories": "health",
        "date_start": "health",
        "date_end": "health",
        "identifiers": "identifying",
        "encounter": "neutral",
        "security": "health",
        "names": "identifying",
        "birth_date": "identifying",
        "gender": "identifying",
        "number_value": "health",
    },
    "Version": {
        "type": "neutral",
        "id": "neutral",
        "local_identity_id": "neutral",
        "version": "neutral",
        "last_updated": "neutral",
        "source": "neutral",
        "body": "health",
        "deleted": "neutral",
    },
    "Content": {
        "id": "neutral",
        "local_identity_id": "neutral",
        "mime": "neutral",
        "sha256": "neutral",
        "body": "health",
        "size": "neutral",
        "stored_at": "neutral",
    },
    "AppointmentEvent": {
        "id": "neutral",
        "appointment_id": "neutral",
        "source": "neutral",
        "trigger": "neutral",
        "received_at": "neutral",
        "content": "health",
    },
    "DmpChoice": {
        "id": "neutral",
        "local_identity_id": "neutral",
        "subject": "neutral",
        "is_permitted": "health",
        "collected_at": "neutral",
        "source": "neutral",
    },
    "ReadMark": {
        "id": "neutral",
        "account": "neutral",
        "type": "neutral",
        "resource_id": "neutral",
        "version": "neutral",
        "read_at": "neutral",
    },
    "StayEvent": {
        "id": "neutral",
        "stay_id": "neutral",
        "local_identity_id": "neutral",
        "establishment": "neutral",
        "source": "neutral",
        "trigger": "neutral",
        "recorded_at": "health",
        "received_at": "neutral",
        "content": "health",
    },
}

__all__ = ["CLASSIFICATION", "AppointmentEvent", "Content", "DmpChoice", "ReadMark", "Resource", "StayEvent", "Version"]
