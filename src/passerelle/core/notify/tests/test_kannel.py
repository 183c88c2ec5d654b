"""The real Kannel (bearerbox, smsbox) with its fake SMSC: what leaves, its receipts, what people write back.

Needs Debian's `kannel`; skipped where it is not. The fake SMSC is spoken to in its own way, one line by message.
"""

import shutil
import socket
import subprocess
import time
from contextlib import closing, suppress
from datetime import timedelta

import pytest
from django.utils import timezone

from passerelle.core.notify import api as notify
from passerelle.core.notify.models import Answer, Message
from passerelle.core.notify.rules import quiet
from passerelle.core.notify.sending.declared import Declared
from passerelle.core.notify.sending.sender import Sender
from passerelle.core.notify.tests.cast import WORDS

pytestmark = [
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        shutil.which("bearerbox", path="/usr/sbin:/usr/local/sbin") is None, reason="needs Debian's kannel"
    ),
]
KEY = "cle-de-kannel"
CONFIGURATION = """
group = core
admin-port = {admin}
admin-password = essai
smsbox-port = {box}
box-allow-ip = "127.0.0.1"
log-level = 4
dlr-storage = internal

group = smsc
smsc = fake
smsc-id = ESSAI
port = {centre}
connect-allow-ip = "127.0.0.1"

group = smsbox
bearerbox-host = 127.0.0.1
sendsms-port = {sendsms}
global-sender = 38000
log-level = 4

group = sendsms-user
username = passerelle
password = secret
max-messages = 2
concatenation = true

group = sms-service
keyword = default
get-url = "{house}/envois-aux-personnes/recus/?cle={key}&de=%p&texte=%b&id=%I&quand=%T"
max-messages = 0
omit-empty = true
"""


def _free_port():
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _until(told, seconds=20.0):
    deadline = time.monotonic() + seconds
    while not told():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def _answers(port):
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


@pytest.fixture
def kannel(tmp_path, live_server, settings):
    """Given a Kannel that gives its messages to a fake centre; return the line to that centre."""
    ports = {name: _free_port() for name in ("admin", "box", "centre", "sendsms")}
    file = tmp_path / "kannel.conf"
    file.write_text(CONFIGURATION.format(house=live_server.url, key=KEY, **ports))
    settings.SMS_GATEWAY = {
        "address": f"http://127.0.0.1:{ports['sendsms']}/cgi-bin/sendsms",
        "username": "passerelle",
        "password": "secret",
        "sender": "38000",
        "per_second": "50",
        "timeout_s": "5",
        "callback": live_server.url,
        "inbound_key": KEY,
    }
    boxes = []
    try:
        for name, port in (("bearerbox", "box"), ("smsbox", "sendsms")):
            boxes.append(subprocess.Popen([f"/usr/sbin/{name}", str(file)], cwd=tmp_path))
            _until(lambda wanted=ports[port]: _answers(wanted))
        with socket.create_connection(("127.0.0.1", ports["centre"]), timeout=20) as centre:
            yield centre
    finally:
        for box in reversed(boxes):
            box.terminate()
            box.wait(timeout=20)


def test_an_sms_leaves_by_kannel_is_received_and_answered(kannel, places):
    now = timezone.now()
    at = quiet.next_open(now)
    notify.enqueue(
        [
            notify.Outgoing(
                channel="sms",
                to="06 39 98 00 12",
                template="something_awaits_sms",
                words=WORDS,
                key="essai",
                expires_at=at + timedelta(hours=2),
            )
        ],
        at=now,
    )
    gateway = Declared(code="sms", channel="sms", label="SMS", per_second=50, gives_receipts=True)

    assert Sender(clock=lambda: at, gateways=[gateway]).run() == 1

    told = kannel.recv(4096).decode()
    assert told.startswith("38000 +33639980012 text AP-HM : quelque chose vous attend dans votre espace.")
    _until(lambda: Message.objects.get(key="essai").state == "delivered")
    assert Message.objects.get(key="essai").gateway_reference

    kannel.sendall(b"+33639980012 38000 text STOP\n")
    _until(lambda: Answer.objects.exclude(outcome="").exists())
    assert notify.has_stopped("06 39 98 00 12")


def test_wrong_credentials_are_told_and_lose_nothing(kannel, places, settings):
    settings.SMS_GATEWAY = {**settings.SMS_GATEWAY, "password": "autre"}
    now = timezone.now()
    at = quiet.next_open(now)
    notify.enqueue(
        [
            notify.Outgoing(
                channel="sms",
                to="06 39 98 00 12",
                template="something_awaits_sms",
                words=WORDS,
                key="essai",
                expires_at=at + timedelta(hours=2),
            )
        ],
        at=now,
    )

    Sender(clock=lambda: at, gateways=[Declared(code="sms", channel="sms", label="SMS", per_second=50)]).run()

    message = Message.objects.get()
    assert message.state == "waiting"
    assert message.steps.get().note.startswith("la passerelle répond 403")
