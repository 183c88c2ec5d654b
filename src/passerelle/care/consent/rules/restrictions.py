"""What the choices of a person mean when their record is about to be opened. Plain Python: the periods are given."""

from dataclasses import dataclass, field
from uuid import UUID

from passerelle.care.consent.rules.vocabulary import Level, Scope


@dataclass(frozen=True, slots=True)
class Whom:
    """A professional or a place; what is not known is "" or None."""

    rpps: str = ""
    account_id: UUID | None = None
    establishment: str = ""
    unit: str = ""

    def covers(self, other: "Whom") -> bool:
        """Tell whether `other` is this professional, or works in this place."""
        if self.rpps or self.account_id:
            same_rpps = bool(self.rpps) and self.rpps == other.rpps
            return same_rpps or (self.account_id is not None and self.account_id == other.account_id)
        return self.establishment == other.establishment and self.unit in {"", other.unit}


@dataclass(frozen=True, slots=True)
class Chosen:
    """A member of the care team, while chosen."""

    whom: Whom
    level: Level
    is_main_doctor: bool = False


@dataclass(frozen=True, slots=True)
class Opposed:
    """One opposition, while in force."""

    scope: Scope
    whom: Whom = Whom()


@dataclass(frozen=True, slots=True)
class Restrictions:
    """Everything in force for one person at one moment. Empty: the ordinary rules alone."""

    care_team: tuple[Chosen, ...] = ()
    oppositions: tuple[Opposed, ...] = ()
    masked_documents: frozenset[UUID] = field(default_factory=frozenset)
    secret_items: frozenset[UUID] = field(default_factory=frozenset)
    is_protected: bool = False

    def opposes(self, whom: Whom) -> bool:
        """Tell whether an establishment or a professional is refused by name."""
        return any(one.whom.covers(whom) for one in self.oppositions if one.scope in _NAMED)

    @property
    def opposes_sharing(self) -> bool:
        return any(one.scope is Scope.SHARING for one in self.oppositions)

    @property
    def opposes_emergency(self) -> bool:
        return any(one.scope is Scope.EMERGENCY for one in self.oppositions)

    def level_of(self, *whom: Whom) -> Level | None:
        """Return the widest level one of these was chosen for, None when chosen by nothing."""
        levels = {one.level for one in self.care_team for each in whom if one.whom.covers(each)}
        return max(levels, key=_WIDTH.index, default=None)


NOTHING = Restrictions()
_NAMED = frozenset({Scope.ESTABLISHMENT, Scope.PROFESSIONAL})
_WIDTH = (Level.SUMMARY, Level.ALL, Level.ALL_MASKED)
