"""Send HL7 v2 messages by MLLP, one in flight. A doubt about an answer closes the connection."""

import select
import socket
import ssl
import time

from passerelle.care.delivery.rules.answering import Answer, ForeignAnswer, read_acknowledgement
from passerelle.care.delivery.transports.opening import Place, Tls, connect, remaining
from passerelle.care.delivery.transports.parcel import NotSent, Parcel, Unanswered
from passerelle.protocols import mllp

_CHUNK = 64 * 1024
_LONGEST_ANSWER = 1024 * 1024


class MllpTransport:
    """Keeps its connection open between messages, as long as every answer is the awaited one."""

    def __init__(self, place: Place, *, tls: Tls | None = None, timeout_s: float = 30.0) -> None:
        self._place = place
        self._tls = tls
        self._timeout_s = timeout_s
        self._socket: socket.socket | None = None
        self._deframer = mllp.Deframer(_LONGEST_ANSWER)

    def send(self, parcel: Parcel) -> Answer:
        """Send a message and wait for its own acknowledgement (MSA-2 is its MSH-10).

        Raises:
            NotSent: the message did not leave whole: a frame without its end is no message.
            Unanswered: too late, closed, or an answer to something else; the connection is closed.
        """
        line = self._opened()
        try:
            self._give(line, mllp.frame(parcel.payload))
            raw = self._answer(line)
        except BaseException:
            self.close()
            raise
        try:
            return read_acknowledgement(raw, parcel.control_id)
        except ForeignAnswer as foreign:
            self.close()
            raise Unanswered(str(foreign), raw) from foreign

    def close(self) -> None:
        """Close the connection: whatever comes later on it is never read."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _opened(self) -> socket.socket:
        """Return a connection on which nothing is waiting to be read: bytes nobody asked for make it suspect."""
        if self._socket is not None and _has_something_to_read(self._socket):
            self.close()
        if self._socket is None:
            self._socket = connect(self._place, tls=self._tls, timeout_s=self._timeout_s)
            self._deframer = mllp.Deframer(_LONGEST_ANSWER)
        return self._socket

    def _give(self, line: socket.socket, frame: bytes) -> None:
        deadline = time.monotonic() + self._timeout_s
        view = memoryview(frame)
        given = 0
        try:
            while given < len(frame):
                line.settimeout(remaining(deadline))
                given += line.send(view[given:])
        except OSError as error:
            reason = f"connexion coupée avant la fin de l’envoi ({type(error).__name__})"
            raise NotSent(reason) from error

    def _answer(self, line: socket.socket) -> bytes:
        deadline = time.monotonic() + self._timeout_s
        while True:
            try:
                line.settimeout(remaining(deadline))
                chunk = line.recv(_CHUNK)
                answers = self._deframer.feed(chunk)
            except TimeoutError as error:
                reason = f"aucune réponse en {self._timeout_s:g} s"
                raise Unanswered(reason) from error
            except (OSError, mllp.FrameError) as error:
                reason = f"connexion coupée avant la réponse ({type(error).__name__})"
                raise Unanswered(reason) from error
            if answers:
                return answers[0]
            if not chunk:
                reason = "connexion fermée sans réponse"
                raise Unanswered(reason)


def _has_something_to_read(line: socket.socket) -> bool:
    """Tell whether bytes, or the end, wait on a connection that should be silent."""
    if isinstance(line, ssl.SSLSocket) and line.pending():
        return True
    readable, _, _ = select.select([line], [], [], 0)
    return bool(readable)
