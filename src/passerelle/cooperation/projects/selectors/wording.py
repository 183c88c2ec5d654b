"""What the figures say, in sentences that claim no more than they show."""

from typing import Final

from passerelle.core.ui.api import french
from passerelle.evidence.indicators import api as indicators

METHOD: Final = (
    "Pour chaque site, on calcule de combien la moyenne a changé entre les mois d’avant et les mois d’après le début. "
    "On compare ensuite les changements des sites du projet à ceux des autres sites (différence de différences, un "
    "chiffre par site). Chaque site pèse selon le nombre de séjours de son changement, et garde le même poids avant et "
    "après. L’intervalle à 95\u00a0% retient la plus large de deux incertitudes\u00a0: les sites d’un même groupe "
    "n’évoluent pas tous pareil, et les séjours d’un même site ne durent pas tous autant."
)
_FULL_YEAR: Final = 12


def figure(value: float, unit: str, *, decimals: int = 1, signed: bool = False) -> str:
    """Write « 5,4 jours », « −0,8 jour » or, signed, « +0,3 jour »; a noun is singular below two."""
    shown = french.number(value, decimals)
    word = unit.removesuffix("s") if abs(round(value, decimals)) < 2 else unit
    return f"{'+' if signed and round(value, decimals) > 0 else ''}{shown}{french.NBSP}{word}"


def finding(found: indicators.BeforeAfter) -> str:
    """Return the finding in one sentence: the title of the chart."""
    result, unit = found.comparison, found.definition.unit
    gap = figure(result.difference, unit, signed=True)
    if result.interval is None or result.interval.holds_zero:
        return f"Pas d’écart net avec les autres sites\u00a0: {gap}{_range(found)}"
    return f"{gap} sur les sites du projet, par rapport aux autres sites{_range(found)}"


def sentences(found: indicators.BeforeAfter, expected: str) -> tuple[str, ...]:
    """Return the figures as sentences: each group, the difference of their changes, and how to read it."""
    result, name = found.comparison, _lower(found.definition.label)
    gap = figure(result.difference, found.definition.unit, signed=True)
    return (
        f"Sur les sites du projet, la {name} passe de {_passage(result.project, found)}.",
        f"Sur les autres sites, elle passe de {_passage(result.others, found)}.",
        f"Écart entre les deux évolutions\u00a0: {gap}{_range(found)}.",
        _reading(result, expected),
    )


def limits(found: indicators.BeforeAfter) -> tuple[str, ...]:
    """Return what these figures cannot say."""
    result = found.comparison
    ours, others = len(result.project.sites), len(result.others.sites)
    said = [
        "Les sites du projet n’ont pas été tirés au sort\u00a0: une autre cause, propre à ces sites et à la même date, "
        "donnerait le même écart.",
        "L’âge, la gravité et le type d’intervention ne sont pas corrigés.",
        f"Les sites sont peu nombreux\u00a0: {ours} pour le projet, {others} autres.",
        "La comparaison a été choisie après le début du projet\u00a0: aucun plan n’a été déposé avant d’ouvrir les "
        "données.",
        "Un mois de moins de 11\u00a0séjours est regroupé avec ses voisins\u202f; un groupe de mois qui chevauche le "
        "début ne compte pas.",
    ]
    if min(len(result.months_before), len(result.months_after)) < _FULL_YEAR:
        said.append("Moins de douze mois d’un côté du début\u00a0: la saison n’est pas entièrement séparée.")
    if result.left_out:
        names = ", ".join(found.site_names.get(site, site) for site in result.left_out)
        said.append(f"Sites laissés de côté, faute d’effectif avant ou après\u00a0: {names}.")
    return tuple(said)


def _passage(group: indicators.GroupChange, found: indicators.BeforeAfter) -> str:
    stays = f"{french.number(group.stays_before)} puis {french.number(group.stays_after)}{french.NBSP}séjours"
    after = figure(group.after, found.definition.unit)
    change = figure(group.change, found.definition.unit, signed=True)
    return f"{french.number(group.before, 1)} à {after} ({change}\u202f; {stays})"


def _range(found: indicators.BeforeAfter) -> str:
    interval = found.comparison.interval
    if interval is None:
        return ""
    low, high = french.number(interval.low, 1), figure(interval.high, found.definition.unit, signed=True)
    sign = "+" if round(interval.low, 1) > 0 else ""
    return f" (intervalle à 95\u00a0%\u00a0: de {sign}{low} à {high})"


def _reading(result: indicators.Comparison, expected: str) -> str:
    if result.interval is None:
        return "Trop peu de sites pour dire l’incertitude de cet écart."
    if result.interval.holds_zero:
        return (
            "L’intervalle contient zéro\u00a0: ces données ne distinguent pas l’évolution des sites du projet de "
            "celle des autres."
        )
    way = {"lower": result.difference < 0, "higher": result.difference > 0}.get(expected)
    sense = {True: ", dans le sens attendu", False: ", dans le sens contraire de ce qui était attendu", None: ""}[way]
    return (
        "L’intervalle ne contient pas zéro\u00a0: les sites du projet ont évolué autrement que les autres"
        f"{sense}. Cela ne dit pas à lui seul que le projet en est la cause."
    )


def _lower(label: str) -> str:
    return label[:1].lower() + label[1:]
