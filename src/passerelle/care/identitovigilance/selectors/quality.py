"""The quality of identities: figures, each with its definition, its source and its date.

The words (doublon, collision, statuts de confiance) are those of the RNIV 1; the formulas are those the page writes.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from passerelle.care.identitovigilance.models import Decision, DecisionState, Verdict
from passerelle.care.identitovigilance.selectors.places import names
from passerelle.care.identity import api as identity
from passerelle.care.matching import api as matching
from passerelle.core.ui.api import BarChart, LineChart, Series, french

MONTHS_SHOWN = 12
_MOST_PAIRS = 20_000
_AGES = ((7, "moins de 8 jours"), (30, "8 à 30 jours"), (90, "31 à 90 jours"), (100_000, "plus de 90 jours"))


@dataclass(frozen=True, slots=True)
class Definition:
    """What a figure means, how it is made, where its words come from."""

    name: str
    formula: str
    source: str


DEFINITIONS = (
    Definition(
        "Doublons potentiels pour 1 000",
        "Paires à décider dont les deux dossiers sont du même établissement, pour 1 000 identités locales en service.",
        "RNIV 1 v1.2 (doublon)\u202f; formule de la maison, à rapprocher des indicateurs de la GRIVES",
    ),
    Definition(
        "Collisions",
        "Numéros (INS ou IPP) portés par des dossiers dont un trait strict diffère.",
        "RNIV 1 v1.2 (collision)\u202f; formule de la maison",
    ),
    Definition(
        "Part de chaque statut",
        "Identités locales en service de ce statut, sur toutes les identités locales en service.",
        "RNIV 1 v1.2, exigence EXI SI 07 (provisoire, validée, récupérée, qualifiée)",
    ),
    Definition(
        "Décisions par mois",
        "Décisions signées par la cellule, hors « plus tard », par mois de signature.",
        "Registre des décisions de Passerelle",
    ),
    Definition(
        "Taux de rapprochements défaits",
        "Rapprochements défaits, sur ceux qui ont pris effet\u00a0: la part connue des faux rapprochements.",
        "Registre des décisions de Passerelle\u202f; formule de la maison",
    ),
    Definition(
        "Rapprochements avec preuve",
        "Rapprochements dont la preuve examinée est nommée et n’est pas « traits et score seulement ».",
        "Registre des décisions de Passerelle\u202f; formule de la maison",
    ),
)


@dataclass(frozen=True, slots=True)
class PlaceLine:
    """The figures of one establishment."""

    name: str
    files: int
    duplicates: int
    merged: int
    qualified: int
    validated: int
    recovered: int
    provisional: int

    @property
    def duplicates_per_thousand(self) -> float:
        """Return the potential duplicates for 1,000 files in use."""
        return self.duplicates / self.files * 1000 if self.files else 0.0

    def share(self, count: int) -> float:
        """Return a share of the files in use, from 0 to 1."""
        return count / self.files if self.files else 0.0

    @property
    def qualified_share(self) -> float:
        """Return the share of qualified files."""
        return self.share(self.qualified)


@dataclass(frozen=True, slots=True)
class MonthLine:
    """The decisions of one month."""

    month: date
    same: int
    different: int
    separated: int


@dataclass(frozen=True, slots=True)
class Quality:
    """All the figures of the page at one moment."""

    at: datetime
    places: list[PlaceLine]
    months: list[MonthLine]
    collisions: int
    open_pairs: int
    ages: list[tuple[str, int]]
    awaiting: int
    united: int
    undone: int
    with_evidence: int

    @property
    def files(self) -> int:
        """Return how many files are in use in the group."""
        return sum(place.files for place in self.places)

    @property
    def qualified_share(self) -> float:
        """Return the share of qualified files in the group, from 0 to 1."""
        return sum(place.qualified for place in self.places) / self.files if self.files else 0.0

    @property
    def undone_share(self) -> float | None:
        """Return the share of unions undone, None before the first one."""
        return self.undone / self.united if self.united else None

    @property
    def evidence_share(self) -> float | None:
        """Return the share of unions with a named proof, None before the first one."""
        return self.with_evidence / self.united if self.united else None


def quality(*, at: datetime) -> Quality:
    """Return the figures of the whole group at this moment."""
    pairs = matching.open_pairs(limit=_MOST_PAIRS)
    duplicates = Counter(
        pair.first_establishment for pair in pairs if pair.first_establishment == pair.second_establishment
    )
    unions = Decision.objects.filter(verdict=Verdict.SAME)
    effective = unions.filter(state__in=[DecisionState.EFFECTIVE, DecisionState.UNDONE])
    return Quality(
        at=at,
        places=_places(duplicates),
        months=_months(at),
        collisions=len(identity.collisions(limit=10_000)),
        open_pairs=len(pairs),
        ages=_ages([pair.proposed_at for pair in pairs], at=at),
        awaiting=unions.filter(state=DecisionState.AWAITING).count(),
        united=effective.count(),
        undone=effective.filter(state=DecisionState.UNDONE).count(),
        with_evidence=effective.exclude(evidence__in=["", "traits"]).count(),
    )


def _places(duplicates: Mapping[str, int]) -> list[PlaceLine]:
    known, merged = names(), identity.merged_counts()
    return [
        PlaceLine(
            name=known.get(row.establishment, row.establishment),
            files=row.total,
            duplicates=duplicates.get(row.establishment, 0),
            merged=merged.get(row.establishment, 0),
            qualified=row.qualified,
            validated=row.validated,
            recovered=row.recovered,
            provisional=row.provisional,
        )
        for row in identity.status_counts()
    ]


def _months(at: datetime) -> list[MonthLine]:
    today = french.local(at).date()
    starts = [_month_before(today, back) for back in range(MONTHS_SHOWN - 1, -1, -1)]
    counted: Counter[tuple[date, str]] = Counter()
    rows = Decision.objects.filter(decided_at__gte=at - timedelta(days=31 * MONTHS_SHOWN)).exclude(
        verdict=Verdict.LATER
    )
    for verdict, decided_at in rows.order_by("pk").values_list("verdict", "decided_at"):
        counted[french.local(decided_at).date().replace(day=1), verdict] += 1
    return [
        MonthLine(
            start,
            counted[start, Verdict.SAME.value],
            counted[start, Verdict.DIFFERENT.value],
            counted[start, Verdict.SEPARATED.value],
        )
        for start in starts
    ]


def _month_before(day: date, months: int) -> date:
    index = day.year * 12 + day.month - 1 - months
    return date(index // 12, index % 12 + 1, 1)


def _ages(moments: Sequence[datetime], *, at: datetime) -> list[tuple[str, int]]:
    counted = [0] * len(_AGES)
    for moment in moments:
        days = (at - moment).days
        counted[next(rank for rank, (most, _) in enumerate(_AGES) if days <= most)] += 1
    return [(label, count) for (_, label), count in zip(_AGES, counted, strict=True)]


def charts(figures: Quality) -> list[BarChart | LineChart]:
    """Return the plots of the page, each titled by what it finds."""
    labels = [place.name for place in figures.places]
    worst = max(figures.places, key=lambda place: place.duplicates_per_thousand, default=None)
    if worst is None:
        return []
    found = french.number(worst.duplicates_per_thousand, 1)
    done = sum(month.same + month.different for month in figures.months)
    return [
        BarChart(
            title=f"{worst.name} a le plus de doublons potentiels\u00a0: {found} pour 1 000 dossiers"
            if worst.duplicates
            else "Aucun doublon potentiel dans un même établissement",
            labels=labels,
            values=[place.duplicates_per_thousand for place in figures.places],
            y_unit="pour 1 000",
        ),
        BarChart(
            title=f"{french.percent(figures.qualified_share, 1)} des dossiers du groupement ont une identité qualifiée",
            labels=labels,
            values=[place.qualified_share * 100 for place in figures.places],
            y_unit="%",
        ),
        LineChart(
            title=f"La cellule a décidé {done} paire{'s' if done > 1 else ''} en {MONTHS_SHOWN} mois",
            series=[
                Series("Même personne", [float(month.same) for month in figures.months]),
                Series("Deux personnes", [float(month.different) for month in figures.months]),
                Series("Séparations", [float(month.separated) for month in figures.months]),
            ],
            x_labels=[f"{french.SHORT_MONTHS[month.month.month - 1]} {month.month:%y}" for month in figures.months],
            decimals=0,
            y_unit="décisions",
            note="Registre des décisions de Passerelle.",
        ),
    ]
