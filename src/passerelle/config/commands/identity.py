import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import click
from django.utils import timezone

from passerelle.care.matching.evaluation.columns import ROLES, UnreadableFile
from passerelle.care.matching.evaluation.files import Asked, Report
from passerelle.care.matching.evaluation.files import evaluate as evaluate_files
from passerelle.care.matching.evaluation.french import HELD_OUT_SEEDS, known_pairs, measure, zones_among_all
from passerelle.care.matching.rules.model import declared_model
from passerelle.care.matching.services.bulk import link_base
from passerelle.config.database import ensure_database

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group()
def identity() -> None:
    """Rapprocher des identités : évaluer sur des fichiers, relire toute la base."""


@identity.command()
@click.option("--left", type=_FILE, help="Un fichier CSV ; seul, on y cherche les doublons.")
@click.option("--right", type=_FILE, help="Un second fichier, à lier au premier.")
@click.option("--truth", type=_FILE, help="Paires vraies : deux colonnes d’identifiants, ou identifiant et groupe.")
@click.option("--columns", multiple=True, metavar="COLONNE=RÔLE", help=f"Rôle d’une colonne : {', '.join(ROLES)}.")
@click.option("--one-to-one", is_flag=True, help="Chaque ligne dans une paire au plus (fichiers sans doublon).")
@click.option(
    "--model",
    type=click.Choice(["auto", "declared", "estimated"]),
    default="auto",
    show_default=True,
    help="Modèle déclaré (règles et zones), ou estimé sur les fichiers.",
)
@click.option("--french", is_flag=True, help="Mesurer sur le jeu français engendré, graines jamais réglées.")
@click.option("--seed", "seeds", type=int, multiple=True, help="Graine du jeu français.")
@click.option("--json", "as_json", is_flag=True, help="Un objet JSON sur la dernière ligne.")
def evaluate(
    left: Path | None,
    right: Path | None,
    truth: Path | None,
    columns: Sequence[str],
    seeds: Sequence[int],
    model: str,
    **flags: bool,
) -> None:
    """Mesurer la qualité : paires, précision, rappel, F1, fausses fusions, et Splink dans la même exécution."""
    if flags["french"]:
        figures = _french(seeds or HELD_OUT_SEEDS)
    elif left is None:
        message = "Donnez --left A.csv, ou --french."
        raise click.UsageError(message)
    else:
        asked = Asked(left, right, truth, _roles(columns), one_to_one=flags["one_to_one"], model=model)
        figures = _files(asked)
    _show(figures, as_json=flags["as_json"])


@identity.command()
@click.option("--apply", "is_real", is_flag=True, help="Écrire les propositions ; sans cela, on ne fait que compter.")
@click.option(
    "--probability", default=0.5, show_default=True, help="Probabilité de Splink à partir de laquelle relire."
)
@click.option("--json", "as_json", is_flag=True, help="Un objet JSON sur la dernière ligne.")
def link(is_real: bool, probability: float, as_json: bool) -> None:  # noqa: FBT001 - click
    """Relire toute la base par Splink, et proposer les paires que personne n’a décidées. Rien n’est lié."""
    ensure_database()
    outcome = link_base(probability=probability, is_real=is_real, at=timezone.now())
    _show(outcome, as_json=as_json)
    if not is_real:
        click.echo("Rien n’a été écrit : ajoutez --apply pour proposer ces paires.", err=True)


def _files(asked: Asked) -> Mapping[str, object]:
    try:
        report = evaluate_files(asked)
    except UnreadableFile as refusal:
        raise click.ClickException(str(refusal)) from refusal
    _say_mapping(report)
    return report.figures()


def _say_mapping(report: Report) -> None:
    for name, mapping in report.mappings:
        read = ", ".join(f"{column} → {role}" for column, role in mapping.items())
        click.echo(f"{name} : {read}", err=True)
    if report.too_big:
        click.echo(f"{len(report.too_big)} blocs trop grands n’ont pas été lus : {report.too_big[0]}…", err=True)


def _roles(columns: Sequence[str]) -> dict[str, str]:
    told = [one.partition("=") for one in columns]
    for column, mark, role in told:
        if not mark or role not in ROLES:
            raise click.BadParameter(f"« {column}{mark}{role} » n’a pas la forme COLONNE=RÔLE.", param_hint="--columns")
    return {column: role for column, _, role in told}


def _french(seeds: Sequence[int]) -> Mapping[str, object]:
    pairs = [pair for seed in seeds for pair in known_pairs(seed)]
    found = measure(pairs, *zones_among_all(pairs, declared_model()))
    for title, counts in (("manquées", found.missed), ("proposées à tort", found.wrongly_proposed)):
        click.echo(
            f"Paires {title} : " + (", ".join(f"{kind} {count}" for kind, count in counts) or "aucune"), err=True
        )
    shown = found.linked + found.proposed + found.false_merges + found.false_proposals
    precision = (found.linked + found.proposed) / shown if shown else 1.0
    return {
        "pairs": found.pairs,
        "true_pairs": found.same,
        "precision": round(precision, 4),
        "recall": round(found.recall, 4),
        "recall_linked": round(found.recall_linked, 4),
        "f1": round(2 * precision * found.recall / (precision + found.recall), 4),
        "false_merges": found.false_merges,
        "false_proposals": found.false_proposals,
        "seeds": list(seeds),
    }


def _show(figures: Mapping[str, object], *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(figures))
        return
    for name, value in figures.items():
        click.echo(f"{name:>20}  {value}")
