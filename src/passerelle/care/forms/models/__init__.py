"""The tables of questionnaires."""

from passerelle.care.forms.models.filling import CLASSIFICATION, Filling, FillingState, QuestionnaireVersion

__all__ = ["CLASSIFICATION", "Filling", "FillingState", "QuestionnaireVersion"]
