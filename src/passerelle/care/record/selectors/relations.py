"""What a viewer is to persons: one query, with what these persons decided when they decided anything."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.utils import timezone

from passerelle.care.consent import api as consent
from passerelle.care.identity import api as identity
from passerelle.care.record.rules.visibility import Standing, is_machine, places_of
from passerelle.care.record.selectors.holds import with_holds
from passerelle.care.record.selectors.prepared import rows_of
from passerelle.core.access import api as access
from passerelle.core.access.api import Relation, Role, Viewer
from passerelle.core.audit import api as audit
from passerelle.core.parameters.api import legal

NO_STAY: Final = ("cancelled", "entered-in-error")
TREATING_DAYS: Final = "access.treating_days_after_stay"
#: Columns on one person: their local identities, whether the viewer knows, treats, has an emergency access to or
#: represents them, and whether they decided anything (`record/migrations/0008_standing.py`).
STANDING_OF: Final = "SELECT * FROM record_standing({person}, %(account)s, %(person)s, %(here)s, %(at)s)"
_STANDINGS: Final = (
    "SELECT asked.id, found.* FROM unnest(%(persons)s::uuid[]) AS asked (id) CROSS JOIN LATERAL ("  # noqa: S608 - ours
    + STANDING_OF.format(person="asked.id")
    + ") found"
)

_AROUND: Final = audit.Statement(
    "SELECT found.person_id, array_to_string(found.ids, ','), found.is_known, found.is_treated, found.has_emergency,"
    " found.is_represented, found.has_decided FROM record_standings_around($1, $2, $3, $4, $5, $6) found"
)


def relation_to(viewer: Viewer, person_id: UUID, *, at: datetime) -> Relation:
    """Return what the viewer is to this person: self, representative, treating, chosen, emergency, establishment…

    Treating: an establishment of the viewer has, had not long ago (a legal parameter), or plans a stay of the person.
    Chosen: the person has this professional, or their establishment, in the care team. Establishment: it knows the
    person without a stay. Territory: any other professional of the group.
    """
    return standing_of(viewer, person_id, at=at).relation


def relations_to(viewer: Viewer, person_ids: Collection[UUID], *, at: datetime) -> dict[UUID, Relation]:
    """Return what the viewer is to each of these persons: two queries at most, however many they are."""
    return {person_id: one.relation for person_id, one in standings_of(viewer, person_ids, at=at).items()}


def relation_with(
    viewer: Viewer, person_id: UUID, known: Iterable[identity.LocalIdentityRef], *, at: datetime
) -> Relation:
    """Return what the viewer is to a person whose local identities are at hand."""
    del known  # the query finds them as cheaply
    return relation_to(viewer, person_id, at=at)


def standing_of(viewer: Viewer, person_id: UUID, *, at: datetime) -> Standing:
    """Return what a viewer is to one person, and what that person decided of it."""
    return standings_of(viewer, [person_id], at=at)[person_id]


def standings_of(viewer: Viewer, person_ids: Collection[UUID], *, at: datetime) -> dict[UUID, Standing]:
    """Return what a viewer is to each of these persons: one query, and one more when some of them decided anything."""
    return _standings(viewer, rows_of(_STANDINGS, {**asked_by(viewer, at=at), "persons": list(person_ids)}), at)


def _standings(viewer: Viewer, rows: Sequence[tuple[Any, ...]], at: datetime) -> dict[UUID, Standing]:
    decided = [person_id for person_id, *_, has_decided in rows if has_decided]
    told = consent.restrictions_of(decided, at=at) if decided else {}
    found = (standing_from(viewer, row[0], row[1:], told.get(row[0], consent.NOTHING), at=at) for row in rows)
    return {row[0]: standing for row, standing in zip(rows, found, strict=True)}


def standings_around(viewer: Viewer, local_identity_ids: Sequence[UUID], *, at: datetime) -> list[Standing]:
    """Return what a viewer is to each of the persons to whom these local identities belong; as many queries."""
    if not local_identity_ids:
        return []
    rows = _AROUND.rows([audit.as_array(map(str, local_identity_ids)), *asked_as_text(viewer, at=at)])
    told = [(UUID(str(person, "ascii")), *standing_told(columns)) for person, *columns in rows if person]
    return list(_standings(viewer, told, at).values())


def asked_as_text(viewer: Viewer, *, at: datetime) -> list[bytes | None]:
    """Return what a statement sent as it is binds of a viewer: account, person, places, moment, what is told."""
    account, person = (str(one).encode() if one else None for one in (viewer.account_id, viewer.person_id))
    told = access.to_tell("record_")
    here = audit.as_array(sorted(places_of(viewer)))
    return [account, person, here, at.isoformat().encode(), audit.as_array(told[1]) if told is not None else None]


def standing_told(columns: Sequence[bytes | None]) -> list[Any]:
    """Return the columns of `STANDING_OF` from their text."""
    files, *flags = columns
    return [[UUID(one) for one in files.decode().split(",")] if files else None, *(flag == b"t" for flag in flags)]


def asked_by(viewer: Viewer, *, at: datetime) -> dict[str, Any]:
    """Return the values that `STANDING_OF` binds."""
    return {"account": viewer.account_id, "person": viewer.person_id, "here": sorted(places_of(viewer)), "at": at}


def standing_from(
    viewer: Viewer, person_id: UUID, told: Sequence[Any], decided: consent.Restrictions, *, at: datetime
) -> Standing:
    """Return a standing from the columns of `STANDING_OF` and what the person decided, with what waits to be told."""
    ids, is_known, is_treated, has_emergency, is_represented, _ = told
    whoms = consent.those_of(viewer)
    is_refused = any(decided.opposes(one) for one in whoms)
    level = None if is_refused or is_machine(viewer) else decided.level_of(*whoms)
    relation = _relation(
        viewer,
        is_self=viewer.person_id is not None and viewer.person_id == person_id,
        is_represented=is_represented,
        is_treated=is_treated,
        is_chosen=level is not None,
        has_emergency=has_emergency,
        is_known=is_known,
    )
    is_own = relation in {Relation.SELF, Relation.REPRESENTATIVE}
    standing = Standing(
        person_id=person_id,
        relation=relation,
        level=level,
        is_opposed=not is_own and (is_refused or (decided.opposes_sharing and level is None)),
        is_protected=decided.is_protected,
        masked=decided.masked_documents,
        secret=decided.secret_items,
        identities=tuple(ids or ()),
    )
    return with_holds(standing, at=at)


def _relation(  # noqa: PLR0913 - each is one fact
    viewer: Viewer,
    *,
    is_self: bool,
    is_represented: bool,
    is_treated: bool,
    is_chosen: bool,
    has_emergency: bool,
    is_known: bool,
) -> Relation:
    """Return the strongest tie: caring for someone at the hospital opens more than being chosen by them."""
    if is_machine(viewer):
        return Relation.NONE
    is_hospital = viewer.has(Role.CLINICIAN)
    is_professional = bool(viewer.roles - {Role.PATIENT})
    ordered = (
        (is_self, Relation.SELF),
        (is_represented, Relation.REPRESENTATIVE),
        (is_treated and is_hospital, Relation.TREATING),
        (is_chosen, Relation.CHOSEN),
        (is_treated, Relation.TREATING),
        (has_emergency, Relation.EMERGENCY),
        (is_known, Relation.ESTABLISHMENT),
        (is_professional, Relation.TERRITORY),
    )
    return next((relation for holds, relation in ordered if holds), Relation.NONE)


def treating_since(at: datetime) -> datetime:
    """Return the moment after which a stay must have ended, if it has, to make a care team still."""
    return at - timedelta(days=legal(TREATING_DAYS, timezone.localdate(at)).as_int)


def workplaces(viewer: Viewer) -> frozenset[str]:
    """Return where the viewer gives care, or else where they work."""
    return places_of(viewer)
