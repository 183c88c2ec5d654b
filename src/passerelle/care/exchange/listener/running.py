"""Run the MLLP door until the process is told to stop."""

import asyncio
import contextlib
import signal
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import psycopg
import uvloop
from django.db import Error, connection
from django.utils import timezone

from passerelle.care.channels import api as channels
from passerelle.care.exchange.collecting import loaded_once
from passerelle.care.exchange.doors.applied import Applications
from passerelle.care.exchange.doors.contract import ByContract
from passerelle.care.exchange.doors.latency import Latencies
from passerelle.care.exchange.doors.tls import TlsFiles
from passerelle.care.exchange.listener.intake import Intake
from passerelle.care.exchange.listener.server import Limits, Server

_OBJECTS_OF_A_GROUP = 20_000
IntakeFactory = Callable[[asyncio.AbstractEventLoop], Intake]


@dataclass(frozen=True, slots=True)
class TlsPorts:
    """The ports where TLS is spoken, beside the plain one."""

    files: TlsFiles
    ports: Sequence[int]


def run(
    host: str,
    port: int,
    *,
    limits: Limits,
    on_open: Callable[[int], None],
    intake_factory: IntakeFactory = Intake,
    tls: TlsPorts | None = None,
) -> None:
    """Listen until SIGTERM or SIGINT, on the quick event loop.

    Raises:
        PortTaken: somebody listens there already.
    """
    with (
        loaded_once(objects_between=_OBJECTS_OF_A_GROUP),
        asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner,
    ):
        runner.run(serve(host, port, limits=limits, on_open=on_open, intake_factory=intake_factory, tls=tls))


async def serve(
    host: str,
    port: int,
    *,
    limits: Limits,
    on_open: Callable[[int], None],
    intake_factory: IntakeFactory = Intake,
    tls: TlsPorts | None = None,
) -> None:
    """Listen until SIGTERM or SIGINT, then answer what is in hand and leave.

    Raises:
        PortTaken: somebody listens there already.
        TlsUnusable: a certificate or a key cannot be read.
    """
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    intake = intake_factory(loop)
    applications = Applications()
    latencies = Latencies()
    front = ByContract(intake.submit, applications, loop, timezone.now, latencies)
    await asyncio.to_thread(_know_the_channels)
    server, *others = servers = [Server(front, limits) for _ in range(1 + (len(tls.ports) if tls else 0))]
    bound = await server.open(host, port)
    for other, secured in zip(others, tls.ports if tls else (), strict=True):
        await other.open(host, secured, tls=tls.files.context() if tls else None)
    intake.start()
    applications.start()
    latencies.start()
    on_open(bound)
    await stop.wait()
    for one in servers:
        await one.close()
    await asyncio.to_thread(applications.stop)
    await asyncio.to_thread(intake.stop)
    await asyncio.to_thread(latencies.stop)


def _know_the_channels() -> None:
    """Read what is declared before the first message; a database that is away will be asked by the intake."""
    with contextlib.suppress(Error, psycopg.Error):
        channels.current()
    connection.close()  # that of a thread which will not be met again
