from typing import Final

from passerelle.care.messaging.models.teams import AnswerTemplate, Member, Team
from passerelle.care.messaging.models.threads import Draft, Piece, Post, Thread

__all__ = ["CLASSIFICATION", "AnswerTemplate", "Draft", "Member", "Piece", "Post", "Team", "Thread"]

CLASSIFICATION: Final = {
    "Team": dict.fromkeys(
        [
            *("id", "code", "establishment", "name", "unit_label", "about", "answers_within_hours", "email"),
            *("escalation_email", "is_open"),
        ],
        "neutral",
    ),
    "Member": {"id": "neutral", "team": "neutral", "account_id": "identifying"},
    "AnswerTemplate": {"id": "neutral", "team": "neutral", "title": "neutral", "text": "neutral"},
    "Thread": dict.fromkeys(
        [
            *("id", "team", "local_identity_id", "opened_at", "is_secret", "is_waiting", "waiting_since", "due_at"),
            *("taken_at", "escalated_at", "closed_at", "changed_at", "patient_seen_at"),
        ],
        "neutral",
    )
    | dict.fromkeys(("person_id", "taken_by", "taken_by_name"), "identifying")
    | {"subject": "health"},
    "Post": dict.fromkeys(("id", "thread", "is_from_team", "at", "communication_id"), "neutral")
    | dict.fromkeys(("author", "author_name"), "identifying")
    | {"text": "health"},
    "Piece": {"id": "neutral", "post": "neutral", "file_id": "neutral", "name": "identifying"},
    "Draft": {"id": "neutral", "account": "identifying", "place": "identifying", "subject": "health", "text": "health"}
    | {"saved_at": "neutral"},
}
