import signal
import threading
from types import FrameType

import click

from passerelle.config.demo.national import DemonstrationBase
from passerelle.protocols.insi import api as insi


@click.command()
@click.option("--port", default=2590, show_default=True, help="Port d’écoute, sur cette machine seulement.")
def insi_simulator(port: int) -> None:
    """Serve the simulated INSi teleservice of the demonstration, on this machine only. It is not the national one."""
    simulator = insi.Simulator(DemonstrationBase(), port=port)

    def stop(_number: int, _frame: FrameType | None) -> None:
        threading.Thread(target=simulator.stop).start()  # it waits for the loop, which this very thread runs

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    click.echo(
        f"Téléservice INSi simulé : {simulator.address}. Ce n’est pas le téléservice national.".replace(" :", "\u00a0:")
    )
    simulator.serve()
