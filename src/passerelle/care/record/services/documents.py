"""Documents and results that arrive: added, replaced, deleted; nothing a message says is lost."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from passerelle.care.record.rules import documents as rules
from passerelle.care.record.rules.documents import Frame, Told
from passerelle.care.record.services.contents import put_content
from passerelle.care.record.services.writing import put
from passerelle.protocols import pamfr
from passerelle.protocols.fhir import api as fhir

_WITHDRAWN = "entered-in-error"


@transaction.atomic(savepoint=False)
def file_documents(
    event: pamfr.DocumentEvent, frame: Frame, *, known_as: Sequence[UUID], at: datetime, source: str
) -> None:
    """File the documents and results of a message in the record of a patient.

    `known_as` are all the local identities of the patient in this establishment: what is replaced or deleted is looked
    for in them. A replacement or a deletion of a document that has not come is kept, and holds when it comes.
    """
    shelf = _Shelf(frame, known_as, at=at, source=source)
    for document in event.documents:
        told = rules.read(document)
        if document.action == "delete":
            shelf.withdraw(told)
        else:
            shelf.file(told, with_results=not event.observations)
    for rank, observation in enumerate(event.observations):
        shelf.file_result(observation, rank)


class _Shelf:
    """One patient's documents while a message is filed."""

    def __init__(self, frame: Frame, known_as: Sequence[UUID], *, at: datetime, source: str) -> None:
        self.frame, self.known_as, self.at, self.source = frame, list(known_as), at, source

    def file(self, told: Told, *, with_results: bool) -> None:
        held = self._held()
        own = [one for one in held if rules.goes_by(one, told.unique_ids)]
        id_ = UUID(own[0]["id"]) if own else rules.document_id(self.frame.subject, told, source=self.source)
        replaced = self._replaced(told, [one for one in held if one["id"] != str(id_)])
        targets = [fhir.reference(f"DocumentReference/{one['id']}") for one in replaced]
        targets = targets or [rules.logical_reference(one) for one in told.replaced_ids[:1]]
        binary = self._keep_content(told, id_)
        resource = rules.document_reference_of(told, self.frame, id_=id_, binary=binary, replaces=targets)
        resource["status"] = self._status(own, held, told)
        self._put(resource)
        for one in replaced:
            self._supersede(one)
        for one in held:
            if rules.waits_to_replace(one, told.unique_ids):
                self._put(rules.naming(one, id_, told.unique_ids))
        if with_results and told.cda is not None and resource["status"] == "current":
            self._file_results(told, id_, status="corrected" if told.document.action == "replace" else "final")

    def withdraw(self, told: Told) -> None:
        """Mark what a deletion names; when it is not there yet, keep the deletion in its place."""
        held = self._held()
        targets = [one for one in held if rules.goes_by(one, told.unique_ids)]
        if not told.unique_ids:
            targets = self._same_order(told, held)
        for one in targets:
            self._put(one | {"status": _WITHDRAWN})
            self._withdraw_results(one["id"])
        if not targets:
            id_ = rules.document_id(self.frame.subject, told, source=self.source)
            binary = self._keep_content(told, id_)
            resource = rules.document_reference_of(told, self.frame, id_=id_, binary=binary)
            self._put(resource | {"status": _WITHDRAWN})

    def file_result(self, told: pamfr.Observation, rank: int) -> None:
        at = told.observed_at or self.frame.occurred_at
        name = self.frame.filler or self.source
        id_ = rules.derived_id(self.frame.subject, f"result/{name}/{told.code}/{at.isoformat()}/{rank}")
        self._put(rules.result_of_message(told, self.frame, id_=id_))

    def _status(self, own: list[dict[str, Any]], held: list[dict[str, Any]], told: Told) -> str:
        """Return current, unless what came before already withdrew or replaced this document."""
        if any(one["status"] == _WITHDRAWN for one in own):
            return _WITHDRAWN
        is_late = any(rules.waits_to_replace(one, told.unique_ids) for one in held)
        is_replaced = any(one["status"] == "superseded" for one in own)
        return "superseded" if is_late or is_replaced else "current"

    def _replaced(self, told: Told, others: list[dict[str, Any]]) -> list[dict[str, Any]]:
        named = [one for one in others if rules.goes_by(one, told.replaced_ids)]
        if named or told.document.action != "replace" or told.replaced_ids:
            return named
        return self._same_set(told, others) if told.unique_ids else self._same_order(told, others)

    def _same_set(self, told: Told, held: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Return the older versions of the same document, for a replacement that names none."""
        return [
            one
            for one in held
            if one["status"] == "current"
            and rules.shares(one, rules.SETS, told.set_id)
            and rules.version_of(one) < told.version
        ]

    def _same_order(self, told: Told, held: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Return the last document of the same request and type, when neither has an identifier of its own."""
        code = told.cda.code if told.cda else told.document.code
        return [
            one
            for one in held
            if one["status"] == "current"
            and "masterIdentifier" not in one
            and rules.shares(one, rules.ORDERS, self.frame.filler)
            and rules.type_code_of(one) == code
        ][:1]

    def _keep_content(self, told: Told, id_: UUID) -> UUID | None:
        content = told.document.content
        if not content:
            return None
        mime = told.document.mime or "application/octet-stream"
        binary = rules.content_id(id_, content)
        return put_content(content, mime=mime, local_identity_id=self.frame.subject, at=self.at, id_=binary)

    def _supersede(self, one: dict[str, Any]) -> None:
        if one["status"] == "current":
            self._put(one | {"status": "superseded"})
        self._withdraw_results(one["id"])

    def _file_results(self, told: Told, document_id: UUID, *, status: str) -> None:
        results = told.cda.observations if told.cda else ()
        for rank, result in enumerate(results):
            id_ = rules.derived_id(document_id, f"result/{result.loinc}/{rank}")
            told_result = rules.result_of_cda(
                result,
                self.frame,
                id_=id_,
                document=document_id,
                status=status,
                restrictions=told.document.restrictions,
            )
            self._put(told_result)

    def _withdraw_results(self, document_id: str) -> None:
        """Mark the results that came with a document which no longer stands."""
        reference = f"DocumentReference/{document_id}"
        for result in self._bodies("Observation", containing=reference):
            if any(one.get("reference") == reference for one in result.get("derivedFrom", [])):
                self._put(result | {"status": _WITHDRAWN})

    def _held(self) -> list[dict[str, Any]]:
        return list(self._bodies("DocumentReference"))

    def _bodies(self, type_: str, containing: str = "") -> Iterable[dict[str, Any]]:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT body FROM record_resource WHERE local_identity_id = ANY(%s) AND type = %s AND NOT deleted"
                " AND position(%s in body) > 0 ORDER BY date_start DESC, id",
                [self.known_as, type_, containing],
            )
            return [fhir.loads(row[0]) for row in cursor.fetchall()]

    def _put(self, resource: dict[str, Any]) -> None:
        put(
            resource,
            local_identity_id=self.frame.subject,
            at=self.at,
            source=self.source,
            establishment=self.frame.establishment,
        )
