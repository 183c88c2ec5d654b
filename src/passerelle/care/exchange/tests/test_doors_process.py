"""The process of the folders and of the SFTP drop, started and stopped for real."""

import os
import signal
import subprocess
import sys
import time

import pytest
from django.db import connection


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
