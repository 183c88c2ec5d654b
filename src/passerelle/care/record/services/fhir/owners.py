"""Whose resource it is: the local identity it is stored under, and the establishment it comes from."""

from uuid import UUID

from passerelle.care.record.rules.kinds import FOLLOWING, NOBODY
from passerelle.care.record.rules.visibility import judge, places_of
from passerelle.care.record.rules.writes import named_in, refused, unknown_target
from passerelle.care.record.selectors.rows import StoredResource
from passerelle.care.record.selectors.sight import Sight, piece_of
from passerelle.care.record.services.fhir.held import Key, targets_anywhere
from passerelle.core.access.api import Act
from passerelle.protocols.fhir import api as fhir


class Owners:
    """The patients that the resources of one transaction name, each asked once."""

    def __init__(self, sight: Sight) -> None:
        self._sight = sight
        self._known: set[UUID] = {NOBODY}
        self.made: dict[Key, UUID] = {}

    def of(self, type_: str, resource: fhir.Json, before: StoredResource | None, told: UUID | None = None) -> UUID:
        """Return the local identity a resource is stored under; one already stored stays where it is.

        `told` is the one found otherwise, when the resource does not say it itself.

        Raises:
            WriteRefused: it names no patient, one that this writer does not know, or another than before.
        """
        named = named_in(type_, resource)
        found = told or named.local_identity_id
        if found is None and type_ in FOLLOWING:
            found = self._followed(resource)
        if found is None:
            raise refused(422, "required", "un patient connu ici est attendu, par sa référence", named.expression)
        if found not in self._known and not self._is_known(found):
            raise unknown_target(f"Patient/{found}", f"{named.expression}.reference")
        self._known.add(found)
        if before is not None and before.local_identity_id != found:
            raise refused(422, "business-rule", "une ressource ne change pas de patient", named.expression)
        return found

    def establishment(self, local_identity_id: UUID) -> str:
        """Return the establishment a new resource comes from: the writer's; of several, that of the patient's file."""
        mine = places_of(self._sight.viewer)
        if len(mine) == 1:
            return next(iter(mine))
        its = "" if local_identity_id == NOBODY else self._sight.place_of(local_identity_id)
        return its if its in mine or not mine else min(mine)

    def _is_known(self, local_identity_id: UUID) -> bool:
        standing = self._sight.standing_at(local_identity_id)
        if standing.person_id is None:
            return False
        patient = StoredResource(
            type="Patient",
            id=local_identity_id,
            version=0,
            local_identity_id=local_identity_id,
            last_updated=self._sight.at,
            source="",
            body="",
            deleted=False,
            establishment=self._sight.place_of(local_identity_id),
            labels=(),
        )
        return judge(self._sight.viewer, standing, piece_of(patient), Act.READ).is_allowed

    def _followed(self, resource: fhir.Json) -> UUID | None:
        """Return whose is the first target of a Provenance."""
        target = fhir.local_target(str(resource["target"][0].get("reference", "")))
        if target is None:
            return None
        held = targets_anywhere([target]).get(target)
        return held.local_identity_id if held else self.made.get(target)
