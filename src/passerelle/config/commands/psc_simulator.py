import os
import signal
import threading
from types import FrameType

import click

from passerelle.config.demo.professionals import demonstration_holders
from passerelle.protocols.psc import api as psc


@click.command()
@click.option("--port", default=2591, show_default=True, help="Port d’écoute, sur cette machine seulement.")
def psc_simulator(port: int) -> None:
    """Serve the simulated Pro Santé Connect of the demonstration, on this machine only. It is not the national one."""
    secret = os.environ.get("PASSERELLE_PSC_CLIENT_SECRET", "")
    simulator = psc.Simulator(demonstration_holders, port=port, client_secret=secret)

    def stop(_number: int, _frame: FrameType | None) -> None:
        threading.Thread(target=simulator.stop).start()  # it waits for the loop, which this very thread runs

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    click.echo(f"Pro Santé Connect simulé\u00a0: {simulator.issuer}. Ce n’est pas le service national.")
    if not secret:
        click.echo(f"Secret de l’application pour cette fois\u00a0: {simulator.realm.client_secret}")
    simulator.serve()
