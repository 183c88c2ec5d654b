import gc
import json
import socket

import pytest
from click.testing import CliRunner

from passerelle.care.exchange.tests.samples import admission, open_facility
from passerelle.care.exchange.tests.test_listener import Limits, Listening
from passerelle.config.cli_exchange import listen, send

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def listener():
    open_facility()
    with Listening(Limits()) as listening:
        yield listening


def sent(listener, *arguments):
    return CliRunner().invoke(send, [*map(str, arguments), "--to", f"127.0.0.1:{listener.port}", "--json"])


def totals(result):
    return json.loads(result.stdout.splitlines()[-1])


def test_each_file_gets_a_line_and_the_totals_come_last(listener, tmp_path):
    (tmp_path / "a.er7").write_bytes(admission("M1"))
    (tmp_path / "b.er7").write_bytes(admission("M2", pid="PID|1").replace(b"\r", b"\n"))
    (tmp_path / "c.er7").write_bytes(admission("M3", kind="ACK^A01^ACK"))

    result = sent(listener, tmp_path / "a.er7", tmp_path / "b.er7", tmp_path / "c.er7")

    assert result.exit_code == 0
    assert "a.er7  AA" in result.stdout
    assert "c.er7  AR  type de message non pris en charge : ACK" in result.stdout
    assert totals(result) == {"sent": 3, "accepted": 1, "errors": 1, "rejected": 1, "unanswered": 0}


def test_a_file_may_hold_several_messages(listener, tmp_path):
    (tmp_path / "a.er7").write_bytes(admission("M1") + admission("M2"))

    assert totals(sent(listener, tmp_path / "a.er7"))["accepted"] == 2


def test_examples_that_reuse_one_control_id_go_through_under_fresh_ones(listener, tmp_path):
    (tmp_path / "a.er7").write_bytes(admission("M1") + admission("M1", family="AUTRE"))

    assert totals(sent(listener, tmp_path / "a.er7"))["errors"] == 1
    assert totals(sent(listener, tmp_path / "a.er7", "--renew-control-ids"))["accepted"] == 2


def test_raw_sends_the_very_bytes(listener, tmp_path):
    (tmp_path / "a.bin").write_bytes(b"\x00\x01 bonjour")

    assert totals(sent(listener, tmp_path / "a.bin", "--raw"))["rejected"] == 1


def test_a_message_without_answer_makes_the_command_fail(tmp_path):
    (tmp_path / "a.er7").write_bytes(admission("M1"))
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        port = nobody.getsockname()[1]

    result = CliRunner().invoke(send, [str(tmp_path / "a.er7"), "--to", f"127.0.0.1:{port}"])

    assert result.exit_code == 1
    assert "1 sans réponse" in result.stdout


def test_an_address_has_a_port(tmp_path):
    (tmp_path / "a.er7").write_bytes(admission("M1"))

    result = CliRunner().invoke(send, [str(tmp_path / "a.er7"), "--to", "hopital"])

    assert result.exit_code == 2
    assert "HÔTE:PORT" in result.stderr


def test_a_taken_port_is_said_in_french():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        result = CliRunner().invoke(listen, ["--port", str(taken.getsockname()[1])])

    gc.collect()  # a session left open would be a warning, hence a failure, here
    assert result.exit_code == 2
    assert "déjà pris" in result.stderr
