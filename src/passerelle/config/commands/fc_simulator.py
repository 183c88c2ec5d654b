import os
import signal
import threading
from types import FrameType

import click

from passerelle.config.demo.citizens import demonstration_citizens
from passerelle.protocols.franceconnect import api as franceconnect


@click.command()
@click.option("--port", default=2592, show_default=True, help="Port d’écoute, sur cette machine seulement.")
def fc_simulator(port: int) -> None:
    """Serve the simulated FranceConnect of the demonstration, on this machine only. It is not the national one."""
    secret = os.environ.get("PASSERELLE_FC_CLIENT_SECRET", "")
    simulator = franceconnect.Simulator(demonstration_citizens, port=port, client_secret=secret)

    def stop(_number: int, _frame: FrameType | None) -> None:
        threading.Thread(target=simulator.stop).start()  # it waits for the loop, which this very thread runs

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    click.echo(f"FranceConnect simulé\u00a0: {simulator.issuer}. Ce n’est pas le service national.")
    if not secret:
        click.echo(f"Secret de l’application pour cette fois\u00a0: {simulator.realm.client_secret}")
    simulator.serve()
