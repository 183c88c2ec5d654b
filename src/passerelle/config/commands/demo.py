"""Build the demonstration territory, open the house, send the last simulated day through its real doors.

The heavy steps run in processes of their own, so that the supervisor stays small while the house is open.
"""

import os
import secrets
import subprocess
import sys
import time

import click

from passerelle.config import cluster
from passerelle.config.database import is_embedded
from passerelle.config.house import Doors, answers, children, free_port, supervise
from passerelle.config.supervisor import PortTaken, Supervisor
from passerelle.protocols.franceconnect import api as franceconnect
from passerelle.protocols.psc import api as psc

_OPENING_SECONDS = 60.0


class StepFailed(click.ClickException):
    """A step ended badly; it has already said why."""

    def __init__(self, step: str, code: int) -> None:
        super().__init__(f"L’étape {step} s’est arrêtée (code {code}).")


class DoorsStayShut(click.ClickException):
    """The processes did not open their ports in time."""

    def __init__(self) -> None:
        super().__init__(f"Les portes ne se sont pas ouvertes en {_OPENING_SECONDS:.0f} secondes.")


@click.command()
@click.option("--persons", default=20_000, show_default=True, help="Personnes fictives du territoire.")
@click.option("--no-serve", is_flag=True, help="Construire, envoyer la dernière journée, puis s’arrêter.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Adresse d’écoute.")
@click.option("--port", default=8000, show_default=True, help="Port des pages.")
@click.option("--mllp-port", default=2575, show_default=True, help="Port MLLP.")
def demo(persons: int, no_serve: bool, host: str, port: int, mllp_port: int) -> None:  # noqa: FBT001 - click's flags
    """Build and open the demonstration territory: fictitious patients, fictitious journeys, real doors."""
    doors = Doors(host, port, free_port(host) if no_serve else mllp_port)
    try:
        doors.check(pages=not no_serve)
    except PortTaken as refusal:
        click.echo(str(refusal), err=True)
        sys.exit(2)
    was_running = cluster.pid() is not None
    os.environ.setdefault("PASSERELLE_INSI_ADDRESS", f"http://127.0.0.1:{free_port('127.0.0.1')}/lps")
    _simulate_psc()
    _simulate_sms(doors)
    _simulate_franceconnect()
    supervisor: Supervisor | None = None
    try:
        _step("demo-territory", "--persons", str(persons))
        supervisor = supervise(children(doors, pages=not no_serve))
        supervisor.start()
        _wait_for_doors(supervisor, doors, pages=not no_serve)
        if _send_last_day(supervisor, doors) and not no_serve:
            supervisor.run()
    finally:
        if supervisor is not None:
            supervisor.stop()
        if is_embedded() and not was_running:
            cluster.stop()


def _simulate_psc() -> None:
    """Choose where the simulated Pro Santé Connect will be, and the secret it shares with the house for this time."""
    issuer = f"http://127.0.0.1:{free_port('127.0.0.1')}{psc.Simulator.REALM}"
    if os.environ.setdefault("PASSERELLE_PSC_ISSUER", issuer) == issuer:
        os.environ["PASSERELLE_PSC_CLIENT_SECRET"] = secrets.token_urlsafe(24)


def _simulate_franceconnect() -> None:
    """Choose where the simulated FranceConnect will be, and the secret it shares with the house for this time."""
    issuer = f"http://127.0.0.1:{free_port('127.0.0.1')}{franceconnect.Simulator.ROOT}"
    if os.environ.setdefault("PASSERELLE_FC_ISSUER", issuer) == issuer:
        os.environ["PASSERELLE_FC_CLIENT_SECRET"] = secrets.token_urlsafe(24)


def _simulate_sms(doors: Doors) -> None:
    """Choose where the simulated SMS gateway will be, and the secrets it shares with the house for this time."""
    house = doors.address.rstrip("/")
    os.environ.setdefault("PASSERELLE_ADDRESS", house)
    address = f"http://127.0.0.1:{free_port('127.0.0.1')}/cgi-bin/sendsms"
    if os.environ.setdefault("PASSERELLE_SMS_ADDRESS", address) == address:
        os.environ |= {
            "PASSERELLE_SMS_USER": "demonstration",
            "PASSERELLE_SMS_PASSWORD": secrets.token_urlsafe(24),
            "PASSERELLE_SMS_FROM": "38000",
            "PASSERELLE_SMS_CALLBACK": house,
            "PASSERELLE_SMS_INBOUND_KEY": secrets.token_urlsafe(24),
        }


def _step(*arguments: str) -> None:
    done = subprocess.run([sys.executable, "-m", "passerelle", *arguments], check=False)
    if done.returncode != 0:
        raise StepFailed(arguments[0], done.returncode)


def _wait_for_doors(supervisor: Supervisor, doors: Doors, *, pages: bool) -> None:
    wanted = [doors.mllp_port, doors.port] if pages else [doors.mllp_port]
    deadline = time.monotonic() + _OPENING_SECONDS
    supervisor.run(until=lambda: time.monotonic() > deadline or all(answers(doors.host, port) for port in wanted))
    if not supervisor.is_stopping and time.monotonic() > deadline:
        raise DoorsStayShut


def _send_last_day(supervisor: Supervisor, doors: Doors) -> bool:
    """Send it while the house is supervised; return False when asked to stop meanwhile."""
    arguments = ["demo-day", "--to", f"{doors.host}:{doors.mllp_port}", "--address", doors.address]
    sending = subprocess.Popen([sys.executable, "-m", "passerelle", *arguments], env=os.environ.copy())
    supervisor.run(until=lambda: sending.poll() is not None)
    if sending.poll() is None:
        sending.terminate()
        sending.wait()
        return False
    if sending.returncode != 0:
        raise StepFailed(arguments[0], sending.returncode)
    return True
