"""What one viewer may see of the record, for one act: the one home of the decision for pages and FHIR."""

from collections.abc import Collection, Iterable, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import orjson

from passerelle.care.consent import api as consent
from passerelle.care.record.rules.kinds import NOBODY, kind_of
from passerelle.care.record.rules.visibility import (
    DECIDED_AS,
    Piece,
    Standing,
    Verdict,
    judge,
    labels_of,
    reach_of,
)
from passerelle.care.record.selectors.conditions import NOTHING, any_of
from passerelle.care.record.selectors.prepared import rows_of
from passerelle.care.record.selectors.relations import (
    STANDING_OF,
    asked_as_text,
    asked_by,
    standing_from,
    standing_told,
    standings_around,
    standings_of,
)
from passerelle.care.record.selectors.rows import StoredResource
from passerelle.care.record.selectors.seeing import of_nobodys, of_persons
from passerelle.care.record.selectors.seeing_bulk import Bulk
from passerelle.care.record.selectors.sql import Clause
from passerelle.core.access import api as access
from passerelle.core.access.api import Act, Relation, Viewer
from passerelle.core.audit import api as audit
from passerelle.protocols import smart
from passerelle.protocols.fhir import api as fhir

_READ: Final = audit.Statement(
    "SELECT found.version, found.local_identity_id, found.last_updated, found.source, found.body, found.deleted,"
    " found.establishment, CASE WHEN found.labels <> '{}' THEN array_to_json(found.labels) END, found.person_id,"
    " array_to_string(found.ids, ','), found.is_known, found.is_treated, found.has_emergency, found.is_represented,"
    " found.has_decided FROM record_read($1, $2, $3, $4, $5, $6, $7) found"
)
_OWNER: Final = "SELECT local_identity_id, person_id FROM wall_owner(%(type)s, %(id)s)"
_MET: Final = (
    "SELECT local.establishment_id, whose.person_id, standing.* FROM identity_localidentity local"  # noqa: S608
    " JOIN identity_membership whose ON whose.local_identity_id = local.id AND whose.until IS NULL"
    f" CROSS JOIN LATERAL ({STANDING_OF.format(person='whose.person_id')}) standing WHERE local.id = %(id)s"
)
_NOBODYS: Final = Standing(None, Relation.NONE)


class Sight:
    """What a viewer may see, for one act, at one moment; `about` are the persons it is around, None for no one named.

    It remembers for a request what ties the viewer to each person: make one for each request.
    """

    def __init__(self, viewer: Viewer, *, at: datetime, act: Act, about: Collection[Standing] | None = None) -> None:
        self.viewer, self.at, self.act = viewer, at, act
        self.about = None if about is None else tuple(about)
        self._standings: dict[UUID, Standing] = {}
        self._places: dict[UUID, str] = {}
        for standing in self.about or ():
            self._remember(standing)

    def clause(self, type_: str, alias: str) -> Clause:
        """Return the condition, on one alias of `record_resource`, under which the viewer may know of the row."""
        reach = reach_of(self.viewer, type_, self.act)
        if reach is smart.Reach.NOTHING:
            return NOTHING
        nobodys = of_nobodys(self.viewer, type_, alias, self.act)
        if self.about is None and reach is smart.Reach.ALL:
            return any_of([nobodys, Bulk(self.viewer, alias, self.at).clause(type_, self.act)])
        about = self._in_context() if self.about is None else self.about
        return any_of([nobodys, of_persons(self.viewer, about, type_, alias, self.act)])

    def read(self, type_: str, id_: UUID, *, target: str | None = "") -> StoredResource | None:
        """Return the current version (perhaps a deletion), or None: not decided yet, `check` does that. One query.

        What the second wall hides is None too; its trace is left on `target`, unless this is None: the caller does it.
        """
        rows = _READ.rows([type_.encode(), str(id_).encode(), *asked_as_text(self.viewer, at=self.at)])
        if not rows:
            if target is not None:
                self._note_hidden(type_, id_, target or f"fhir:{type_}/{id_}")
            return None
        held, person_id, told_of_it = _read_from(type_, id_, rows[0])
        if person_id is not None:
            self._remember_one(person_id, told_of_it)
        return held

    def _remember_one(self, person_id: UUID, told: Sequence[Any]) -> None:
        decided = consent.restrictions_of([person_id], at=self.at)[person_id] if told[-1] else consent.NOTHING
        self._remember(standing_from(self.viewer, person_id, told, decided, at=self.at))

    def _note_hidden(self, type_: str, id_: UUID, target: str) -> None:
        """Leave the trace of an attempt on what the second wall hides; the answer is that of what does not exist."""
        for local_identity_id, person_id in rows_of(_OWNER, {"id": id_, "type": type_}):
            with suppress(access.AccessRefused):
                access.settle(
                    self.viewer,
                    kind_of(type_, local_identity_id),
                    self.act,
                    decision=access.REFUSED,
                    relation=Relation.NONE,
                    target=target,
                    person_id=person_id,
                    at=self.at,
                )

    def check(self, held: StoredResource, *, act: Act | None = None, target: str = "") -> UUID | None:
        """Decide on one stored resource, leave the trace, and return whose it is (None: nobody's).

        Raises:
            AccessRefused: this viewer may not do that.
        """
        asked = act or self.act
        standing = self.standing_at(held.local_identity_id)
        verdict = judge(self.viewer, standing, piece_of(held), asked)
        access.settle(
            self.viewer,
            kind_of(held.type, held.local_identity_id),
            asked,
            decision=self._decision(held, verdict, asked),
            relation=verdict.relation,
            state=verdict.state,
            target=target or f"fhir:{held.type}/{held.id}",
            person_id=standing.person_id,
            at=self.at,
        )
        return standing.person_id

    def allows(self, held: StoredResource) -> bool:
        """Decide on one row of a list, without a trace: the list is traced once."""
        return judge(self.viewer, self.standing_at(held.local_identity_id), piece_of(held), self.act).is_allowed

    def standing_at(self, local_identity_id: UUID) -> Standing:
        """Return what the viewer is to the person of a local identity; asked once."""
        if local_identity_id == NOBODY:
            return _NOBODYS
        if local_identity_id not in self._standings:
            self._meet(local_identity_id)
        return self._standings.get(local_identity_id, _NOBODYS)

    def place_of(self, local_identity_id: UUID) -> str:
        """Return the establishment of a patient's file; empty when there is no such file."""
        if local_identity_id not in self._places:
            self._meet(local_identity_id)
        return self._places.get(local_identity_id, "")

    def _meet(self, local_identity_id: UUID) -> None:
        rows = rows_of(_MET, {**asked_by(self.viewer, at=self.at), "id": local_identity_id})
        for establishment, person_id, *told in rows:
            self._places[local_identity_id] = establishment
            self._remember_one(person_id, told)

    def _in_context(self) -> tuple[Standing, ...]:
        """Return the standing of the only person that the scopes of an application reach."""
        person_id = self.viewer.patient_in_context
        if person_id is None:
            return ()
        return tuple(standings_of(self.viewer, [person_id], at=self.at).values())

    def _decision(self, held: StoredResource, verdict: Verdict, act: Act) -> access.Decision:
        if not verdict.is_allowed:
            return access.REFUSED
        kind = kind_of(held.type, held.local_identity_id)
        return access.decide(self.viewer.roles, verdict.relation, kind, DECIDED_AS.get(act, act), verdict.state)

    def _remember(self, standing: Standing) -> None:
        self._standings |= dict.fromkeys(standing.identities, standing)


def sight_of(viewer: Viewer, *, at: datetime, act: Act, about: Iterable[UUID] | None = None) -> Sight:
    """Return what a viewer may see; `about` are the persons named, if any: the sight stays inside their records.

    Nobody named: a patient sees themselves and those they represent; a professional, the patients treated at their
    establishments and those who chose them; an application alone, what its establishment produced.
    """
    persons = _own_circle(viewer, at) if about is None else list(about)
    if persons is None:
        return Sight(viewer, at=at, act=act)
    found = standings_of(viewer, persons, at=at) if persons else {}
    return Sight(viewer, at=at, act=act, about=found.values())


def sight_around(viewer: Viewer, local_identity_ids: Iterable[UUID], *, at: datetime, act: Act) -> Sight:
    """Return what a viewer may see of the persons to whom these local identities belong, named in a request."""
    return Sight(viewer, at=at, act=act, about=standings_around(viewer, list(local_identity_ids), at=at))


def _own_circle(viewer: Viewer, at: datetime) -> list[UUID] | None:
    """Return the only persons whom a patient may see; None for a professional."""
    if viewer.person_id is not None:
        return [viewer.person_id, *(one.person_id for one in consent.represented(viewer.person_id, at=at))]
    return None


def _read_from(type_: str, id_: UUID, row: Sequence[bytes | None]) -> tuple[StoredResource, UUID | None, list[Any]]:
    """Return the resource of a row of `_READ`, its person, and the columns of `STANDING_OF`."""
    told = [None if one is None else one.decode() for one in row[:9]]
    version, file, updated, source, body, deleted, establishment, labels, person = told
    assert version and file and updated and source is not None and body is not None and establishment is not None  # noqa: S101, PT018 - never null
    held = StoredResource(
        type_,
        id_,
        int(version),
        UUID(file),
        datetime.fromisoformat(updated),
        source,
        body,
        deleted == "t",
        establishment,
        tuple(orjson.loads(labels)) if labels else (),
    )
    return held, UUID(person) if person else None, standing_told(row[9:])


def piece_of(held: StoredResource) -> Piece:
    """Return what the decision needs of a stored resource."""
    labels = held.labels if held.labels is not None else labels_of(fhir.loads(held.body))
    return Piece(held.type, held.id, held.local_identity_id, held.establishment, held.source, tuple(labels), held.body)
