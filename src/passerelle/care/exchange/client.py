"""The sending side: read files, send one message at a time, match each answer to its message."""

import re
import socket
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from types import TracebackType
from typing import Final, Self

from passerelle.protocols import hl7v2, mllp
from passerelle.protocols.hl7v2 import Hl7Error

_CHUNK: Final = 64 * 1024
_CONTROL_ID_PLACE: Final = 9
_LINE_BREAKS = re.compile(rb"\r\n|\n")
_NEXT_MESSAGE = re.compile(rb"(?<=\r)(?=MSH[^\w\s])")
_BLANKS = b"\r\n\t \x0b\x1c\x00"
_BOM = b"\xef\xbb\xbf"


class NoAnswer(Exception):
    """Pas de réponse : le message est peut-être arrivé, il faut renvoyer les mêmes octets."""


class WrongAnswer(Exception):
    """La réponse parle d’un autre message (MSA-2 différent de MSH-10)."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the receiver said of one message."""

    code: str
    text: str

    @property
    def is_accepted(self) -> bool:
        return self.code in {"AA", "CA"}

    @property
    def is_error(self) -> bool:
        return self.code in {"AE", "CE"}

    @property
    def is_rejected(self) -> bool:
        return self.code in {"AR", "CR"}


class Connection:
    """One MLLP connection, opened when needed, closed as soon as an answer is missing or wrong."""

    def __init__(self, host: str, port: int, *, timeout_s: float = 30.0) -> None:
        self._address = (host, port)
        self._timeout_s = timeout_s
        self._socket: socket.socket | None = None
        self._deframer = mllp.Deframer()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def send(self, message: bytes) -> Answer:
        """Send a message and wait for its answer.

        Raises:
            NoAnswer: closed, unreachable or too late; the connection is closed, so a late answer is never taken for
                that of the next message.
            WrongAnswer: the answer names another message; the connection is closed too.
        """
        try:
            return _answer(self._exchange(message), control_id_of(message))
        except (OSError, mllp.FrameError) as error:
            self.close()
            raise NoAnswer(str(error) or type(error).__name__) from error
        except (NoAnswer, WrongAnswer):
            self.close()
            raise

    def _exchange(self, message: bytes) -> bytes:
        if self._socket is None:
            self._socket = socket.create_connection(self._address, timeout=self._timeout_s)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._deframer = mllp.Deframer()
        self._socket.sendall(mllp.frame(message))
        while True:
            chunk = self._socket.recv(_CHUNK)
            if not chunk:
                reason = "connexion fermée sans réponse"
                raise NoAnswer(reason)
            answers = self._deframer.feed(chunk)
            if answers:
                return answers[0]


def messages_of(content: bytes, *, is_raw: bool) -> list[bytes]:
    """Split a file into messages and end their lines by CR as the standard wants; raw takes the file as it is."""
    if is_raw:
        return [content]
    unframed = content.removeprefix(_BOM).replace(mllp.END, b"\r").replace(mllp.START, b"")
    text = _LINE_BREAKS.sub(b"\r", unframed).strip(_BLANKS)
    return [part.strip(_BLANKS) + b"\r" for part in _NEXT_MESSAGE.split(text) if part.strip(_BLANKS)]


def with_new_control_id(message: bytes, control_id: str) -> bytes:
    """Return the message under another MSH-10; unchanged when it has no MSH line to put it in."""
    header, line_break, rest = message.partition(b"\r")
    fields = header.split(header[3:4]) if header.startswith(b"MSH") and len(header) > 3 else []
    if len(fields) <= _CONTROL_ID_PLACE:
        return message
    fields[_CONTROL_ID_PLACE] = control_id.encode("ascii")
    return header[3:4].join(fields) + line_break + rest


def numbered(messages: Iterable[bytes], stem: str) -> Iterator[bytes]:
    """Give each message a control id of its own, from a stem and its rank."""
    return (with_new_control_id(message, f"{stem}{rank:05d}") for rank, message in enumerate(messages, start=1))


def control_id_of(message: bytes) -> str:
    """Return MSH-10, "" when it cannot be read."""
    try:
        return hl7v2.parse(message).control_id
    except Hl7Error:
        return ""


def _answer(raw: bytes, control_id: str) -> Answer:
    try:
        answer = hl7v2.parse(raw)
    except Hl7Error as error:
        raise WrongAnswer(error.why) from error
    code, about = answer.get("MSA-1"), answer.get("MSA-2")
    if about != control_id and (about or not code.endswith("R")):
        reason = f"la réponse porte sur « {about} », le message envoyé est « {control_id} »"
        raise WrongAnswer(reason)
    return Answer(code, answer.get("ERR-8") or answer.get("MSA-3"))
