"""Send the last simulated day through MLLP, wait until it is applied, and say what to look at."""

import sys
import time
from collections import Counter

import click
from django.urls import reverse
from django.utils import timezone

from passerelle.care.exchange.api import Connection
from passerelle.care.exchange.models import Message, State
from passerelle.config.demo.last_day import last_day_messages
from passerelle.config.demo.territory import Territory, read_territory
from passerelle.core.access.models import Account
from passerelle.core.audit import api as audit
from passerelle.evidence.warehouse import api as warehouse

_APPLYING_SECONDS = 120.0
_OTHER = "sans réponse"


@click.command()
@click.option("--to", "target", required=True, help="HÔTE:PORT de l’écoute MLLP.")
@click.option("--address", required=True, help="Adresse des pages, pour l’annonce.")
def day(target: str, address: str) -> None:
    """Send, wait, refresh the extract, tell."""
    territory = read_territory()
    if territory is None:
        click.echo("Le territoire de démonstration n’est pas construit.", err=True)
        sys.exit(1)
    host, _, port = target.rpartition(":")
    if Message.objects.exists():
        click.echo("• Dernière journée déjà reçue")
    else:
        _send(territory, host, int(port))
    _wait_until_applied()
    extract = warehouse.refresh(at=timezone.now())
    audit.seal(at=timezone.now())
    click.echo(f"• Extrait dépersonnalisé : {extract.rows} séjours")
    _announce(address, target)


def _send(territory: Territory, host: str, port: int) -> None:
    messages = last_day_messages(territory)
    answers: Counter[str] = Counter()
    started = time.monotonic()
    with Connection(host, port) as connection:
        for message in messages:
            answers[connection.send(message).code or _OTHER] += 1
    told = ", ".join(f"{count} {code}" for code, count in sorted(answers.items()))
    click.echo(
        f"• Dernière journée envoyée par MLLP : {len(messages)} messages ({told}) en {time.monotonic() - started:.1f} s"
    )


def _wait_until_applied() -> None:
    deadline = time.monotonic() + _APPLYING_SECONDS
    while _waiting() and time.monotonic() < deadline:
        time.sleep(0.2)
    parked = Message.objects.filter(state=State.PARKED).count()
    applied = Message.objects.filter(state=State.APPLIED).count()
    click.echo(f"• Messages appliqués : {applied}, en attente d’une décision : {parked}")


def _waiting() -> bool:
    return Message.objects.filter(state=State.RECEIVED, held=False).exists()


def _announce(address: str, target: str) -> None:
    base = address.rstrip("/")
    sign_in = base + reverse("account_login")
    click.echo(
        f"\nPasserelle est ouverte : {address}   (données fictives ; Ctrl-C pour fermer)\n"
        f"  {Account.objects.count()} comptes d’un clic : {sign_in}\n\n"
        "À voir, dans l’ordre d’un fait qui monte la maison :\n"
        f"  1. L’intégrateur : ce qui ne va pas, chaque flux  {base}{reverse('exchange:home')}\n"
        f"  2. L’identitovigilance : deux fiches côte à côte  {base}{reverse('identitovigilance:home')}\n"
        f"  3. Le clinicien : un patient, sa chronologie      {base}{reverse('record:patients')}\n"
        f"  4. Le patient : ses séjours, qui les a consultés  {base}{reverse('patientspace:home')}\n"
        f"  5. L’indicateur mesuré, petits effectifs masqués  {base}{reverse('indicators:indicators')}\n"
        f"  6. Le projet, avant et après, à côté des autres   {base}{reverse('projects:projects')}\n"
        f"  7. Le comité stratégique : un établissement, une voix  {base}{reverse('governance:sessions')}\n"
        f"\nUn message à vous : .venv/bin/passerelle send FICHIER --to {target}   (docs/tutorials)\n"
    )
