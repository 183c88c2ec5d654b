"""Receiving applications that behave as told, on the loopback."""

import re
import socket
import socketserver
import threading
import time
from collections import Counter

from passerelle.protocols import mllp

_CONTROL_ID = re.compile(rb"^MSH\|[^|]*\|[^|]*\|[^|]*\|[^|]*\|[^|]*\|[^|]*\|[^|]*\|[^|]*\|([^|\r]*)")


def control_id_of(message):
    return _CONTROL_ID.match(message)[1].decode()


def acknowledgement(control_id, code="AA", error=""):
    lines = ["MSH|^~\\&|RECEPTEUR|ESSAI|PASSERELLE|GHT|20260302||ACK|R1|P|2.5", f"MSA|{code}|{control_id}"]
    if error:
        lines.append(f"ERR||PID^1^3|102|E||||{error}")
    return ("\r".join(lines) + "\r").encode()


class MllpReceiver:
    """Counts what it receives; `behave(control_id, times)` says what it does of one message.

    It returns "AA", "AE:why", "AR", "close", "hang", ("late", seconds) or ("as", another control id).
    """

    def __init__(self, behave=lambda control_id, times: "AA", port=0):
        self.behave = behave
        self.received = []
        self.times = Counter()
        self.connections = 0
        self._open = set()
        receiver = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self):
                receiver.connections += 1
                receiver._open.add(self.request)
                deframer = mllp.Deframer()
                while chunk := self._read():
                    for message in deframer.feed(chunk):
                        if not receiver._answer(self.request, message):
                            return

            def _read(self):
                try:
                    return self.request.recv(65536)
                except OSError:
                    return b""

        class Server(socketserver.ThreadingTCPServer):
            allow_reuse_address = True
            daemon_threads = True

        self._server = Server(("127.0.0.1", port), Handler)
        self.port = self._server.server_address[1]
        self._closing = threading.Event()

    def __enter__(self):
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(self, *error):
        self._closing.set()
        self._server.shutdown()
        for connection in self._open:
            connection.close()
        self._server.server_close()

    def _answer(self, connection, message):
        control_id = control_id_of(message)
        self.received.append(control_id)
        self.times[control_id] += 1
        act = self.behave(control_id, self.times[control_id])
        if act == "close":
            return False
        if act == "hang":
            self._closing.wait(30)
            return False
        if isinstance(act, tuple) and act[0] == "late":
            self._closing.wait(act[1])
            return self._write(connection, acknowledgement(control_id))
        if isinstance(act, tuple) and act[0] == "as":
            return self._write(connection, acknowledgement(act[1]))
        code, _, error = act.partition(":")
        return self._write(connection, acknowledgement(control_id, code, error))

    @staticmethod
    def _write(connection, answer):
        try:
            connection.sendall(mllp.frame(answer))
        except OSError:
            return False
        return True


def silent_port():
    """Return a port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def eventually(condition, *, seconds=20.0):
    """Wait until something holds."""
    limit = time.monotonic() + seconds
    while time.monotonic() < limit:
        if condition():
            return True
        time.sleep(0.02)
    return False
