"""The words of decisions, for those who do not touch the tables."""

from passerelle.care.identitovigilance.models import DecisionState, Verdict

__all__ = ["DecisionState", "Verdict"]
