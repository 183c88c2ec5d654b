"""A simulated INSi teleservice, on this machine only. It is not the national one, and says so in each answer."""

from __future__ import annotations

import ssl
import time
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from types import TracebackType
from typing import Any, Self, cast

from passerelle.protocols.insi.answers import MAX_BYTES, parse
from passerelle.protocols.insi.faults import InsiError
from passerelle.protocols.insi.names import SEARCH_BY_CARD, SEARCH_BY_TRAITS, VERIFY
from passerelle.protocols.insi.simulator.directory import Directory, PublishedDirectory
from passerelle.protocols.insi.simulator.replies import Reply, fault, reply_to

_KNOWN = frozenset({SEARCH_BY_TRAITS, SEARCH_BY_CARD, VERIFY})


class Simulator:
    """Serve in a thread while in a `with`; `is_down` makes it unavailable, `delay` slows each answer (seconds)."""

    def __init__(
        self,
        directory: Directory | None = None,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.directory = directory or PublishedDirectory()
        self.is_down = False
        self.delay = 0.0
        self.slowness = 12.0
        self.asked: list[str] = []
        self._server = _Server((host, port), _Handler)
        self._server.simulator = self
        self._server.daemon_threads = True
        if tls is not None:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)
        self._scheme = "https" if tls else "http"
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    @property
    def address(self) -> str:
        """Return where it listens."""
        host, port = self._server.server_address[:2]
        return f"{self._scheme}://{host!s}:{port}/lps"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def serve(self) -> None:
        """Serve in this thread until `stop` is called from another."""
        self._server.serve_forever(poll_interval=0.2)

    def stop(self) -> None:
        """Close the door."""
        self._server.shutdown()
        self._server.server_close()

    def answer(self, content: bytes) -> Reply:
        """Return what is answered to a message."""
        if self.is_down:
            return fault("siram_40", "insi_102", "Service simulé en panne.")
        time.sleep(self.delay)
        try:
            root = parse(content)
        except InsiError:
            return fault("siram_20", "simulateur_xml", "Message illisible.")
        action = "".join(root.xpath("string((//*[local-name()='Action'])[1])"))
        self.asked.append(action.rpartition(":")[2])
        if action not in _KNOWN:
            return fault("siram_20", "simulateur_action", "Opération inconnue.")
        reply = reply_to(action, root, self.directory)
        if reply.is_slow:
            time.sleep(self.slowness)
        return reply


class _Server(ThreadingHTTPServer):
    simulator: Simulator


class _Handler(BaseHTTPRequestHandler):
    server_version = "PasserelleSimulateurINSi"
    sys_version = ""

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        if length > MAX_BYTES:
            self.send_error(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
            return
        reply = cast("_Server", self.server).simulator.answer(self.rfile.read(length))
        self.send_response(reply.status)
        self.send_header("Content-Type", "application/soap+xml; charset=utf-8")
        self.send_header("Content-Length", str(len(reply.content)))
        self.send_header("X-Simulation", "INSi simule")
        self.end_headers()
        self.wfile.write(reply.content)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the library's signature
        """Log nothing: what passes here looks like identities."""
