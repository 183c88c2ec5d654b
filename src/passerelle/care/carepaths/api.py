"""The door of carepaths: protocols published, what a patient has to do, how protocols are followed."""

from passerelle.care.carepaths.library import calendar, publish
from passerelle.care.carepaths.rules.protocol import ProtocolError
from passerelle.care.carepaths.selectors.adherence import Adherence, adherence
from passerelle.care.carepaths.selectors.following import Followed, Todo, followed_by, todo
from passerelle.care.carepaths.selectors.opening import plans_of
from passerelle.care.carepaths.services.following import (
    FollowedAlready,
    Place,
    begin,
    complete_those_over,
    say_done,
    set_aside,
)
from passerelle.care.carepaths.services.measures import note_measures

__all__ = [
    "Adherence",
    "Followed",
    "FollowedAlready",
    "Place",
    "ProtocolError",
    "Todo",
    "adherence",
    "begin",
    "calendar",
    "complete_those_over",
    "followed_by",
    "note_measures",
    "plans_of",
    "publish",
    "say_done",
    "set_aside",
    "todo",
]
