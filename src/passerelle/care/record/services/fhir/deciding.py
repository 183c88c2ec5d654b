"""The decision on each write: asked of what is there and of what would be, its trace left with the write itself."""

from contextlib import suppress
from typing import Final
from urllib.parse import parse_qs
from uuid import UUID

from passerelle.care.record.rules.visibility import Standing, is_machine, is_within_scopes, judge
from passerelle.care.record.rules.writes import WriteRefused, refused, unknown_target
from passerelle.care.record.selectors.rows import StoredResource
from passerelle.care.record.selectors.sight import Sight, piece_of
from passerelle.care.record.services.fhir.choosing import only_match
from passerelle.core.access import api as access
from passerelle.core.access.api import Act, Kind, Relation
from passerelle.protocols.fhir import api as fhir

_SEEN: Final = (403, "forbidden", "vous connaissez cette ressource, mais vous ne pouvez pas faire cela")
_UNSEEN: Final = (404, "not-found", "Cette ressource n’existe pas.")


class NotAllowed(WriteRefused):
    """L’accès à cette ressource est refusé."""

    def __init__(self, held: StoredResource, act: Act, *, is_seen: bool) -> None:
        status, code, why = _SEEN if is_seen else _UNSEEN
        super().__init__(status, [fhir.Issue("error", code, why, "")])
        self._held, self._act = held, act

    def leave_trace(self, sight: Sight) -> None:
        """Leave the event of the refusal, once the transaction of the write is undone."""
        with suppress(access.AccessRefused):
            sight.check(self._held, act=self._act)


class Permission:
    """What the writer may do, for the writes of one transaction."""

    def __init__(self, sight: Sight) -> None:
        self._sight = sight

    def ask(self, candidate: StoredResource, before: StoredResource | None, act: Act) -> None:
        """Decide on a write: on what would be there, and on what is there.

        Raises:
            NotAllowed: the decision refuses.
        """
        if before is not None and not before.deleted:
            self._decide(before, act)
        self._decide(candidate, act)
        self._sight.check(candidate, act=act)

    def show(self, held: StoredResource) -> None:
        """Refuse what the writer may not read.

        Raises:
            NotAllowed: the decision refuses.
        """
        if not self._allows(held, Act.READ):
            raise NotAllowed(held, Act.READ, is_seen=False)

    def open_file(self) -> None:
        """Refuse a writer who may not make a patient's file at their establishment.

        Raises:
            WriteRefused: the decision refuses, before there is anybody to trace it about.
        """
        viewer = self._sight.viewer
        tie = Relation.AUTHOR if is_machine(viewer) else Relation.ESTABLISHMENT
        is_allowed = access.allowed(viewer, Kind.PATIENT, Act.CREATE, relation=tie)
        if not (is_allowed and is_within_scopes(viewer, Standing(None, tie), "Patient", Act.CREATE)):
            raise refused(403, "forbidden", "vous ne pouvez pas ouvrir de dossier")

    def conditional(self, reference: str) -> str:
        """Return the address of what a conditional reference finds. https://hl7.org/fhir/R4/http.html#trules.

        Raises:
            WriteRefused: it finds nothing, or several resources.
        """
        type_, _, query = reference.partition("?")
        found: UUID | None = only_match(type_, parse_qs(query), self._sight)
        if found is None:
            raise unknown_target(reference, type_)
        return f"{type_}/{found}"

    def _decide(self, held: StoredResource, act: Act) -> None:
        if not self._allows(held, act):
            is_seen = held.version == 0 or self._allows(held, Act.READ)
            raise NotAllowed(held, act, is_seen=is_seen)

    def _allows(self, held: StoredResource, act: Act) -> bool:
        standing = self._sight.standing_at(held.local_identity_id)
        return judge(self._sight.viewer, standing, piece_of(held), act).is_allowed
