"""The house opens MLLP under TLS when it is asked to, by the listener that it supervises."""

import os
import socket
import ssl
import time

import pytest
from click.testing import CliRunner
from django.db import connection

from passerelle.care.exchange.doors.tls import TlsFiles, TlsUnusable
from passerelle.care.exchange.listener.running import TlsPorts
from passerelle.care.exchange.tests.certificates import Authority
from passerelle.care.exchange.tests.declaring import MLLP, declare
from passerelle.care.exchange.tests.samples import admission, open_facility
from passerelle.config.commands.serve import serve
from passerelle.config.house import Doors, children, free_port, supervise
from passerelle.protocols import mllp

HOST = "127.0.0.1"


@pytest.fixture
def group(tmp_path):
    return Authority(tmp_path, "groupement")


def listener_of(doors):
    return next(child for child in children(doors, pages=False) if child.name == "écoute MLLP")


def test_without_a_tls_port_the_listener_is_as_before():
    assert listener_of(Doors()).command[-4:] == ["--host", HOST, "--port", "2575"]


def test_the_listener_gets_every_tls_port_and_file(group):
    certificate, key, _ = group.issue("passerelle")

    command = listener_of(Doors(tls=TlsPorts(TlsFiles(certificate, key, group.path), (2576, 2577)))).command

    assert command[-10:] == [
        *("--tls-port", "2576", "--tls-port", "2577"),
        *("--certificate", str(certificate), "--key", str(key), "--client-ca", str(group.path)),
    ]


def test_a_certificate_that_cannot_be_read_stops_before_anything_starts(tmp_path):
    wrong = tmp_path / "wrong.pem"
    wrong.write_text("rien")

    with pytest.raises(TlsUnusable):
        Doors(tls=TlsPorts(TlsFiles(wrong, wrong), (free_port(HOST),))).check(pages=False)

    port = str(free_port(HOST))
    told = CliRunner().invoke(serve, ["--tls-port", port, "--certificate", str(wrong), "--key", str(wrong)])
    assert (told.exit_code, "ne peuvent pas être lus" in told.output) == (2, True)


@pytest.mark.parametrize("options", [["--tls-port", "2576"], ["--client-ca", "{file}"]])
def test_tls_options_go_together(tmp_path, options):
    file = tmp_path / "a.pem"
    file.write_text("")

    told = CliRunner().invoke(serve, [option.format(file=file) for option in options])

    assert told.exit_code == 2
    assert "--tls-port" in told.output


@pytest.mark.django_db(transaction=True)
def test_the_supervised_listener_takes_a_message_under_mutual_tls_and_no_stranger(group, tmp_path, monkeypatch):
    open_facility()
    certificate, key, _ = group.issue("passerelle")
    *sender, fingerprint = group.issue("laboratoire")
    pinned = f"source: {{door: mllp, options: {{certificates: [{fingerprint}]}}, "
    declare(tmp_path, MLLP.replace("source: {door: mllp, ", pinned))
    plain, secured = free_port(HOST), free_port(HOST)
    monkeypatch.setitem(os.environ, "PASSERELLE_DB_NAME", connection.settings_dict["NAME"])
    monkeypatch.setitem(os.environ, "PASSERELLE_DEMO", "1")
    doors = Doors(mllp_port=plain, tls=TlsPorts(TlsFiles(certificate, key, group.path), (secured,)))
    supervisor = supervise([listener_of(doors)])
    for child in supervisor.children:
        child.start()
    try:
        assert b"MSA|AA|" in answer_under_tls(secured, client_context(group, sender), admission("TLS1"))
        with pytest.raises((ssl.SSLError, ConnectionError)):
            answer_under_tls(secured, client_context(group), admission("TLS2"))
    finally:
        supervisor.stop()


def client_context(group, files=None):
    context = ssl.create_default_context(cafile=str(group.path))
    context.check_hostname = False
    if files is not None:
        context.load_cert_chain(files[0], files[1])
    return context


def answer_under_tls(port, context, message):
    with opened(port) as raw, context.wrap_socket(raw) as session:
        session.sendall(mllp.frame(message))
        answer = session.recv(65536)
        if not answer:
            raise ConnectionError
        return answer


def opened(port):
    deadline = time.monotonic() + 30
    while True:
        try:
            return socket.create_connection((HOST, port), timeout=10)
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
