"""As what a professional may come in: what Pro Santé Connect says of their practices, and what the directory knows."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from passerelle.core.access.api import Role
from passerelle.protocols.psc import api as psc

#: Professions of a care team (TRE_G15): doctors, pharmacists, dentists, midwives, nurses, those who rehabilitate.
CARE_TEAM = frozenset({"10", "21", "40", "50", "60", "69", "70", "91", "92", "93", "94", "95", "96", "98"})


@dataclass(frozen=True, slots=True)
class Capacity:
    """One way of coming in: a role, where it holds (None for the whole group), and the practice it comes from."""

    role: Role
    establishment: str | None
    practice: psc.Practice
    place: str

    @property
    def key(self) -> str:
        """Tell it apart from the others of the same professional."""
        return f"{self.role.value}:{self.establishment or ''}"


def capacities(
    professional: psc.Professional,
    *,
    establishments: Mapping[str, str],
    names: Mapping[str, str],
    works_at: Iterable[str],
) -> tuple[Capacity, ...]:
    """Return the ways in, each once, in the order of the practices.

    `establishments` gives the code of ours for a FINESS, `names` the name for a code; `works_at` are the codes where
    the directory knows them. A practice in one of our establishments counts only where the directory knows them too; a
    doctor's independent practice elsewhere makes a town doctor.
    """
    known = frozenset(works_at)
    found: dict[str, Capacity] = {}
    for practice in professional.practices:
        code = establishments.get(practice.finess_site) or establishments.get(practice.finess_legal)
        capacity = _capacity(practice, code, names, known)
        if capacity is not None:
            found.setdefault(capacity.key, capacity)
    return tuple(found.values())


def _capacity(
    practice: psc.Practice, code: str | None, names: Mapping[str, str], known: frozenset[str]
) -> Capacity | None:
    if code is not None:
        is_ours = code in known and practice.profession in CARE_TEAM
        return Capacity(Role.CLINICIAN, code, practice, names.get(code, code)) if is_ours else None
    if practice.profession == psc.DOCTOR and practice.mode == psc.INDEPENDENT:
        return Capacity(Role.TOWN_DOCTOR, None, practice, practice.place or practice.mode_label.capitalize())
    return None
