"""A simulator of a Kannel gateway: its `sendsms`, its delivery reports, the SMS that people write. It sends nothing.

Plain Python, for the tests and the demonstration. Answers as Kannel 1.4 does: 202 with its sentences, 403, 400, 503.
"""

import threading
import time
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Queue
from typing import Any, Final
from urllib.parse import parse_qs, quote, urlencode

_SUCCESS, _FAILURE, _AT_CENTRE = 1, 2, 8
_TELLERS: Final = 3


class Fate(StrEnum):
    """What the simulator does with one request."""

    ACCEPT = "accept"
    UNDELIVERED = "undelivered"
    TEMPORARY = "temporary"
    SILENT = "silent"
    CUT = "cut"
    REFUSE = "refuse"


@dataclass(frozen=True, slots=True)
class Taken:
    """One SMS that the simulator took."""

    number: str
    text: str
    sender: str
    report_url: str


class KannelSimulator:
    """Serve on one port of this machine. `fate` chooses for a number and a text; `keep` is told of each SMS taken."""

    def __init__(
        self,
        *,
        port: int = 0,
        username: str = "passerelle",
        password: str = "secret",  # noqa: S107 - a simulator's
        fate: Callable[[str, str], Fate] = lambda _number, _text: Fate.ACCEPT,
        keep: Callable[[Taken], None] = lambda _taken: None,
    ) -> None:
        self.account = (username, password)
        self.fate = fate
        self.keep = keep
        self.taken: list[Taken] = []
        self.requests = 0
        self.gives_reports = True
        self.final_reports = True
        self._reports: Queue[str | None] = Queue()
        self._server = _Server(("127.0.0.1", port), _Handler)
        self._server.simulator = self
        self.address = f"http://127.0.0.1:{self._server.server_address[1]}/cgi-bin/sendsms"
        self._threads = [threading.Thread(target=self._tell, daemon=True) for _ in range(_TELLERS)]

    def start(self) -> None:
        """Serve in a thread of its own."""
        self._threads.append(threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}))
        for thread in self._threads:
            thread.start()

    def serve(self) -> None:
        """Serve in this thread until `stop`."""
        for thread in self._threads:
            thread.start()
        self._server.serve_forever()

    def stop(self) -> None:
        """Stop serving; reports not yet told are told first."""
        self._server.shutdown()
        for _ in range(_TELLERS):
            self._reports.put(None)
        for thread in self._threads:
            thread.join(timeout=30)
        self._server.server_close()

    def take(self, one: Taken, mask: int, *, delivered: bool) -> None:
        """Take one SMS, and tell what becomes of it."""
        self.taken.append(one)
        self.keep(one)
        if one.report_url and self.gives_reports:
            final = _SUCCESS if delivered else _FAILURE
            for bits in (_AT_CENTRE, final) if self.final_reports else (_AT_CENTRE,):
                if mask & bits:
                    self._reports.put(_reported(one.report_url, bits))

    def write(self, address: str, *, number: str, text: str, key: str, reference: str) -> int:
        """Write as a phone: call the address of the house as a Kannel `sms-service` does; return its status."""
        asked = urlencode({"cle": key, "de": number, "texte": text, "id": reference, "quand": int(time.time())})
        with urllib.request.urlopen(f"{address}?{asked}", timeout=10) as answer:  # noqa: S310 - our own address
            return int(answer.status)

    def wait_reports(self, *, timeout_s: float) -> bool:
        """Wait until every report was told; return whether they were."""
        deadline = time.monotonic() + timeout_s
        while self._reports.unfinished_tasks and time.monotonic() < deadline:
            time.sleep(0.05)
        return not self._reports.unfinished_tasks

    def _tell(self) -> None:
        while (url := self._reports.get()) is not None:
            try:
                with urllib.request.urlopen(url, timeout=10) as answer:  # noqa: S310 - the address we were given
                    answer.read()
            except OSError:
                continue
            finally:
                self._reports.task_done()


class _Server(ThreadingHTTPServer):
    simulator: KannelSimulator
    daemon_threads = True
    request_queue_size = 64


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_GET(self) -> None:
        self._answer(parse_qs(self.path.partition("?")[2], keep_blank_values=True))

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", "0")))
        self._say(400, "Invalid content-type")

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the library's name
        """Say nothing."""

    def _answer(self, asked: dict[str, list[str]]) -> None:
        simulator = self.server.simulator
        simulator.requests += 1
        given = {name: values[0] for name, values in asked.items()}
        refusal = _refusal(given, simulator)
        if refusal:
            self._say(*refusal)
            return
        number, text = given["to"], given["text"]
        fate = simulator.fate(number, text)
        if fate is Fate.CUT:
            self.close_connection = True
            return
        if fate is Fate.TEMPORARY:
            self._say(503, "Temporal failure, try again later.")
            return
        if fate is Fate.REFUSE:
            self._say(400, "Receiver number rejected")
            return
        taken = Taken(number, text, given.get("from", ""), given.get("dlr-url", ""))
        simulator.take(taken, int(given.get("dlr-mask", "0")), delivered=fate is not Fate.UNDELIVERED)
        if fate is Fate.SILENT:
            self.close_connection = True
            return
        self._say(202, "0: Accepted for delivery")

    def _say(self, status: int, text: str) -> None:
        body = text.encode()
        head = f"HTTP/1.1 {status} Answer\r\nContent-Type: text/html\r\nContent-Length: {len(body)}\r\n\r\n"
        self.wfile.write(head.encode() + body)


def _refusal(given: dict[str, str], simulator: KannelSimulator) -> tuple[int, str] | None:
    if (given.get("username"), given.get("password")) != simulator.account:
        return 403, "Authorization failed for sendsms"
    if not given.get("to"):
        return 400, "Missing receiver number, rejected"
    return None if "text" in given else (400, "Missing text, rejected")


_ESCAPES: Final = {"%A": "", "%F": "simulateur", "%T": "0"}


def _reported(url: str, bits: int) -> str:
    """Return the address to call, its escapes replaced as Kannel does."""
    for escape, value in _ESCAPES.items():
        url = url.replace(escape, quote(value))
    return url.replace("%d", str(bits))
