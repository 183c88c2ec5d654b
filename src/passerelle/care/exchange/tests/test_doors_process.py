"""The process of the folders and of the SFTP drop, started and stopped for real."""

import os
import signal
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path

import pytest
from django.db import connection

from passerelle.care.exchange.client import Connection, NoAnswer
from passerelle.care.exchange.tests.samples import admission, open_facility


@pytest.mark.django_db(transaction=True)
def test_the_doors_close_without_a_complaint(tmp_path):
    environment = {**os.environ, "PASSERELLE_DB_NAME": connection.settings_dict["NAME"], "PASSERELLE_DEMO": "1"}
    command = [sys.executable, "-m", "passerelle", "doors", "--root", str(tmp_path), "--sftp-port", "0"]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        assert "SFTP sur 127.0.0.1" in process.stdout.readline()
        time.sleep(0.5)  # a turn of the folders has used the database in its thread
        process.send_signal(signal.SIGTERM)
        _, complaints = process.communicate(timeout=30)
    finally:
        process.kill()

    assert complaints == ""
    assert process.returncode == 0


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("command", [["work"], ["listen", "--port", "0"]])
def test_a_process_of_the_exchange_ends_without_a_complaint(command):
    environment = {**os.environ, "PASSERELLE_DB_NAME": connection.settings_dict["NAME"], "PASSERELLE_DEMO": "1"}
    process = subprocess.Popen(
        [sys.executable, "-m", "passerelle", *command], env=environment, stderr=subprocess.PIPE, text=True
    )
    try:
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(timeout=6)  # it is at work
        process.send_signal(signal.SIGTERM)
        _, complaints = process.communicate(timeout=30)
    finally:
        process.kill()

    assert complaints == ""


@pytest.mark.django_db(transaction=True)
def test_two_processes_share_a_port_and_one_goes_on_when_the_other_is_killed():
    open_facility()
    environment = {**os.environ, "PASSERELLE_DB_NAME": connection.settings_dict["NAME"], "PASSERELLE_DEMO": "1"}
    command = [sys.executable, "-m", "passerelle", "listen", "--port", "0", "--processes", "2"]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    stack = ExitStack()
    try:
        opened = {process.stdout.readline() for _ in range(2)}
        (port,) = {int(line.rsplit(":", 1)[1]) for line in opened}
        plugs = [stack.enter_context(Connection("127.0.0.1", port)) for _ in range(24)]
        before = [_is_answered(plug, f"A{rank}") for rank, plug in enumerate(plugs)]
        os.kill(_children_of(process.pid)[0], signal.SIGKILL)
        after = [_is_answered(plug, f"B{rank}") for rank, plug in enumerate(plugs)]
        newcomer = _is_answered(stack.enter_context(Connection("127.0.0.1", port)), "C1")
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=30)
    finally:
        stack.close()
        process.kill()

    assert all(before)
    assert 0 < sum(after) < len(plugs)
    assert newcomer


def _is_answered(plug, control_id):
    try:
        return plug.send(admission(control_id)).is_accepted
    except NoAnswer:
        return False


def _children_of(pid):
    return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
