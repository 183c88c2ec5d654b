"""A protocol as PlanDefinition, a patient's following as CarePlan. https://hl7.org/fhir/R4/plandefinition.html."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Final
from uuid import UUID

from passerelle.care.carepaths.rules.course import Occurrence, Placed, Standing
from passerelle.care.carepaths.rules.protocol import Protocol, Task, Who

Json = dict[str, Any]
CANONICAL: Final = "urn:passerelle:protocole:"
_STATUS: Final = {
    Standing.COMING: "scheduled",
    Standing.OPEN: "in-progress",
    Standing.DONE: "completed",
    Standing.LATE: "completed",
    Standing.MISSED: "stopped",
    Standing.ASIDE: "cancelled",
}


def plan_definition(protocol: Protocol) -> Json:
    """Return a protocol as a PlanDefinition; a draft says it is one."""
    return {
        "resourceType": "PlanDefinition",
        "url": CANONICAL + protocol.code,
        "version": protocol.version,
        "name": protocol.code.upper(),
        "title": protocol.title,
        "status": "draft" if protocol.is_draft else "active",
        "description": protocol.summary,
        "type": {
            "coding": [
                {"system": "http://terminology.hl7.org/CodeSystem/plan-definition-type", "code": "clinical-protocol"}
            ]
        },
        "relatedArtifact": [{"type": "citation", "citation": protocol.source}],
        "action": [_action(task) for task in protocol.tasks],
    }


def _action(task: Task) -> Json:
    told: Json = {
        "id": task.code,
        "title": task.title,
        "participant": [{"type": "patient" if task.who is Who.PATIENT else "practitioner"}],
        "timingTiming": _timing(task),
    }
    if task.text:
        told["description"] = task.text
    if task.questionnaire:
        told["definitionCanonical"] = task.questionnaire
    if task.measure:
        told["code"] = [{"coding": [{"system": "http://loinc.org", "code": task.measure}]}]
    return told


def _timing(task: Task) -> Json:
    """Say from which day to which: the bounds are days after the anchor, the last one left out."""
    repeat: Json = {"boundsRange": {"low": _days(task.day), "high": _days(task.until + 1)}}
    if task.every:
        repeat |= {"frequency": 1, "period": task.every, "periodUnit": "d"}
    return {"repeat": repeat}


def _days(count: int) -> Json:
    return {"value": count, "unit": "jour", "system": "http://unitsofmeasure.org", "code": "d"}


def care_plan(
    following_id: UUID,
    subject: UUID,
    protocol: Protocol,
    *,
    state: str,
    period: tuple[date, date],
    placed: Sequence[Placed],
) -> Json:
    """Return what a patient follows as a CarePlan: one activity for each occurrence."""
    return {
        "resourceType": "CarePlan",
        "id": str(following_id),
        "status": state,
        "intent": "plan",
        "title": protocol.title,
        "description": protocol.summary,
        "instantiatesCanonical": [f"{CANONICAL}{protocol.code}|{protocol.version}"],
        "subject": {"reference": f"Patient/{subject}"},
        "period": {"start": period[0].isoformat(), "end": period[1].isoformat()},
        "activity": [{"detail": _detail(one.occurrence, one.standing)} for one in placed],
    }


def _detail(one: Occurrence, standing: Standing) -> Json:
    told: Json = {
        "status": _STATUS[standing],
        "description": one.task.title,
        "scheduledPeriod": {"start": one.opens.isoformat(), "end": one.last_day.isoformat()},
    }
    if one.task.questionnaire:
        told |= {"kind": "Task", "instantiatesCanonical": [one.task.questionnaire]}
    return told
