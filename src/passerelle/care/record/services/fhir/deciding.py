"""The decision on each write: asked of what is there and of what would be, its trace left with the write itself."""

from contextlib import suppress
from typing import Final
from urllib.parse import parse_qs
from uuid import UUID

from passerelle.care.record.rules.kinds import kind_of
from passerelle.care.record.rules.visibility import Standing, Verdict, is_machine, is_within_scopes, judge
from passerelle.care.record.rules.writes import WriteRefused, refused, unknown_target
from passerelle.care.record.selectors.rows import StoredResource
from passerelle.care.record.selectors.sight import Sight, piece_of
from passerelle.care.record.services.fhir.choosing import only_match
from passerelle.core.access import api as access
from passerelle.core.access.api import Act, Kind, Relation
from passerelle.protocols.fhir import api as fhir

_SEEN: Final = (403, "forbidden", "vous connaissez cette ressource, mais vous ne pouvez pas faire cela")
#: How many resources one event of the journal names.
_MOST_TARGETS: Final = 50
_UNSEEN: Final = (404, "not-found", "Cette ressource n’existe pas.")
#: What these ties let write is written on the pages that mark it as theirs: by FHIR it would pass for the hospital's.
_BY_PAGES: Final = frozenset({Relation.SELF, Relation.REPRESENTATIVE, Relation.CARER})
_ELSEWHERE: Final = "un patient, ou son proche, écrit dans ses pages, où cela est marqué comme venant de lui"


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
        self._allowed: dict[tuple[UUID | None, Kind, Act, Verdict], list[str]] = {}

    def ask(self, candidate: StoredResource, before: StoredResource | None, act: Act) -> None:
        """Decide on a write: on what would be there, and on what is there.

        Raises:
            NotAllowed: the decision refuses.
            WriteRefused: it is a patient's, or a relative's, whose writes have their own pages.
        """
        if before is not None and not before.deleted:
            self._decide(before, act)
        verdict = self._decide(candidate, act)
        if verdict.relation in _BY_PAGES:
            raise refused(422, "business-rule", _ELSEWHERE, candidate.type)
        standing = self._sight.standing_at(candidate.local_identity_id)
        kind = kind_of(candidate.type, candidate.local_identity_id)
        group = (standing.person_id, kind, act, verdict)
        self._allowed.setdefault(group, []).append(f"{candidate.type}/{candidate.id}")

    def leave_traces(self) -> None:
        """Leave the events of what was allowed, with the writes: one for each person, kind and act."""
        viewer = self._sight.viewer
        for (person_id, kind, act, verdict), targets in self._allowed.items():
            decision = access.decide(viewer.roles, verdict.relation, kind, act, verdict.state)
            for first in range(0, len(targets), _MOST_TARGETS):
                told = targets[first : first + _MOST_TARGETS]
                access.settle(
                    viewer,
                    kind,
                    act,
                    decision=decision,
                    relation=verdict.relation,
                    state=verdict.state,
                    target=f"fhir:{told[0]}",
                    person_id=person_id,
                    at=self._sight.at,
                    targets=told[1:],
                )

    def show(self, held: StoredResource) -> None:
        """Refuse what the writer may not read.

        Raises:
            NotAllowed: the decision refuses.
        """
        if not self._judged(held, Act.READ).is_allowed:
            raise NotAllowed(held, Act.READ, is_seen=False)

    def sees(self, held: StoredResource) -> bool:
        """Tell whether the writer may know of a resource; the trace of a refusal is left."""
        if self._judged(held, Act.READ).is_allowed or self._judged(held, Act.DELETE).is_allowed:
            return True
        with suppress(access.AccessRefused):
            self._sight.check(held, act=Act.DELETE)
        return False

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

    def _decide(self, held: StoredResource, act: Act) -> Verdict:
        verdict = self._judged(held, act)
        if not verdict.is_allowed:
            is_seen = held.version == 0 or self._judged(held, Act.READ).is_allowed
            raise NotAllowed(held, act, is_seen=is_seen)
        return verdict

    def _judged(self, held: StoredResource, act: Act) -> Verdict:
        standing = self._sight.standing_at(held.local_identity_id)
        return judge(self._sight.viewer, standing, piece_of(held), act)
