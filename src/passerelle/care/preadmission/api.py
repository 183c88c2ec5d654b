"""The door of pre-admission: what awaits a person, the file of a coming, who is ready."""

from passerelle.care.preadmission.rules.readiness import Lack
from passerelle.care.preadmission.rules.vocabulary import Coming, PieceKind, State, Step
from passerelle.care.preadmission.selectors.acts import acts
from passerelle.care.preadmission.selectors.doors import NextStep, file_of, next_step
from passerelle.care.preadmission.selectors.ready import ReadyRow, ready_list, to_remind
from passerelle.care.preadmission.selectors.rows import PieceRow, PreadmissionRow, StepRow
from passerelle.care.preadmission.services.opening import Told, close_for, open_for, open_planned
from passerelle.care.preadmission.services.pieces import hand_in
from passerelle.care.preadmission.services.steps import Pen, keep_answers, keep_step, send

__all__ = [
    "Coming",
    "Lack",
    "NextStep",
    "Pen",
    "PieceKind",
    "PieceRow",
    "PreadmissionRow",
    "ReadyRow",
    "State",
    "Step",
    "StepRow",
    "Told",
    "acts",
    "close_for",
    "file_of",
    "hand_in",
    "keep_answers",
    "keep_step",
    "next_step",
    "open_for",
    "open_planned",
    "ready_list",
    "send",
    "to_remind",
]
