"""In whose space a patient is: their own, or that of someone they represent."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from passerelle.care.consent.rules.majority import is_minor
from passerelle.care.consent.rules.naming import as_people_write
from passerelle.care.consent.rules.vocabulary import READS_ONLY, Door, Nature
from passerelle.care.consent.selectors.circle import representatives
from passerelle.care.consent.voices import Voice
from passerelle.care.identity import api as identity
from passerelle.core.access import api as access
from passerelle.core.access.api import Act, Kind, Relation, Role, Viewer


@dataclass(frozen=True, slots=True)
class Acting:
    """A patient at work: for themselves, or for the person whose space they entered."""

    viewer: Viewer
    person_id: UUID
    door: Door
    nature: Nature | None = None

    @property
    def is_self(self) -> bool:
        return self.door is Door.SELF

    @property
    def voice(self) -> Voice:
        """Return who decides, and by which door."""
        return Voice(self.viewer.actor(Role.PATIENT), self.door)

    @property
    def relation(self) -> Relation:
        return Relation.SELF if self.is_self else Relation.REPRESENTATIVE

    def may_decide(self) -> bool:
        """Tell whether this viewer may decide for this person; the decision itself leaves the event.

        A relative whom the person chose reads and follows; the person alone decides.
        """
        return self.nature not in READS_ONLY and access.allowed(
            self.viewer, Kind.CONSENT, Act.CREATE, relation=self.relation
        )


def acting_as(viewer: Viewer, space_of: str, *, at: datetime) -> Acting:
    """Return in whose space a viewer is; `space_of` is the person they asked for, "" for themselves.

    A right that ended leads back to one's own space.

    Raises:
        AccessRefused: the viewer is nobody's patient.
    """
    own = viewer.person_id
    if own is None or not viewer.has(Role.PATIENT):
        raise access.AccessRefused
    other = _uuid(space_of)
    if other is not None and other != own:
        held = next((one for one in representatives(other, at=at) if one.representative_id == own), None)
        if held is not None:
            return Acting(viewer, other, Door.REPRESENTATIVE, held.nature)
    return Acting(viewer, own, Door.SELF)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def is_young(person_id: UUID, *, at: datetime) -> bool:
    """Tell whether this person is under eighteen."""
    return is_minor(identity.traits(person_id).birth_date, at)


def called(person_id: UUID) -> str:
    """Return the name a family uses: first given name, name in use; « cette personne » when unknown."""
    try:
        traits = identity.traits(person_id)
    except LookupError:
        return "cette personne"
    names = map(as_people_write, (traits.first_given, traits.used_name or traits.birth_name))
    return " ".join(names).strip() or "cette personne"
