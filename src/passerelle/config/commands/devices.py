"""`passerelle devices`: the broker's files, the listener, the simulator."""

import signal
import sys
import threading
from pathlib import Path

import click

from passerelle.care.devices import api as devices
from passerelle.config.database import ensure_database

_FOLDER = click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
_PEM = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group("devices")
def group() -> None:
    """Télésurveillance : le courtier MQTT, l’écoute, les appareils simulés."""


@group.command("broker-files")
@_FOLDER
@click.option("--port", default=8883, show_default=True, help="Port du courtier.")
@click.option("--host", default="localhost", show_default=True, help="Nom du courtier, dans son certificat.")
@click.option("--certificate", type=_PEM, help="Certificat du courtier (PEM) ; sans lui, une autorité est faite ici.")
@click.option("--key", type=_PEM, help="Clé de ce certificat (PEM).")
def broker_files(folder: Path, port: int, host: str, certificate: Path | None, key: Path | None) -> None:
    """Écrire les fichiers de Mosquitto : configuration, mots de passe, droits. À refaire quand un appareil change."""
    ensure_database()
    count = devices.write_broker_files(folder, port=port, host=host, certificate=certificate, key=key)
    click.echo(f"{count} appareils peuvent se connecter. Démarrage : mosquitto -c {folder / 'mosquitto.conf'}")


@group.command()
@_FOLDER
@click.option("--host", default="localhost", show_default=True, help="Nom du courtier.")
@click.option("--port", default=8883, show_default=True, help="Port du courtier.")
def listen(folder: Path, host: str, port: int) -> None:
    """Recevoir les mesures du courtier dont FOLDER tient les fichiers. SIGTERM finit le lot en cours."""
    ensure_database()
    listener = devices.Listener(devices.Address.of_folder(folder, host=host, port=port), tell=click.echo)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: listener.stop())
    listener.run()
    taken = listener.taken
    click.echo(f"{taken.stored} mesures, {taken.repeated} répétées, {taken.held} à vérifier.")


@group.command()
@click.option("--every", default=60.0, show_default=True, help="Secondes entre deux mesures d’un appareil.")
@click.option("--rounds", type=int, help="Nombre de tours ; sans lui, jusqu’à Ctrl-C.")
def simulate(every: float, rounds: int | None) -> None:
    """Envoyer des mesures inventées pour les appareils remis, en démonstration, par un courtier de cette machine."""
    ensure_database()
    click.echo(devices.SAYS_SO)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    try:
        sent = devices.simulate(every=every, rounds=rounds, stop=stop, tell=click.echo)
    except devices.NotADemonstration as refusal:
        click.echo(refusal.__doc__, err=True)
        sys.exit(2)
    click.echo(f"{sent} mesures simulées.")
