"""From scores to a decision: link, propose or separate."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

from passerelle.care.matching.rules.comparable import Comparable, comparable
from passerelle.care.matching.rules.guards import Guard, Zone, guards
from passerelle.care.matching.rules.model import Model
from passerelle.care.matching.rules.profile import Profile
from passerelle.care.matching.rules.scoring import Score, Weighed, explain, probability, weigh


@dataclass(frozen=True, slots=True)
class Judged:
    """A candidate, its score, the zone the pair falls in, and the rules that kept it from a bolder one."""

    profile: Profile
    score: Score
    zone: Zone
    guards: tuple[Guard, ...]


@dataclass(frozen=True, slots=True)
class Decision:
    """What becomes of an arrival: the zone, the best candidate, the others worth a look.

    `compared` is how many candidates were scored. `notes` say which blocks were too big to be read whole.
    """

    zone: Zone
    best: Judged | None
    others: tuple[Judged, ...]
    compared: int
    notes: tuple[str, ...] = ()

    @property
    def explanation(self) -> tuple[str, ...]:
        """Return the reasons in French: what each field weighs, the rules that held, what could not be read whole."""
        if self.best is None:
            return ("Aucune identité connue ne ressemble assez", *self.notes)
        said = (field.why_fr for field in self.best.score.fields)
        return (*said, *(guard.why_fr for guard in self.best.guards), *self.notes)


class Kept(NamedTuple):
    """A candidate worth judging, with its weight."""

    candidate: Comparable
    weighed: Weighed


def shortlist(arrival: Comparable, candidates: Iterable[Profile], model: Model) -> list[Kept]:
    """Return the candidates that a human could have to look at, best first."""
    kept = [
        Kept(candidate, weighed)
        for candidate in map(comparable, candidates)
        if probability((weighed := weigh(arrival, candidate, model)).weight, model) >= model.propose
    ]
    kept.sort(key=lambda one: (-one.weighed.weight, str(one.candidate.profile.local_identity_id)))
    return kept


def judge(
    arrival: Comparable, kept: Sequence[Kept], persons: Mapping[UUID, UUID], model: Model
) -> tuple[Judged | None, tuple[Judged, ...]]:
    """Return the best candidate, if any is left, and the other persons worth a look.

    `persons` gives the person of each file: several files of one person count as one candidate. An automatic link needs
    the highest zone, no rule against it, and a clear lead over everyone else.
    """
    judged = [_judged(arrival, one, model) for one in _best_of_each_person(kept, persons)]
    judged.sort(key=lambda one: (-one.zone, -one.score.weight))
    if not judged:
        return None, ()
    return _without_rival(judged, model), tuple(one for one in judged[1:] if one.zone > Zone.SEPARATE)


def _best_of_each_person(kept: Sequence[Kept], persons: Mapping[UUID, UUID]) -> list[Kept]:
    seen: dict[UUID | int, Kept] = {}
    for place, one in enumerate(kept):
        file = one.candidate.profile.local_identity_id
        seen.setdefault(persons.get(file, file) if file else place, one)
    return list(seen.values())


def _judged(arrival: Comparable, kept: Kept, model: Model) -> Judged:
    candidate, weighed = kept
    found = guards(arrival, candidate, weighed.agreement)
    chance = probability(weighed.weight, model)
    reached = Zone.LINK if chance >= model.link else Zone.PROPOSE
    zone = min([reached, *(guard.ceiling for guard in found)])
    return Judged(candidate.profile, explain(arrival, candidate, model), zone, found)


def _without_rival(judged: Sequence[Judged], model: Model) -> Judged:
    best = judged[0]
    if best.zone != Zone.LINK:
        return best
    rivals = [one for one in judged[1:] if best.score.weight - one.score.weight < model.rival_bits]
    if not rivals:
        return best
    rival = Guard(Zone.PROPOSE, "Une autre personne ressemble presque autant : la cellule décide")
    return Judged(best.profile, best.score, Zone.PROPOSE, (*best.guards, rival))
