import sys
from pathlib import Path

import click
from django.conf import settings
from django.core.management import call_command
from django.utils import timezone

from passerelle.care.channels import api as channels
from passerelle.care.record import api as record
from passerelle.config.database import ensure_database
from passerelle.cooperation.governance import api as governance
from passerelle.core.audit import api as audit
from passerelle.core.directory import api as directory
from passerelle.core.parameters import api as parameters

_OPERATOR = audit.Actor(account_id=None, name="Ligne de commande", role="operator")


@click.group()
def load() -> None:
    """Charger des données de référence."""


@load.command()
def territory() -> None:
    """Load establishments, legal parameters, bodies and nomenclatures; a second run changes nothing."""
    ensure_database()
    call_command("migrate", verbosity=0, interactive=False)
    at = timezone.now()
    directory.load_directory(at=at)
    parameters.load_parameters(at=at)
    governance.load_bodies(at=at)
    record.publish_terminology(at=at)
    click.echo(f"Territoire chargé : {len(directory.establishments())} établissements, paramètres et instances.")


@load.command("channels")
@click.argument("path", required=False, type=click.Path(exists=True, path_type=Path))
@click.option("--note", default="", help="Pourquoi ces versions, gardé avec elles.")
def load_channels(path: Path | None, note: str) -> None:
    """Load the channels and destinations of a folder, all or nothing; without PATH, those of the demonstration."""
    ensure_database()
    try:
        report = channels.load_folder(path=path or channels.TERRITORY, by=_OPERATOR, at=timezone.now(), note=note)
    except channels.DeclarationsRefused as refusal:
        for fault in refusal.faults:
            click.echo(str(fault), err=True)
        click.echo(f"{len(refusal.faults)} erreur(s) : rien n’est chargé.", err=True)
        sys.exit(1)
    for label, codes in (("Créés", report.created), ("Nouvelle version", report.changed)):
        if codes:
            click.echo(f"{label} : {', '.join(codes)}")
    click.echo(f"Inchangés : {len(report.unchanged)}")
    if report.absent:
        click.echo(f"Toujours en vigueur, absents de ce dossier : {', '.join(report.absent)}")


@load.command("fhir")
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--establishment", required=True, help="Code de l’établissement dont viennent ces ressources.")
@click.option("--name", default="fhir", help="Nom du chargement : le reprendre, c’est le relancer sous le même nom.")
@click.option("--unchecked", is_flag=True, help="Ne pas vérifier la structure de chaque ressource.")
def load_fhir_files(paths: tuple[Path, ...], establishment: str, name: str, *, unchecked: bool) -> None:
    """Load NDJSON files, Bundles or folders of FHIR resources; what is refused is kept in a file, and located."""
    ensure_database()
    if directory.establishment(establishment) is None:
        click.echo(f"Établissement inconnu : {establishment}", err=True)
        sys.exit(2)
    progress = record.LoadProgress(settings.PASSERELLE_VAR / "loads" / name)
    how = record.FhirLoad(establishment, timezone.now(), f"load:{name}", is_checked=not unchecked)
    report = record.load_fhir(paths, how, progress, told=lambda one: click.echo(f"{one.stored} ressources", err=True))
    click.echo(f"Chargées : {report.stored} ; refusées : {report.refused} ; lots déjà faits : {report.skipped}.")
    if report.refused:
        click.echo(f"Refus, par fichier et par ligne : {progress.rejects}")
        sys.exit(1)
