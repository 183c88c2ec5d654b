"""Run the doors other than MLLP and HTTP: watch the folders, serve SFTP, until the process is told to stop."""

import asyncio
import logging
import signal
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

import asyncssh
import psycopg
from django.db import Error, connection

from passerelle.care.channels import api as channels
from passerelle.care.channels.api import Channel
from passerelle.care.exchange.doors.folder import Watcher, folder_of
from passerelle.care.exchange.doors.sftp import SftpDoor, host_key, open_sftp

_log = logging.getLogger(__name__)
_PAUSE_S: Final = 0.5


@dataclass(frozen=True, slots=True)
class DoorsPlan:
    """The root of the folders, where the key of the SFTP door is kept, and its port (None: no SFTP)."""

    root: Path
    keys: Path
    host: str
    sftp_port: int | None


async def run_doors(plan: DoorsPlan, *, clock: Callable[[], datetime], on_open: Callable[[int | None], None]) -> None:
    """Open the doors and keep them until SIGTERM or SIGINT.

    Raises:
        SftpPortTaken: somebody listens there already.
    """
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="doors") as database:
        acceptor = await _open_sftp(plan, database) if plan.sftp_port is not None else None
        on_open(acceptor.get_port() if acceptor else None)
        watcher = Watcher(plan.root)
        while not stop.is_set():
            if not await loop.run_in_executor(database, _turn, watcher, clock):
                await _pause(stop)
        if acceptor is not None:
            acceptor.close()
            await acceptor.wait_closed()
        await loop.run_in_executor(database, _close_connection)


def _close_connection() -> None:
    """Close the connection of the thread that runs this: taken beforehand, it would be that of another thread."""
    connection.close()


async def _open_sftp(plan: DoorsPlan, database: ThreadPoolExecutor) -> asyncssh.SSHAcceptor:
    loop = asyncio.get_running_loop()

    async def find_channel(code: str) -> Channel | None:
        return await loop.run_in_executor(database, _enabled_sftp_channel, code)

    door = SftpDoor(
        host=plan.host,
        port=plan.sftp_port or 0,
        host_key=host_key(plan.keys),
        find_channel=find_channel,
        folder_of=lambda channel: folder_of(plan.root, channel),
    )
    return await open_sftp(door)


async def _pause(stop: asyncio.Event) -> None:
    try:
        await asyncio.wait_for(stop.wait(), timeout=_PAUSE_S)
    except TimeoutError:
        return


def _turn(watcher: Watcher, clock: Callable[[], datetime]) -> int:
    try:
        return watcher.turn(at=clock(), now=time.monotonic())
    except (Error, psycopg.Error) as error:
        _log.warning("database unavailable (%s), trying again", type(error).__name__)
        connection.close()
        return 0


def _enabled_sftp_channel(code: str) -> Channel | None:
    try:
        found = channels.channel(code)
    except (Error, psycopg.Error):
        connection.close()
        return None
    return found if found is not None and found.enabled and found.source.door == "sftp" else None
