"""The door of reminders."""

from passerelle.care.reminders.services.choosing import choose_reach
from passerelle.care.reminders.services.following import follow
from passerelle.care.reminders.services.planning import Foreseen, Planned, foresee, plan, plan_for

__all__ = ["Foreseen", "Planned", "choose_reach", "follow", "foresee", "plan", "plan_for"]
