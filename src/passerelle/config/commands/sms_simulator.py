import os
import signal
import threading
from types import FrameType

import click

from passerelle.core.notify.simulator.kannel import KannelSimulator
from passerelle.core.notify.simulator.keeping import keep


@click.command()
@click.option("--port", default=13013, show_default=True, help="Port d’écoute, sur cette machine seulement.")
def sms_simulator(port: int) -> None:
    """Serve the simulated SMS gateway of the demonstration, on this machine only. It sends nothing."""
    simulator = KannelSimulator(
        port=port,
        username=os.environ.get("PASSERELLE_SMS_USER", ""),
        password=os.environ.get("PASSERELLE_SMS_PASSWORD", ""),
        keep=keep,
    )

    def stop(_number: int, _frame: FrameType | None) -> None:
        threading.Thread(target=simulator.stop).start()  # it waits for the loop, which this very thread runs

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    click.echo(f"Passerelle SMS simulée\u00a0: {simulator.address}. Aucun SMS ne part.")
    simulator.serve()
