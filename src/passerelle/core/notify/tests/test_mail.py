"""Mails leave by SMTP, once, with the way to stop."""

import re
import socket
from contextlib import closing
from email import message_from_bytes, policy

import pytest
from aiosmtpd.controller import Controller

from passerelle.core.notify import api as notify
from passerelle.core.notify.models import Message
from passerelle.core.notify.sending.declared import Declared
from passerelle.core.notify.sending.sender import Sender
from passerelle.core.notify.tests.cast import AT, WORDS, awaits

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("places")]
GATEWAY = Declared(code="email", channel="email", label="Courriel", per_second=100, threads=2)


class _Box:
    def __init__(self):
        self.mails = []
        self.code = "250 2.0.0 Pris"

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802 - the name that aiosmtpd calls
        if address.startswith("inconnu"):
            return "550 5.1.1 Inconnu"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802 - the same
        if self.code.startswith("250"):
            self.mails.append(message_from_bytes(envelope.content, policy=policy.default))
        return self.code


@pytest.fixture
def box(settings):
    handler = _Box()
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    settings.EMAIL_HOST = "127.0.0.1"
    settings.EMAIL_PORT = port
    settings.EMAIL_USE_TLS = False
    settings.EMAIL_HOST_USER = ""
    settings.DEFAULT_FROM_EMAIL = "Passerelle <rappels@hopital.exemple>"
    settings.PUBLIC_ADDRESS = "https://passerelle.exemple"
    yield handler
    controller.stop()


def _mail(rank=0, to="zoe@exemple.fr"):
    return awaits(rank, channel="email", to=to, template="something_awaits_email", words=WORDS)


def _send():
    Sender(clock=lambda: AT, gateways=[GATEWAY]).run()


def test_a_mail_leaves_with_its_identifier_and_the_way_to_stop(box, client):
    notify.enqueue([_mail()], at=AT)

    _send()

    [mail] = box.mails
    message = Message.objects.get()
    assert message.state == "sent"
    assert mail["Message-ID"] == f"<{message.public_id}@hopital.exemple>"
    assert mail["Subject"] == "AP-HM : quelque chose vous attend"
    assert "https://passerelle.exemple/rappels/r/4F7KQ2M9" in mail.get_content()
    address = re.search(r"<https://passerelle\.exemple(/[^>]+)>", mail["List-Unsubscribe"].replace("\n", ""))[1]
    assert "Ne plus recevoir" in client.get(address).content.decode()
    client.post(address)
    assert notify.has_stopped("zoe@exemple.fr")
    client.post(address, {"suite": "reprendre"})
    assert not notify.has_stopped("zoe@exemple.fr")


def test_an_unknown_address_is_told_and_not_tried_again(box):
    notify.enqueue([_mail(to="inconnu@exemple.fr")], at=AT)

    _send()

    assert (Message.objects.get().state, "550" in Message.objects.get().reason) == ("failed", True)


def test_an_address_with_an_accent_leaves_and_spoils_no_other(box):
    notify.enqueue([_mail(0, to="zoe@hôpital.fr"), _mail(1)], at=AT)

    _send()

    assert {mail["To"] for mail in box.mails} == {"zoe@xn--hpital-ixa.fr", "zoe@exemple.fr"}
    assert set(Message.objects.values_list("state", flat=True)) == {"sent"}


def test_a_server_that_says_later_gets_it_later(box):
    box.code = "451 4.3.0 Plus tard"
    notify.enqueue([_mail()], at=AT)

    _send()

    assert Message.objects.get().state == "waiting"
    assert box.mails == []


def test_a_server_that_is_away_loses_nothing(box, settings):
    settings.EMAIL_PORT = 1
    notify.enqueue([_mail()], at=AT)

    _send()

    assert Message.objects.get().state == "waiting"


def test_another_token_stops_nobody(client):
    assert client.get("/envois-aux-personnes/ne-plus-recevoir/abc:def/").status_code == 404
