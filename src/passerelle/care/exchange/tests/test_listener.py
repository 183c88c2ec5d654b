"""The MLLP door on a real socket, with the real database behind."""

import asyncio
import contextlib
import random
import socket
import threading
import time
from contextlib import contextmanager

import pytest
from django.db import connection, connections

from passerelle.care.exchange.client import Connection, NoAnswer
from passerelle.care.exchange.listener.intake import Intake
from passerelle.care.exchange.listener.server import Limits, PortTaken, Server
from passerelle.care.exchange.models import Message, State
from passerelle.care.exchange.tests.samples import admission, code_of, open_facility
from passerelle.protocols import mllp

pytestmark = pytest.mark.django_db(transaction=True)


class Listening:
    """A listener in a thread of its own."""

    def __init__(self, limits, intake_class=Intake):
        self.limits = limits
        self.intake_class = intake_class
        self.port = None
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), daemon=True)

    def __enter__(self):
        self._thread.start()
        assert self._ready.wait(10)
        return self

    def __exit__(self, *error):
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(10)
        assert not self._thread.is_alive()

    async def _serve(self):
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        intake = self.intake_class(self._loop)
        server = Server(intake, self.limits)
        self.port = await server.open("127.0.0.1", 0)
        intake.start()
        self._ready.set()
        await self._stop.wait()
        await server.close()
        await asyncio.to_thread(intake.stop)


@pytest.fixture
def listening(transactional_db):
    open_facility()
    with Listening(Limits(max_message_bytes=50_000, frame_s=0.4)) as listener:
        yield listener
    connections.close_all()


@contextmanager
def plugged(listener):
    with socket.create_connection(("127.0.0.1", listener.port), timeout=5) as plug:
        yield plug


@contextmanager
def full_disk():
    """Let PostgreSQL refuse every message."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE exchange_message ADD CONSTRAINT full_disk CHECK (false) NOT VALID")
        try:
            yield
        finally:
            cursor.execute("ALTER TABLE exchange_message DROP CONSTRAINT full_disk")


def read_answers(plug, count):
    deframer, answers = mllp.Deframer(), []
    while len(answers) < count:
        chunk = plug.recv(65536)
        if not chunk:
            break
        answers += deframer.feed(chunk)
    return answers


def is_hung_up(plug):
    try:
        return plug.recv(1) == b""
    except ConnectionResetError:
        return True


def test_a_message_is_on_disk_when_it_is_acknowledged(listening):
    with Connection("127.0.0.1", listening.port) as client:
        answer = client.send(admission("M1"))

    assert answer.code == "AA"
    assert Message.objects.get(control_id="M1").state == State.RECEIVED


def test_messages_sent_in_one_breath_are_answered_in_order(listening):
    with plugged(listening) as plug:
        plug.sendall(b"".join(mllp.frame(admission(f"M{n}")) for n in range(20)))
        answers = read_answers(plug, 20)

    assert [answer.split(b"|M")[1].split(b"\r")[0] for answer in answers] == [str(n).encode() for n in range(20)]
    assert list(Message.objects.order_by("seq").values_list("control_id", flat=True)) == [f"M{n}" for n in range(20)]


def test_a_frame_may_come_byte_by_byte(listening):
    framed = mllp.frame(admission("M1"))
    with plugged(listening) as plug:
        for place in range(0, len(framed), 97):
            plug.sendall(framed[place : place + 97])
        assert code_of(read_answers(plug, 1)[0]) == "AA"


def test_two_connections_that_send_the_same_message_get_one_effect(listening):
    def send():
        with Connection("127.0.0.1", listening.port) as client:
            codes.append(client.send(admission("M1")).code)

    codes = []
    threads = [threading.Thread(target=send) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert codes == ["AA"] * 12
    assert Message.objects.count() == 1


def test_a_giant_message_is_not_swallowed(listening):
    with plugged(listening) as plug:
        plug.sendall(b"\x0b" + b"x" * 60_000)
        assert is_hung_up(plug)


def test_a_frame_that_never_ends_is_hung_up(listening):
    with plugged(listening) as plug:
        plug.sendall(b"\x0bMSH|")
        assert is_hung_up(plug)


def test_a_frame_fed_drop_by_drop_is_hung_up_too(listening):
    with plugged(listening) as plug:
        plug.sendall(b"\x0b")
        with pytest.raises((ConnectionResetError, BrokenPipeError)):
            _drip(plug)


def test_unfinished_frames_never_fill_the_memory(transactional_db):
    open_facility()
    with (
        Listening(Limits(max_unfinished_bytes=50_000, frame_s=2.0)) as listener,
        plugged(listener) as small,
        plugged(listener) as large,
    ):
        small.sendall(b"\x0b" + b"x" * 10_000)
        large.sendall(b"\x0b" + b"x" * 60_000)
        large.settimeout(1.8)

        assert is_hung_up(large)
        with Connection("127.0.0.1", listener.port) as client:
            assert client.send(admission("M1")).code == "AA"


def test_a_quiet_connection_between_messages_stays_open(listening):
    with Connection("127.0.0.1", listening.port) as client:
        client.send(admission("M1"))
        time.sleep(1.2)
        assert client.send(admission("M2")).code == "AA"


def test_stray_bytes_between_frames_cost_nothing_to_the_next_message(listening):
    with plugged(listening) as plug:
        plug.sendall(b"parasites" + mllp.frame(admission("M1")))
        assert code_of(read_answers(plug, 1)[0]) == "AA"


def test_a_message_that_is_not_stored_is_not_acknowledged(transactional_db):
    open_facility()
    with Listening(Limits()) as listener, full_disk():
        for rank in range(3):
            with plugged(listener) as plug:
                plug.sendall(mllp.frame(admission(f"M{rank}")))
                assert is_hung_up(plug)
    connections.close_all()
    assert Message.objects.count() == 0


def test_the_listener_survives_a_database_session_cut_under_it(listening):
    with Connection("127.0.0.1", listening.port) as client:
        client.send(admission("M1"))
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
    codes = []
    for _ in range(50):
        with plugged(listening) as plug:
            plug.sendall(mllp.frame(admission("M2")))
            codes = [code_of(answer) for answer in read_answers(plug, 1)]
        if codes:
            break
        time.sleep(0.1)

    assert codes == ["AA"]
    assert Message.objects.filter(control_id="M2").count() == 1


def test_a_taken_port_is_a_refusal_of_ours(listening):
    async def open_again():
        await Server(Intake(asyncio.get_running_loop())).open("127.0.0.1", listening.port)

    with pytest.raises(PortTaken):
        asyncio.run(open_again())


def test_the_listener_survives_mutants(listening):
    chance = random.Random(20260302)
    plain = admission("M1")
    for _ in range(60):
        with plugged(listening) as plug:
            for _ in range(50):
                plug.sendall(_mutant(plain, chance))
            plug.shutdown(socket.SHUT_WR)
            while _received(plug):
                pass

    with Connection("127.0.0.1", listening.port) as client:
        assert client.send(admission("VIVANT")).code == "AA"


def _drip(plug):
    for _ in range(100):
        plug.sendall(b"x")
        time.sleep(0.05)


def _mutant(plain, chance):
    body = bytearray(plain)
    for _ in range(chance.randint(1, 12)):
        place = chance.randrange(len(body))
        match chance.randrange(3):
            case 0:
                body[place] = chance.randrange(256)
            case 1:
                del body[place : place + chance.randrange(40)]
            case _:
                body[place:place] = chance.randbytes(chance.randrange(20))
        body = body or bytearray(b"x")
    return mllp.frame(bytes(body)) if chance.random() < 0.9 else bytes(body)


def _received(plug):
    try:
        return plug.recv(65536)
    except ConnectionError:
        return b""


def hang_up_every_session():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
        )


def sent_until_answered(client, message):
    for _ in range(10):
        with contextlib.suppress(NoAnswer):
            return client.send(message).code
    return "none"


def test_senders_that_come_while_the_database_hangs_up_are_answered_all_the_same(listening):
    """The numbers of closed sessions go to new connections: the loop must not take one for the other."""
    for turn in range(5):
        with contextlib.ExitStack() as stack:
            for rank in range(3):  # the short way is open
                client = stack.enter_context(Connection("127.0.0.1", listening.port, timeout_s=5))
                assert client.send(admission(f"T{turn}M{rank}")).code == "AA"
            hang_up_every_session()
            clients = [stack.enter_context(Connection("127.0.0.1", listening.port, timeout_s=5)) for _ in range(12)]
            for rank, client in enumerate(clients):
                assert sent_until_answered(client, admission(f"T{turn}N{rank}", ipp=f"I{rank}")) == "AA"
