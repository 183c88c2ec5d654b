"""References of what is written: they lead to something, that the writer may know of, of the right patient."""

from collections.abc import Collection, Iterable
from uuid import UUID

from passerelle.care.record.rules.kinds import NOBODY
from passerelle.care.record.rules.visibility import judge
from passerelle.care.record.rules.writes import expression_of, may_lead_elsewhere, unknown_target
from passerelle.care.record.selectors.rows import StoredResource
from passerelle.care.record.selectors.sight import Sight, piece_of
from passerelle.care.record.services.fhir.held import Key, targets_anywhere, targets_within
from passerelle.core.access.api import Act
from passerelle.protocols.fhir import api as fhir

#: Reference elements, each with what it leads to here.
Wanted = list[tuple[fhir.Json, Key]]


class Referring:
    """The references of one resource, checked against its patient's record and what is nobody's.

    What leads nowhere, what is of another patient and what the writer may not see are refused alike, so that a write
    tells nothing that a read would not.
    """

    def __init__(self, sight: Sight, *, made: Collection[Key] = ()) -> None:
        self._sight, self._made = sight, made
        self._wanted: dict[tuple[UUID, ...], set[Key]] = {}
        self._told: dict[tuple[UUID, ...], dict[Key, StoredResource]] = {}

    def gather(self, resource: fhir.Json, references: Iterable[fhir.Json], local_identity_id: UUID) -> Wanted:
        """Return what the references of a resource lead to, noted to be asked with those of the others.

        Raises:
            WriteRefused: one of them is written as one of ours and cannot be.
        """
        own = self._own(local_identity_id)
        told = ((node, self._key(resource, node)) for node in references)
        wanted = [(node, key) for node, key in told if key is not None and not self._is_plain(key, own)]
        self._wanted.setdefault(own, set()).update(key for _, key in wanted)
        return wanted

    def check(self, resource: fhir.Json, wanted: Wanted, local_identity_id: UUID) -> None:
        """Check what was gathered of a resource stored under this local identity.

        Raises:
            WriteRefused: one of them leads to nothing this writer may name here.
        """
        own = self._own(local_identity_id)
        found = self._found(own)
        missing = {key for _, key in wanted if key not in found}
        if missing:
            found = found | self._elsewhere(resource, wanted, missing, local_identity_id)
        for node, key in wanted:
            if not (key in found and self._is_seen(found[key])):
                raise unknown_target(node["reference"], f"{expression_of(resource, node)}.reference")

    def _own(self, local_identity_id: UUID) -> tuple[UUID, ...]:
        return self._sight.standing_at(local_identity_id).identities if local_identity_id != NOBODY else ()

    def _is_plain(self, key: Key, own: tuple[UUID, ...]) -> bool:
        """Tell whether nothing need be asked: it is made here, or it is the patient themselves."""
        return key in self._made or (key[0] == "Patient" and key[1] in own)

    def _found(self, own: tuple[UUID, ...]) -> dict[Key, StoredResource]:
        wanted = self._wanted.pop(own, None)
        if wanted:
            self._told[own] = targets_within(wanted, own)
        return self._told.get(own, {})

    def _key(self, resource: fhir.Json, node: fhir.Json) -> Key | None:
        """Return what a reference leads to here; None when it leads out of the house.

        Raises:
            WriteRefused: it is written as one of ours and cannot be.
        """
        reference = node["reference"]
        if "://" in reference or reference.startswith("urn:oid:"):
            return None
        found = fhir.local_target(reference)
        if found is None:
            raise unknown_target(reference, f"{expression_of(resource, node)}.reference")
        return found

    def _elsewhere(
        self, resource: fhir.Json, wanted: Wanted, keys: set[Key], local_identity_id: UUID
    ) -> dict[Key, StoredResource]:
        allowed = {
            key
            for node, key in wanted
            if key in keys
            and (
                local_identity_id == NOBODY
                or may_lead_elsewhere(resource["resourceType"], expression_of(resource, node))
            )
        }
        return targets_anywhere(allowed)

    def _is_seen(self, held: StoredResource) -> bool:
        standing = self._sight.standing_at(held.local_identity_id)
        return judge(self._sight.viewer, standing, piece_of(held), Act.READ).is_allowed
