"""The processes of one house: pages, listener, lane workers, ordinary tasks; and the database when it is embedded."""

import os
import socket
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from passerelle.config import cluster
from passerelle.config.database import is_embedded
from passerelle.config.supervisor import Child, Supervisor, check_port

if TYPE_CHECKING:  # the command line is read before applications are loaded
    from passerelle.care.exchange.listener.running import TlsPorts

_WATCH_SECONDS = 1.0
_PAGE_THREADS = "8"  # those who wait for the journal are written together
_LANE_WORKERS = 2  # one reads and decides while PostgreSQL writes for the other


@dataclass(frozen=True, slots=True)
class Doors:
    """Where the house listens."""

    host: str = "127.0.0.1"
    port: int = 8000
    mllp_port: int = 2575
    sftp_port: int | None = None
    tls: "TlsPorts | None" = None

    @property
    def address(self) -> str:
        host = "localhost" if self.host in {"127.0.0.1", "0.0.0.0", "::1"} else self.host  # noqa: S104 - only compared
        return f"http://{host}:{self.port}/"

    def check(self, *, pages: bool = True) -> None:
        """Make sure that the ports are free and the certificates readable: a child that cannot start is no help.

        Raises:
            PortTaken: one is not.
            TlsUnusable: a certificate or a key cannot be read.
        """
        if self.tls is not None:
            self.tls.files.context()
            for secured in self.tls.ports:
                check_port(self.host, secured, "l’écoute MLLP sous TLS")
        if pages:
            check_port(self.host, self.port, "le serveur de pages")
        check_port(self.host, self.mllp_port, "l’écoute MLLP")
        if self.sftp_port is not None:
            check_port(self.host, self.sftp_port, "le dépôt SFTP")


def children(doors: Doors, *, pages: bool = True, page_workers: int = 1) -> list[Child]:
    """Return the processes to supervise, in the order of their start."""
    passerelle = [sys.executable, "-m", "passerelle"]
    listener = [*passerelle, "listen", "--host", doors.host, "--port", str(doors.mllp_port), *tls_options_of(doors.tls)]
    house = [
        Child("écoute MLLP", listener),
        Child("dossiers surveillés et SFTP", _drops(doors, passerelle)),
        *(Child(f"exécutant des échanges {rank}", [*passerelle, "work"]) for rank in range(1, _LANE_WORKERS + 1)),
        Child("envois", [*passerelle, "deliver"]),
    ]
    simulated = os.environ.get("PASSERELLE_INSI_ADDRESS", "")
    if pages and os.environ.get("PASSERELLE_DEMO") == "1" and simulated.startswith("http://"):
        port = str(urlsplit(simulated).port)
        house.append(Child("téléservice INSi simulé", [*passerelle, "insi-simulator", "--port", port]))
    provider = os.environ.get("PASSERELLE_PSC_ISSUER", "")
    if pages and os.environ.get("PASSERELLE_DEMO") == "1" and provider.startswith("http://"):
        port = str(urlsplit(provider).port)
        house.append(Child("Pro Santé Connect simulé", [*passerelle, "psc-simulator", "--port", port]))
    citizens = os.environ.get("PASSERELLE_FC_ISSUER", "")
    if pages and os.environ.get("PASSERELLE_DEMO") == "1" and citizens.startswith("http://"):
        port = str(urlsplit(citizens).port)
        house.append(Child("FranceConnect simulé", [*passerelle, "fc-simulator", "--port", port]))
    house += _devices(passerelle, is_demo=pages and os.environ.get("PASSERELLE_DEMO") == "1")
    gateway = os.environ.get("PASSERELLE_SMS_ADDRESS", "")
    if pages and os.environ.get("PASSERELLE_DEMO") == "1" and gateway.startswith("http://127.0.0.1"):
        port = str(urlsplit(gateway).port)
        house.append(Child("passerelle SMS simulée", [*passerelle, "sms-simulator", "--port", port]))
    if pages:
        house.append(Child("tâches", [*passerelle, "tasks"]))
        house.append(Child("pages", _page_server(doors, page_workers)))
    return house


def _devices(passerelle: list[str], *, is_demo: bool) -> list[Child]:
    """Return the listener of the broker of devices when one is declared; in the demonstration, simulated devices."""
    folder = os.environ.get("PASSERELLE_MQTT_FOLDER", "")
    if folder:
        host, _, port = os.environ.get("PASSERELLE_MQTT_ADDRESS", "localhost:8883").rpartition(":")
        return [
            Child("écoute des appareils", [*passerelle, "devices", "listen", folder, "--host", host, "--port", port])
        ]
    if is_demo:
        return [Child("appareils simulés", [*passerelle, "devices", "simulate", "--every", "600"])]
    return []


def tls_options_of(asked: "TlsPorts | None") -> list[str]:
    """Return the options of `listen` for MLLP under TLS; paths are made absolute."""
    if asked is None:
        return []
    files = asked.files
    ports = [word for port in asked.ports for word in ("--tls-port", str(port))]
    clients = [] if files.client_ca is None else ["--client-ca", str(files.client_ca.resolve())]
    return [*ports, "--certificate", str(files.certificate.resolve()), "--key", str(files.key.resolve()), *clients]


def _drops(doors: Doors, passerelle: list[str]) -> list[str]:
    sftp = [] if doors.sftp_port is None else ["--sftp-port", str(doors.sftp_port)]
    return [*passerelle, "doors", "--host", doors.host, *sftp]


def answers(host: str, port: int) -> bool:
    """Tell whether something accepts connections there."""
    try:
        with socket.create_connection((host, port), timeout=0.5):
            return True
    except OSError:
        return False


def free_port(host: str) -> int:
    """Return a port that nothing listens on at the moment."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])


def supervise(house: list[Child]) -> Supervisor:
    """Return a supervisor of these processes which also restarts the embedded database."""
    return Supervisor(house, watch=_DatabaseWatch() if is_embedded() else lambda: None)


def _page_server(doors: Doors, workers: int) -> list[str]:
    granian = str(Path(sys.executable).with_name("granian"))
    return [
        *(granian, "--interface", "wsgi", "--no-ws", "--host", doors.host, "--port", str(doors.port)),
        *("--workers", str(workers), "--blocking-threads", _PAGE_THREADS, "--respawn-failed-workers"),
        *(
            "--log-level",
            os.environ.get("PASSERELLE_LOG_LEVEL", "ERROR").lower(),
            "passerelle.config.wsgi:application",
        ),
    ]


class _DatabaseWatch:
    """Start the embedded server again when it has died; look at most once a second."""

    def __init__(self) -> None:
        self._looked_at = time.monotonic()

    def __call__(self) -> None:
        if time.monotonic() - self._looked_at < _WATCH_SECONDS:
            return
        if cluster.pid() is None:
            sys.stderr.write("La base embarquée s’est arrêtée : redémarrage.\n")
            cluster.start()
        self._looked_at = time.monotonic()
