"""A write decided, put in the store: its text, its index, its version, and who asked to be told."""

from dataclasses import dataclass
from uuid import UUID

from passerelle.care.exchange.api import SupposedWrong
from passerelle.care.record.rules.kinds import NOBODY
from passerelle.care.record.rules.visibility import labels_of, source_of
from passerelle.care.record.rules.writes import Done
from passerelle.care.record.selectors.rows import StoredResource
from passerelle.care.record.selectors.sight import Sight
from passerelle.care.record.services.fhir.binaries import keep
from passerelle.care.record.services.fhir.held import Key
from passerelle.care.record.services.fhir.watching import FhirWrite
from passerelle.care.record.services.writing import (
    NewVersion,
    Origin,
    insert_version,
    replace_version,
    tell,
    to_the_millisecond,
)
from passerelle.protocols.fhir import api as fhir


@dataclass(slots=True)
class Draft:
    """A write on its way: what it would store, over what, or what it is settled to have done."""

    key: Key
    written: fhir.Written | None
    settled: Done | None = None
    local_identity_id: UUID = NOBODY
    establishment: str = ""
    before: StoredResource | None = None
    references: tuple[fhir.Json, ...] = ()
    is_deletion: bool = False
    content: bytes | None = None

    @property
    def resource(self) -> fhir.Json:
        return self.written.resource if self.written else {"resourceType": self.key[0]}

    def told(self, sight: Sight) -> FhirWrite:
        """Return the write as packages above are told of it."""
        return FhirWrite(
            resource=self.resource,
            id=self.key[1],
            local_identity_id=self.local_identity_id,
            establishment=self.establishment,
            is_new=self.before is None,
            is_deletion=self.is_deletion,
            at=sight.at,
            by=sight.viewer,
        )

    def candidate(self, sight: Sight) -> StoredResource:
        """Return what would be stored, as the decision looks at it; its version 0 says that it is not there."""
        return StoredResource(
            type=self.key[0],
            id=self.key[1],
            version=0,
            local_identity_id=self.local_identity_id,
            last_updated=sight.at,
            source=source_of(sight.viewer),
            body=self.written.text.decode() if self.written else "",
            deleted=False,
            establishment=self.establishment,
            labels=labels_of(self.resource),
        )


def store(draft: Draft, sight: Sight) -> Done:
    """Put a draft in the store; the same content again is not a version.

    Raises:
        SupposedWrong: another writer has just made it.
    """
    before, (type_, id_) = draft.before, draft.key
    if draft.settled is not None:
        return draft.settled if before is None else _there(before, draft.settled.status)
    if draft.written is not None and before is not None and _is_same(draft.written, before):
        return _there(before, 200)
    if draft.content is not None and draft.written is not None:
        return keep(draft.candidate(sight), draft.written.resource, draft.content)
    origin = Origin(sight.at, source_of(sight.viewer), draft.establishment)
    new = _new_version(draft, origin)
    if before is None:
        if not insert_version(new, origin):
            raise SupposedWrong
    else:
        replace_version(new, origin)
    tell(type_, new.body, origin)
    is_made = before is None or before.deleted
    status = 204 if draft.is_deletion else 201 if is_made else 200
    return Done(status, type_, id_, new.version, new.moment, "" if draft.is_deletion else new.body)


def _is_same(written: fhir.Written, before: StoredResource) -> bool:
    return not before.deleted and fhir.same_content(written.text, before.body.encode())


def _there(before: StoredResource, status: int) -> Done:
    body = "" if before.deleted else before.body
    return Done(status, before.type, before.id, before.version, before.last_updated, body)


def _new_version(draft: Draft, origin: Origin) -> NewVersion:
    type_, id_ = draft.key
    version = draft.before.version + 1 if draft.before else 1
    moment = to_the_millisecond(origin.at)
    text = draft.written.text if draft.written else fhir.dumps({"resourceType": type_})
    body = fhir.spliced(text, str(id_), version=version, at=moment).decode()
    return NewVersion(type_, id_, draft.local_identity_id, version, moment, body, draft.resource, draft.is_deletion)
