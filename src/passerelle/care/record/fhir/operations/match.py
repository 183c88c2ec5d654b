"""`Patient/$match`. https://hl7.org/fhir/R4/patient-operation-match.html."""

from collections.abc import Collection, Sequence
from typing import Final
from uuid import UUID

from passerelle.care.identity import api as identity
from passerelle.care.matching import api as matching
from passerelle.care.record.fhir.answers import Refusal
from passerelle.care.record.fhir.operations.everything import base_of
from passerelle.care.record.fhir.operations.parameters import Parameter, wrong
from passerelle.care.record.fhir.operations.registry import Call, Json, Operation
from passerelle.care.record.rules.asked_patient import is_enough, profile_asked
from passerelle.care.record.selectors.rows import StoredResource
from passerelle.care.record.selectors.sight import sight_of
from passerelle.care.record.selectors.whole_record import patients_seen
from passerelle.core.access import api as access
from passerelle.core.access.api import Act, Kind, Relation
from passerelle.protocols.fhir import api as fhir

MATCH: Final = Operation(
    "match",
    "Qui cette personne peut être",
    "http://hl7.org/fhir/OperationDefinition/Patient-match",
    types=("Patient",),
    on_type=True,
    by_get=False,
    takes=(
        Parameter("resource", "Resource", is_required=True),
        Parameter("onlyCertainMatches", "boolean"),
        Parameter("count", "integer"),
    ),
    bare="resource",
)
GRADE: Final = "http://hl7.org/fhir/StructureDefinition/match-grade"
_USUAL_COUNT: Final = 10
_MOST: Final = 50
_PROBABLE: Final = 0.9


def match(call: Call) -> Json:
    """Give the patients that may be the one asked about, the likeliest first, each with its score and its grade.

    Only files that the viewer may read count, and weigh on the decision.
    """
    relation = Relation.ESTABLISHMENT if call.viewer.establishments else Relation.TERRITORY
    access.check(call.viewer, Kind.IDENTITY, Act.SEARCH, relation=relation, target="fhir:Patient/$match", at=call.at)
    seen = _Seen(call)
    decision = matching.decide(_profile(call), keep=seen.keep)
    found = [one for one in (decision.best, *decision.others) if one is not None]
    if call.asked.flag("onlyCertainMatches"):
        found = [one for one in found if one.zone is matching.Zone.LINK]
    base = base_of(call)
    entries = [_entry(one, seen.rows, base) for one in found[: _count(call)]]
    bundle: Json = {"resourceType": "Bundle", "type": "searchset", "total": len(entries)}
    return bundle | ({"entry": entries} if entries else {})


class _Seen:
    """The Patients that the viewer may read, among the files found."""

    def __init__(self, call: Call) -> None:
        self._call = call
        self.rows: dict[UUID, StoredResource] = {}

    def keep(self, files: Sequence[UUID]) -> Collection[UUID]:
        persons = set(identity.persons_of(files).values())
        sight = sight_of(self._call.viewer, at=self._call.at, act=Act.READ, about=persons)
        with access.as_machine():  # the wall knows no tie across the group; `sight` decides, row by row
            self.rows = {row.id: row for row in patients_seen(sight, files)}
        return self.rows


def _profile(call: Call) -> matching.Profile:
    given = call.asked.json("resource") or {}
    if given.get("resourceType") != "Patient":
        raise wrong(where="resource", why="un Patient est attendu")
    profile = profile_asked(given)
    if not is_enough(profile):
        why = "Il faut un matricule INS, ou un nom avec une date ou une année de naissance."
        raise Refusal(422, "incomplete", why, "Patient.name")
    return profile


def _count(call: Call) -> int:
    count = call.asked.integer("count")
    if count is not None and count < 1:
        raise wrong(where="count", why="attend un nombre supérieur à zéro")
    return min(count or _USUAL_COUNT, _MOST)


def _entry(one: matching.Judged, rows: dict[UUID, StoredResource], base: str) -> Json:
    held = rows[one.profile.local_identity_id or UUID(int=0)]
    return {
        "fullUrl": f"{base}Patient/{held.id}",
        "resource": fhir.loads(held.body),
        "search": {
            "extension": [{"url": GRADE, "valueCode": grade_of(one)}],
            "mode": "match",
            "score": round(one.score.probability, 4),
        },
    }


def grade_of(one: matching.Judged) -> str:
    """Return the grade of a candidate: certain only where the house itself would join the two files."""
    if one.zone is matching.Zone.LINK:
        return "certain"
    return "probable" if one.score.probability >= _PROBABLE else "possible"
