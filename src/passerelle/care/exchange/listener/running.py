"""Run the MLLP door until the process is told to stop."""

import asyncio
import gc
import signal
from collections.abc import Callable

import uvloop

from passerelle.care.exchange.listener.intake import Intake
from passerelle.care.exchange.listener.server import Limits, Server

IntakeFactory = Callable[[asyncio.AbstractEventLoop], Intake]


def run(
    host: str, port: int, *, limits: Limits, on_open: Callable[[int], None], intake_factory: IntakeFactory = Intake
) -> None:
    """Listen until SIGTERM or SIGINT, on the quick event loop.

    Raises:
        PortTaken: somebody listens there already.
    """
    gc.freeze()  # what is loaded stays: it is not looked through again and again
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(serve(host, port, limits=limits, on_open=on_open, intake_factory=intake_factory))


async def serve(
    host: str, port: int, *, limits: Limits, on_open: Callable[[int], None], intake_factory: IntakeFactory = Intake
) -> None:
    """Listen until SIGTERM or SIGINT, then answer what is in hand and leave.

    Raises:
        PortTaken: somebody listens there already.
    """
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    intake = intake_factory(loop)
    server = Server(intake, limits)
    bound = await server.open(host, port)
    intake.start()
    on_open(bound)
    await stop.wait()
    await server.close()
    await asyncio.to_thread(intake.stop)
