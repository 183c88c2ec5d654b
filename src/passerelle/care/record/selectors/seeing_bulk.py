"""The decision as SQL where nobody was named: what is found of those treated here, and of those who chose the viewer.

What each person decided is asked for the states that some tie does not open, of those who decided anything at all.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from passerelle.care.consent import api as consent
from passerelle.care.record.rules.kinds import NOBODY
from passerelle.care.record.rules.visibility import Part, is_machine, places_of, states_allowed
from passerelle.care.record.selectors.conditions import EVERYTHING, NOTHING, all_of, any_of
from passerelle.care.record.selectors.relations import NO_STAY, treating_since
from passerelle.care.record.selectors.seeing import by_part, kind_of_somebodys, of_labels
from passerelle.care.record.selectors.sql import Clause
from passerelle.core.access.api import Act, Relation, Role, State, Viewer

_LEVELS: Final = ("summary", "all", "all_masked")
_IN_FORCE: Final = "told.starts_at <= %s AND (told.ends_at IS NULL OR told.ends_at > %s)"
_FILES: Final = "JOIN identity_membership file ON file.person_id = told.person_id AND file.until IS NULL"
_IS_PROFESSIONAL: Final = "(told.account_id = %s OR (told.rpps <> '' AND told.rpps = %s))"


@dataclass(frozen=True, slots=True)
class Bulk:
    """A viewer looking at one alias of the table, nobody being named."""

    viewer: Viewer
    alias: str
    at: datetime

    def clause(self, type_: str, act: Act) -> Clause:
        """Return the condition on the records of patients."""
        kind = kind_of_somebodys(type_)

        def allowed(relation: Relation, level: consent.Level | None = None) -> frozenset[State]:
            return states_allowed(self.viewer.roles, relation, kind, act, level)

        authored = self._own(allowed(Relation.AUTHOR))
        if is_machine(self.viewer):
            return all_of([self._is_here(), self._is_somebodys(), authored])
        chosen = (self._of_the_choosers(one, allowed(Relation.CHOSEN, one), authored) for one in consent.Level)
        return any_of([self._of_the_treated(allowed(Relation.TREATING), authored), *chosen])

    def _of_the_treated(self, allowed: frozenset[State], authored: Clause) -> Clause:
        if not places_of(self.viewer):
            return NOTHING
        here = any_of([authored, self._own(allowed)])
        parts = {Part.HERE: here, Part.ELSEWHERE: all_of([self._own(allowed), self._unopposed(allowed)])}
        if self.viewer.has(Role.TOWN_DOCTOR):
            parts[Part.WRITTEN] = here
        return all_of([by_part(self.viewer, parts, self.alias), self._is_treated()])

    def _of_the_choosers(self, level: consent.Level, allowed: frozenset[State], authored: Clause) -> Clause:
        parts = {Part.ELSEWHERE: self._own(allowed)}
        if self.viewer.has(Role.TOWN_DOCTOR):
            parts[Part.WRITTEN] = any_of([authored, parts[Part.ELSEWHERE]])
        seen = by_part(self.viewer, parts, self.alias)
        return all_of([seen, self._chose(level)]) if seen != NOTHING else NOTHING

    def _own(self, allowed: frozenset[State]) -> Clause:
        """Return the condition under which each state of a row, but the opposition to the viewer, is allowed."""
        if not allowed:
            return NOTHING
        return all_of([of_labels(self.alias, allowed), any_of([self._undecided(), all_of(self._decided(allowed))])])

    def _undecided(self) -> Clause:
        """Return the condition that the person decided nothing at all: asked first, the rest is for few rows."""
        return Clause(f"NOT record_bearer_has_decided({self.alias}.local_identity_id)")

    def _decided(self, allowed: frozenset[State]) -> Iterator[Clause]:
        """Return the conditions that no decision of the person is about the row."""
        row = self.alias
        if State.OPPOSED not in allowed:
            told = f"{row}.local_identity_id, {row}.type, {row}.id, {row}.body"
            yield Clause(f"NOT record_is_masked({told}, %s)", (self.at,))
        if State.MINOR_SECRET not in allowed:
            yield Clause(f"NOT record_is_secret({row}.local_identity_id, {row}.id, {row}.body, %s)", (self.at,))
        if State.PROTECTED not in allowed:
            yield Clause(f"NOT record_is_protected({row}.local_identity_id, %s)", (self.at,))

    def _unopposed(self, allowed: frozenset[State]) -> Clause:
        """Return the condition that the person is not opposed to this viewer, by name or as to everybody."""
        if State.OPPOSED in allowed:
            return EVERYTHING
        chosen = any_of([self._chose(level) for level in consent.Level])
        shared = Clause(
            f"{self._file_is_not_in} (SELECT file.local_identity_id FROM consent_opposition_period told {_FILES}"  # noqa: S608
            f" WHERE told.scope = 'sharing' AND {_IN_FORCE})",
            (self.at, self.at),
        )
        return any_of([self._undecided(), all_of([self._unrefused(), any_of([shared, chosen])])])

    def _unrefused(self) -> Clause:
        return Clause(
            f"{self._file_is_not_in} (SELECT file.local_identity_id FROM consent_opposition_period told {_FILES}"  # noqa: S608
            f" WHERE ((told.scope = 'professional' AND {_IS_PROFESSIONAL})"
            f" OR (told.scope = 'establishment' AND told.establishment = ANY(%s))) AND {_IN_FORCE})",
            (*self._professional, sorted(self.viewer.establishments), self.at, self.at),
        )

    def _chose(self, level: consent.Level) -> Clause:
        """Return the condition that the person chose this viewer, or a place of theirs, at this level at most."""
        named = Clause(
            f"(record_bearer_has_decided({self.alias}.local_identity_id)"  # noqa: S608 - our words
            f" AND {self.alias}.local_identity_id IN (SELECT file.local_identity_id"
            f" FROM consent_careteam_period told {_FILES} WHERE ({_IS_PROFESSIONAL}"
            f" OR (told.establishment = ANY(%s) AND told.unit = '')) AND {_IN_FORCE}"
            " GROUP BY file.local_identity_id"
            " HAVING max(array_position(%s::text[], told.level::text)) = %s))",
            (
                *self._professional,
                sorted(self.viewer.establishments),
                *(self.at, self.at),
                list(_LEVELS),
                _LEVELS.index(level.value) + 1,
            ),
        )
        return all_of([named, self._unrefused()])

    def _is_treated(self) -> Clause:
        return Clause(
            f"EXISTS (SELECT FROM record_resource stay WHERE stay.local_identity_id = {self.alias}.local_identity_id"
            " AND stay.type = 'Encounter' AND NOT stay.deleted AND stay.establishment = ANY(%s)"
            " AND stay.status <> ALL(%s) AND coalesce(stay.date_end, 'infinity') > %s)",
            (sorted(places_of(self.viewer)), list(NO_STAY), treating_since(self.at)),
        )

    def _is_here(self) -> Clause:
        return Clause(f"{self.alias}.establishment = ANY(%s)", (sorted(places_of(self.viewer)),))

    def _is_somebodys(self) -> Clause:
        return Clause(f"{self.alias}.local_identity_id <> %s", (NOBODY,))

    @property
    def _file_is_not_in(self) -> str:
        return f"{self.alias}.local_identity_id NOT IN"

    @property
    def _professional(self) -> tuple[Any, str]:
        return self.viewer.account_id, self.viewer.professional_rpps or ""
