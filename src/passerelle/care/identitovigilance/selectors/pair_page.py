"""The page of a pair: both files, what they weigh, what a union would do."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from passerelle.care.identitovigilance.holdings import Held, held_by
from passerelle.care.identitovigilance.models import Claim, Decision, DecisionState
from passerelle.care.identitovigilance.rules.signing import EVIDENCES, needs_reason
from passerelle.care.identitovigilance.rules.subjects import subject_of_pair
from passerelle.care.identitovigilance.selectors.places import check_reading, names
from passerelle.care.identitovigilance.selectors.sides import Side, TraitLine, lines, period
from passerelle.care.identitovigilance.selectors.stakes import second_signature, stakes_of
from passerelle.care.identity import api as identity
from passerelle.care.matching import api as matching
from passerelle.core.access.api import Viewer
from passerelle.core.ui.api import french

_TRUST = {"QUAL": 0, "VALI": 1, "RECUP": 2, "PROV": 3}


@dataclass(frozen=True, slots=True)
class Weight:
    """What one field weighs, for and against, on a scale of 100."""

    label: str
    why: str
    share: int
    is_for: bool


@dataclass(frozen=True, slots=True)
class Preview:
    """What a union would change, and what it would not."""

    seen_together: tuple[str, ...]
    who_sees: tuple[str, ...]
    told: tuple[str, ...]
    unmoved: tuple[str, ...]
    two_signatures: tuple[str, ...]
    asks_reason: bool


@dataclass(frozen=True, slots=True)
class PairPage:
    """All that an officer needs to decide."""

    pair: matching.PairRow
    first: Side
    second: Side
    first_person: UUID
    second_person: UUID
    lines: list[TraitLine]
    weights: list[Weight]
    preview: Preview
    is_same_establishment: bool
    survivor_id: UUID
    holder: str
    held_since: datetime | None
    is_awaiting: bool
    decided: Decision | None
    evidences: tuple[tuple[str, str], ...]

    @property
    def likeness(self) -> float:
        """Return the probability to show: never a certainty."""
        return min(self.pair.probability, 0.999)

    @property
    def sides(self) -> tuple[Side, Side]:
        """Return both files."""
        return self.first, self.second

    @property
    def is_forbidden(self) -> bool:
        """Tell a pair that nobody may join: both hold a qualified INS, and not the same."""
        held = [side.traits for side in (self.first, self.second) if side.traits.status == "QUAL"]
        return len({one.ins_matricule for one in held if one.ins_matricule and one.ins_key_ok}) > 1


def pair_page(viewer: Viewer, pair_id: UUID, *, at: datetime) -> PairPage:
    """Return the page of a pair; the reading is audited.

    Raises:
        LookupError: there is no such pair.
        AccessRefused: the viewer may not compare these files.
    """
    pair = matching.pair(pair_id)
    check_reading(viewer, {pair.first_establishment, pair.second_establishment}, target=f"pair:{pair_id}", at=at)
    first, second = _sides(pair)
    claim = Claim.objects.filter(subject=subject_of_pair(pair_id), until__gt=at).first()
    claim = claim if claim and claim.account_id != viewer.account_id else None
    decided = Decision.objects.filter(pair_id=pair_id).order_by("-decided_at").first()
    return PairPage(
        pair=pair,
        first=first,
        second=second,
        first_person=identity.person_of(pair.first_id),
        second_person=identity.person_of(pair.second_id),
        lines=lines(first, second, pair.fields),
        weights=_weights(pair.fields),
        preview=_preview(pair, first, second, on=at.date()),
        is_same_establishment=pair.first_establishment == pair.second_establishment,
        survivor_id=min((first, second), key=_keeps).traits.id,
        holder=claim.account_name if claim else "",
        held_since=claim.claimed_at if claim else None,
        is_awaiting=decided is not None and decided.state == DecisionState.AWAITING,
        decided=decided,
        evidences=tuple(EVIDENCES.items()),
    )


def _keeps(side: Side) -> tuple[int, int, str]:
    """Return what makes a file the one to keep: its trust, then what hangs on it."""
    return _TRUST.get(side.traits.status, 9), -sum(one.count for one in side.held), str(side.traits.id)


def _sides(pair: matching.PairRow) -> tuple[Side, Side]:
    traits = identity.traits_by_file([pair.first_id, pair.second_id])
    held = held_by([pair.first_id, pair.second_id])
    places = names()
    first, second = (
        Side(traits[id_], places.get(traits[id_].establishment, traits[id_].establishment), held[id_])
        for id_ in (pair.first_id, pair.second_id)
    )
    return first, second


def _weights(fields: Sequence[matching.FieldScore]) -> list[Weight]:
    most = max((abs(field.weight) for field in fields), default=1.0) or 1.0
    return [
        Weight(
            label=field.label or field.field,
            why=field.why_fr,
            share=round(abs(field.weight) / most * 100),
            is_for=field.weight >= 0,
        )
        for field in fields
    ]


def _preview(pair: matching.PairRow, first: Side, second: Side, *, on: date) -> Preview:
    stakes = stakes_of(pair)
    together = [_held_sentence(side, held) for side in (first, second) for held in side.held]
    known = [_mates_sentence(side) for side in (first, second)]
    places = list(dict.fromkeys([first.establishment_name, second.establishment_name]))
    is_merge = pair.first_establishment == pair.second_establishment
    told = (
        [f"Les applications abonnées de {places[0]} reçoivent la fusion (A40)."]
        if is_merge
        else ["Aucune fusion n’est envoyée\u00a0: chaque établissement garde son IPP et son dossier."]
    )
    return Preview(
        seen_together=tuple([*together, *filter(None, known)] or ["Aucun séjour ni document d’un côté ni de l’autre."]),
        who_sees=(
            f"Une équipe qui soigne ce patient à {' et '.join(places)} voit l’ensemble sur une seule frise.",
            "Le patient voit l’ensemble dans son espace. Les documents masqués le restent.",
        ),
        told=tuple(told),
        unmoved=(
            "Aucun séjour, document ni résultat n’est déplacé ou réécrit\u00a0: chacun reste sous son identité locale.",
            "Les IPP restent reconnus, et tout se défait à tout moment sans rien perdre.",
        ),
        two_signatures=tuple(second_signature(stakes, on=on)),
        asks_reason=needs_reason(stakes, "dossier"),
    )


def _held_sentence(side: Side, held: Held) -> str:
    when = period(held)
    return f"{side.establishment_name}\u00a0: {held.text}{f', {when}' if when else ''}"


def _mates_sentence(side: Side) -> str:
    mates = identity.local_identities(identity.person_of(side.traits.id))
    others = [one for one in mates if one.id != side.traits.id]
    if not others:
        return ""
    places = names()
    where = french.enumeration(list(dict.fromkeys(places.get(one.establishment, one.establishment) for one in others)))
    return f"Avec {side.title}, déjà connue aussi à {where}"
