"""The command line. Its names are a contract (docs/reference/command-line.md).

Each command lives in a module of its own, imported when it is asked for: that keeps `--help` quick, and lets a command
choose its environment before the settings are read.
"""

import importlib
import os
from collections.abc import Mapping
from dataclasses import dataclass, field

import click
import django


@dataclass(frozen=True, slots=True)
class Entry:
    """Where a command is, what it does in one line, and the environment it runs in."""

    address: str
    summary: str
    environment: Mapping[str, str] = field(default_factory=dict)
    needs_django: bool = True
    is_hidden: bool = False


DEMO = {"PASSERELLE_DEMO": "1"}
COMMANDS: Mapping[str, Entry] = {
    "demo": Entry(
        "commands.demo:demo", "Construire le territoire de démonstration et l’ouvrir.", DEMO, needs_django=False
    ),
    "demo-territory": Entry("commands.demo_territory:territory", "Construire le territoire.", DEMO, is_hidden=True),
    "demo-day": Entry("commands.demo_day:day", "Envoyer la dernière journée.", DEMO, is_hidden=True),
    "insi-simulator": Entry(
        "commands.insi_simulator:insi_simulator", "Répondre comme le téléservice INSi, pour la démonstration.", DEMO
    ),
    "fc-simulator": Entry(
        "commands.fc_simulator:fc_simulator", "Répondre comme FranceConnect, pour la démonstration.", DEMO
    ),
    "psc-simulator": Entry(
        "commands.psc_simulator:psc_simulator", "Répondre comme Pro Santé Connect, pour la démonstration.", DEMO
    ),
    "sms-simulator": Entry(
        "commands.sms_simulator:sms_simulator", "Répondre comme une passerelle SMS, pour la démonstration.", DEMO
    ),
    "serve": Entry("commands.serve:serve", "Ouvrir la maison : pages, écoute MLLP, exécutants."),
    "listen": Entry("cli_exchange:listen", "Recevoir les messages HL7 v2 par MLLP."),
    "doors": Entry("commands.doors:doors", "Prendre les fichiers déposés : dossiers surveillés, SFTP."),
    "work": Entry("cli_exchange:work", "Appliquer les messages reçus, dans l’ordre de chaque patient."),
    "deliver": Entry("commands.deliver:deliver", "Envoyer aux destinataires déclarés."),
    "tasks": Entry("commands.tasks:tasks", "Exécuter les tâches ordinaires (scellés du journal, extraits)."),
    "alerts": Entry("commands.alerts:alerts", "Évaluer les alertes des échanges, et dire celles qui sont ouvertes."),
    "devices": Entry("commands.devices:group", "Télésurveillance : courtier MQTT, écoute, appareils simulés."),
    "send": Entry("cli_exchange:send", "Envoyer des messages HL7 v2 par MLLP."),
    "load": Entry("commands.load:load", "Charger les données de référence du territoire."),
    "reindex": Entry("commands.reindex:reindex", "Refaire l’index de recherche du dossier."),
    "channel-key": Entry("commands.channel_key:channel_key", "Ouvrir ou fermer la porte FHIR d’un canal."),
    "account": Entry("commands.account:account", "Ouvrir un compte."),
    "audit": Entry("commands.audit:audit", "Vérifier le journal."),
    "bench": Entry("commands.bench:bench", "Mesurer, à côté de limites mesurées dans la même exécution."),
    "identity": Entry("commands.identity:identity", "Rapprocher des identités : évaluer, relire toute la base."),
    "doctor": Entry("commands.doctor:doctor", "Vérifier l’installation et dire quoi corriger."),
    "manage": Entry("commands.manage:manage", "Lancer une commande d’administration de Django."),
}


class Commands(click.Group):
    """The commands of `COMMANDS`, each loaded when asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        entry = COMMANDS.get(cmd_name)
        if entry is None:
            return None
        os.environ.update(entry.environment)
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "passerelle.config.settings")
        if entry.needs_django:
            django.setup()
        module, _, name = entry.address.partition(":")
        command = getattr(importlib.import_module(f"passerelle.config.{module}"), name)
        if not isinstance(command, click.Command):
            raise TypeError(entry.address)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - as above
        with formatter.section("Commandes"):
            formatter.write_dl([(name, entry.summary) for name, entry in COMMANDS.items() if not entry.is_hidden])


@click.command(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="passerelle")
def main() -> None:
    """Passerelle, la plateforme partagée des hôpitaux publics d’un territoire."""
