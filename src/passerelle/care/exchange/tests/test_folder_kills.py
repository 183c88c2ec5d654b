"""The watcher as a process, killed at random while files are dropped: nothing is lost, nothing is taken twice."""

import os
import random
import subprocess
import sys
import time
from collections import Counter

import pytest
from django.db import connection

from passerelle.care.channels import api as channels
from passerelle.care.exchange.models import Message
from passerelle.care.exchange.tests.declaring import FOLDER, declare
from passerelle.care.exchange.tests.samples import admission, open_facility

KILLS, FILES, IN_A_FILE = 4, 120, 5


class Doors:
    """The command `doors` on the database of the test."""

    def __init__(self, root):
        self._environment = {
            **os.environ,
            "PASSERELLE_DB_NAME": str(connection.settings_dict["NAME"]),
            "PASSERELLE_LOG_LEVEL": "ERROR",
        }
        self._command = [sys.executable, "-m", "passerelle", "doors", "--root", str(root)]
        self.process = None

    def start(self):
        self.process = subprocess.Popen(self._command, env=self._environment, stdout=subprocess.PIPE, text=True)
        assert "Dossiers surveillés" in self.process.stdout.readline()

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()


@pytest.mark.slow  # each start of the command costs seconds; `test_folder` stops the watcher at each step instead
@pytest.mark.django_db(transaction=True)
@pytest.mark.timeout(300)
def test_a_watcher_killed_at_random_loses_nothing_and_takes_nothing_twice(tmp_path) -> None:
    open_facility()
    channels.forget()
    declare(tmp_path, FOLDER.replace("settle_seconds: 1", "settle_seconds: 0.1"))
    inbox = tmp_path / "depot"
    inbox.mkdir()
    chance = random.Random(11)
    for rank in range(FILES):
        messages = b"".join(admission(f"F{rank}M{n}", ipp=str(1000 + rank)) for n in range(IN_A_FILE))
        (inbox / f"{rank:03d}.hl7").write_bytes(messages)
    doors = Doors(tmp_path)
    killed_midway = 0
    for _ in range(KILLS):
        doors.start()
        time.sleep(chance.uniform(0.15, 0.7))
        doors.kill()
        killed_midway += any(inbox.glob("*.hl7"))
    doors.start()
    deadline = time.monotonic() + 60
    while (any(inbox.glob("*.hl7")) or any((inbox / ".taking").iterdir())) and time.monotonic() < deadline:
        time.sleep(0.1)
    doors.kill()

    taken = Counter(Message.objects.filter(accepted=True).values_list("control_id", flat=True))
    assert len(taken) == FILES * IN_A_FILE
    assert set(taken.values()) == {1}
    assert Message.objects.count() == FILES * IN_A_FILE
    assert len(list((inbox / "done").iterdir())) == FILES
    assert killed_midway > 0
    channels.forget()
