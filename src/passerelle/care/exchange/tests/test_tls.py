"""TLS and mutual TLS on a real socket, with certificates made here."""

import asyncio
import socket
import ssl
import threading
from contextlib import contextmanager

import pytest
import uvloop
from django.db import connections

from passerelle.care.channels import api as channels
from passerelle.care.exchange.doors.tls import TlsFiles, TlsUnusable
from passerelle.care.exchange.listener.intake import Intake
from passerelle.care.exchange.listener.server import Server
from passerelle.care.exchange.models import Message
from passerelle.care.exchange.tests.certificates import Authority
from passerelle.care.exchange.tests.declaring import MLLP, declare
from passerelle.care.exchange.tests.samples import admission, code_of, open_facility
from passerelle.protocols import mllp

pytestmark = pytest.mark.django_db(transaction=True)


class Listening:
    """A listener under TLS, on the loop of production, in a thread of its own."""

    def __init__(self, tls):
        self._tls = tls
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self):
        self._thread.start()
        assert self._ready.wait(10)
        return self

    def __exit__(self, *error):
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(10)

    def _run(self):
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(self._serve())

    async def _serve(self):
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        intake = Intake(self._loop)
        server = Server(intake)
        self.port = await server.open("127.0.0.1", 0, tls=self._tls)
        intake.start()
        self._ready.set()
        await self._stop.wait()
        await server.close()
        await asyncio.to_thread(intake.stop)


@pytest.fixture
def group(tmp_path):
    return Authority(tmp_path, "groupement")


@pytest.fixture
def listening(transactional_db, tmp_path, group):
    open_facility()
    open_facility("CHU-Y")
    channels.forget()
    certificate, key, _ = group.issue("passerelle")
    with Listening(TlsFiles(certificate, key, group.path).context()) as listener:
        yield listener
    connections.close_all()
    channels.forget()


def client_context(authority, files=None):
    context = ssl.create_default_context(cafile=str(authority.path))
    if files is not None:
        context.load_cert_chain(files[0], files[1])
    return context


@contextmanager
def plugged(listener, context):
    with (
        socket.create_connection(("127.0.0.1", listener.port), timeout=5) as plain,
        context.wrap_socket(plain, server_hostname="127.0.0.1") as plug,
    ):
        yield plug


def sent(plug, raw):
    plug.sendall(mllp.frame(raw))
    deframer = mllp.Deframer()
    while chunk := plug.recv(65536):
        answers = deframer.feed(chunk)
        if answers:
            return code_of(answers[0])
    return "hung up"


def is_turned_away(listener, context):
    """With TLS 1.3 a client learns at its first exchange that its certificate is refused."""
    try:
        with plugged(listener, context) as plug:
            return sent(plug, admission("M1")) == "hung up"
    except (ssl.SSLError, ConnectionError):
        return True


def test_a_client_signed_by_the_group_speaks_for_the_establishment_of_its_channel(listening, group, tmp_path) -> None:
    files = group.issue("gam")
    declare(tmp_path, MLLP.replace("[GAM]}", f"[GAM], options: {{certificates: [{files[2]}]}}}}"))

    with plugged(listening, client_context(group, files)) as plug:
        codes = [sent(plug, admission("M1")), sent(plug, admission("M2", facility="CHU-Y"))]
        version = plug.version()

    assert (codes, version) == (["AA", "AE"], "TLSv1.3")
    assert dict(Message.objects.values_list("control_id", "accepted")) == {"M1": True, "M2": False}


def test_a_certificate_that_no_channel_declares_speaks_for_nobody(listening, group, tmp_path) -> None:
    declare(tmp_path, MLLP)
    with plugged(listening, client_context(group, group.issue("inconnu"))) as plug:
        assert sent(plug, admission("M1")) == "AE"


def test_a_client_without_certificate_is_not_let_in(listening, group) -> None:
    assert is_turned_away(listening, client_context(group))
    assert not Message.objects.exists()


def test_a_client_signed_by_somebody_else_is_not_let_in(listening, group, tmp_path) -> None:
    stranger = Authority(tmp_path, "etranger")
    assert is_turned_away(listening, client_context(group, stranger.issue("gam")))
    assert not Message.objects.exists()


def test_plain_text_is_not_answered_on_a_tls_port(listening) -> None:
    with socket.create_connection(("127.0.0.1", listening.port), timeout=5) as plug:
        plug.sendall(mllp.frame(admission("M1")))
        assert b"MSA" not in _all_of(plug)
    assert not Message.objects.exists()


def _all_of(plug):
    found = b""
    try:
        while chunk := plug.recv(65536):
            found += chunk
    except ConnectionError:
        pass
    return found


def test_versions_before_1_2_are_refused(group) -> None:
    certificate, key, _ = group.issue("passerelle")
    assert TlsFiles(certificate, key).context().minimum_version == ssl.TLSVersion.TLSv1_2


def test_files_that_cannot_be_read_are_said(tmp_path, group) -> None:
    certificate, _, _ = group.issue("passerelle")
    with pytest.raises(TlsUnusable):
        TlsFiles(certificate, tmp_path / "absent.key").context()
