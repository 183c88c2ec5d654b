import socket
import threading

import pytest

from passerelle.care.exchange.client import (
    Connection,
    NoAnswer,
    WrongAnswer,
    control_id_of,
    messages_of,
    numbered,
    with_new_control_id,
)
from passerelle.care.exchange.tests.samples import AT, admission
from passerelle.protocols import hl7v2, mllp


class Receiver:
    """A receiver that answers what it is told: bytes, or None to hang up."""

    def __init__(self, *answers):
        self.answers = list(answers)
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.port = self.listening.getsockname()[1]
        self.thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *error):
        self.listening.close()

    def _serve(self):
        for answer in self.answers:
            plug, _ = self.listening.accept()
            with plug:
                plug.recv(65536)
                if answer is not None:
                    plug.sendall(answer)
                    plug.recv(65536)


def acknowledgement(code, about="M1"):
    return mllp.frame(hl7v2.acknowledge(admission(about), code, at=AT, control_id="R1"))


@pytest.mark.parametrize(
    ("code", "heading"), [("AA", "is_accepted"), ("CA", "is_accepted"), ("AE", "is_error"), ("AR", "is_rejected")]
)
def test_an_answer_is_accepted_in_error_or_rejected(code, heading):
    with Receiver(acknowledgement(code)) as receiver, Connection("127.0.0.1", receiver.port) as client:
        answer = client.send(admission("M1"))

    assert [name for name in ("is_accepted", "is_error", "is_rejected") if getattr(answer, name)] == [heading]


def test_an_answer_to_another_message_is_never_taken_for_ours():
    with (
        Receiver(acknowledgement("AA", about="M0"), acknowledgement("AA")) as receiver,
        Connection("127.0.0.1", receiver.port) as client,
    ):
        with pytest.raises(WrongAnswer):
            client.send(admission("M1"))
        assert client.send(admission("M1")).code == "AA"


def test_a_closed_connection_is_no_answer_and_the_next_try_opens_another():
    with Receiver(None, acknowledgement("AA")) as receiver, Connection("127.0.0.1", receiver.port) as client:
        with pytest.raises(NoAnswer):
            client.send(admission("M1"))
        assert client.send(admission("M1")).code == "AA"


def test_nobody_at_the_address_is_no_answer():
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        port = nobody.getsockname()[1]
    with Connection("127.0.0.1", port) as client, pytest.raises(NoAnswer):
        client.send(admission("M1"))


@pytest.mark.parametrize("line_break", [b"\n", b"\r\n", b"\r"])
def test_a_file_holds_messages_whatever_its_line_breaks(line_break):
    content = (admission("M1") + admission("M2")).replace(b"\r", line_break)

    assert messages_of(content, is_raw=False) == [admission("M1"), admission("M2")]


def test_framed_files_and_byte_order_marks_are_understood():
    content = b"\xef\xbb\xbf" + mllp.frame(admission("M1")) + mllp.frame(admission("M2"))

    assert messages_of(content, is_raw=False) == [admission("M1"), admission("M2")]


def test_raw_takes_the_file_as_it_is():
    assert messages_of(b"n'importe\nquoi", is_raw=True) == [b"n'importe\nquoi"]


def test_fresh_control_ids_change_nothing_else():
    renewed = with_new_control_id(admission("M1"), "NEUF")

    assert control_id_of(renewed) == "NEUF"
    assert renewed.replace(b"|NEUF|", b"|M1|", 1) == admission("M1")


@pytest.mark.parametrize("odd", [b"", b"MSH", b"MSH|^~\\&|A", b"PID|1"])
def test_what_has_no_control_id_is_sent_as_it_is(odd):
    assert with_new_control_id(odd, "NEUF") == odd


def test_numbered_messages_have_distinct_control_ids():
    ids = [control_id_of(message) for message in numbered([admission("M1")] * 3, "S")]

    assert ids == ["S00001", "S00002", "S00003"]


def test_unreadable_bytes_have_no_control_id():
    assert control_id_of(b"bonjour") == ""
