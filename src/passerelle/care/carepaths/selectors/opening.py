"""Whether a viewer may read or write what a patient follows: one decision, one trace."""

from datetime import datetime
from uuid import UUID

from passerelle.care.carepaths.selectors.following import Followed, at_establishments, followed_by, following
from passerelle.care.identity import api as identity
from passerelle.care.record import api as record
from passerelle.core.access import api as access
from passerelle.core.access.api import Act, Kind, Relation, Viewer

_AT_WORK = frozenset({Relation.TREATING, Relation.AUTHOR})


def check_person(viewer: Viewer, person_id: UUID, *, at: datetime) -> Relation:
    """Check that a viewer may read what a person follows, leave the event, and return what they are to that person.

    Raises:
        AccessRefused: they may not.
    """
    relation = record.relation_to(viewer, person_id, at=at)
    target = f"patients/{person_id}/protocoles"
    access.check(viewer, Kind.CARE_PLAN, Act.READ, relation=relation, target=target, person_id=person_id, at=at)
    return relation


def plans_of(viewer: Viewer, person_id: UUID, *, at: datetime) -> tuple[list[Followed], Relation]:
    """Return what a person follows, for a viewer who may read it, and what the viewer is to that person.

    Raises:
        AccessRefused: they may not.
    """
    relation = check_person(viewer, person_id, at=at)
    return followed_by([ref.id for ref in identity.local_identities(person_id)], at=at), relation


def open_following(viewer: Viewer, following_id: UUID, *, at: datetime) -> tuple[Followed, UUID, bool]:
    """Return a following, its person, and whether the viewer may write in it; leave the event.

    Raises:
        AccessRefused: there is none, or it is not for them.
    """
    try:
        found = following(following_id, at=at)
        person_id = identity.person_of(found.local_identity_id)
    except LookupError as absent:
        raise access.AccessRefused from absent
    relation = check_person(viewer, person_id, at=at)
    return found, person_id, may_write(viewer, relation, found.establishment)


def may_write(viewer: Viewer, relation: Relation, establishment: str) -> bool:
    """Tell whether a viewer at work for this patient writes for this establishment; the writing leaves the event."""
    is_own = relation in _AT_WORK and establishment in viewer.establishments
    return is_own and access.allowed(viewer, Kind.CARE_PLAN, Act.UPDATE, relation=Relation.AUTHOR)


def worklist(viewer: Viewer, *, at: datetime) -> list[tuple[Followed, UUID, str]]:
    """Return what is in progress in the establishments of a viewer, for the patients they treat: with person and name.

    The search leaves one event; each page opened leaves its own.
    """
    access.check(viewer, Kind.CARE_PLAN, Act.SEARCH, relation=Relation.TREATING, target="protocoles/suivis", at=at)
    found = at_establishments(viewer.establishments, at=at)
    persons = identity.persons_of([one.local_identity_id for one in found])
    relations = record.relations_to(viewer, sorted(set(persons.values())), at=at)
    kept = [
        (one, persons[one.local_identity_id])
        for one in found
        if one.local_identity_id in persons and relations.get(persons[one.local_identity_id]) in _AT_WORK
    ]
    traits = identity.traits_of_many([person_id for _, person_id in kept])
    return [(one, person_id, traits[person_id].display_name) for one, person_id in kept if person_id in traits]
