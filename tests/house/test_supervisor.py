"""The supervisor keeps its children alive and ends them cleanly."""

import os
import signal
import socket
import sys
import time

import pytest

from passerelle.config.supervisor import Child, PortTaken, Supervisor, check_port

SLEEP = [sys.executable, "-c", "import time; time.sleep(60)"]
STUBBORN = [
    sys.executable,
    "-c",
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(1, flush=True); time.sleep(60)",
]


@pytest.fixture
def supervise():
    running = []

    def _supervise(*children, **options):
        supervisor = Supervisor(children, **options)
        running.append(supervisor)
        for child in children:
            child.start()
        return supervisor

    yield _supervise
    for supervisor in running:
        supervisor.stop()


def _turn_until(supervisor, condition, seconds=10.0):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        supervisor.turn()
        if condition():
            return
        time.sleep(0.05)
    pytest.fail("the condition never came true")


def test_a_killed_child_is_started_again(supervise):
    child = Child("dormeur", SLEEP)
    supervisor = supervise(child)
    first = child.process.pid

    os.kill(first, signal.SIGKILL)

    _turn_until(supervisor, lambda: child.restarts == 1 and child.is_running())
    assert child.process.pid != first


def test_a_child_that_keeps_failing_waits_longer_each_time(supervise):
    child = Child("fautif", [sys.executable, "-c", "raise SystemExit(3)"])
    supervisor = supervise(child)

    _turn_until(supervisor, lambda: child.failures >= 2)

    assert child.restart_at - time.monotonic() > 1.0


def test_the_death_of_one_child_leaves_the_others_alone(supervise):
    steady, fragile = Child("stable", SLEEP), Child("fragile", SLEEP)
    supervisor = supervise(steady, fragile)
    before = steady.process.pid

    os.kill(fragile.process.pid, signal.SIGKILL)

    _turn_until(supervisor, lambda: fragile.restarts == 1)
    assert steady.process.pid == before
    assert steady.is_running()


def test_stopping_ends_every_child_even_one_that_refuses(supervise, monkeypatch):
    monkeypatch.setattr("passerelle.config.supervisor._STOP_SECONDS", 1.0)
    children = [Child("docile", SLEEP), Child("têtu", STUBBORN)]
    supervisor = supervise(*children)
    time.sleep(0.5)

    supervisor.stop()

    assert [child.is_running() for child in children] == [False, False]


def test_each_turn_looks_at_what_is_not_a_child(supervise):
    looked = []
    supervisor = supervise(Child("dormeur", SLEEP), watch=lambda: looked.append(1))

    supervisor.turn()
    supervisor.turn()

    assert len(looked) == 2


def test_a_taken_port_is_told_in_plain_words():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        with pytest.raises(PortTaken, match=rf"Le port {port} .* est déjà pris"):
            check_port("127.0.0.1", port, "le serveur de pages")


def test_a_free_port_is_left_free():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]

    check_port("127.0.0.1", port, "l’écoute")

    with socket.socket() as again:
        again.bind(("127.0.0.1", port))
