"""Versions of protocols, patients who follow one, what was said of each task."""

from passerelle.care.carepaths.models.following import Following, FollowingState, TaskSaid
from passerelle.care.carepaths.models.version import ProtocolVersion

CLASSIFICATION: dict[str, dict[str, str]] = {
    "ProtocolVersion": {
        "id": "neutral",
        "code": "neutral",
        "version": "neutral",
        "title": "neutral",
        "content": "neutral",
        "digest": "neutral",
        "published_at": "neutral",
    },
    "Following": {
        "id": "neutral",
        "local_identity_id": "identifying",
        "establishment": "neutral",
        "protocol": "health",
        "anchor": "health",
        "state": "neutral",
        "started_at": "neutral",
        "started_by": "identifying",
        "ended_at": "neutral",
        "ended_by": "identifying",
        "reason": "health",
    },
    "TaskSaid": {
        "id": "neutral",
        "following": "neutral",
        "task": "health",
        "number": "neutral",
        "outcome": "health",
        "on": "neutral",
        "note": "health",
        "source": "neutral",
        "said_at": "neutral",
        "said_by": "identifying",
        "by_account": "identifying",
    },
}

__all__ = ["CLASSIFICATION", "Following", "FollowingState", "ProtocolVersion", "TaskSaid"]
