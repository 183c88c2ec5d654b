"""A process that has imported everything once and forks what it is told: a restart costs milliseconds, not seconds.

Each line of its input is an order, `{"role", "build", "arguments"}`; it answers with the number of the new process, or
for a task, once that ended, with its exit code. When its input ends it kills what it started.
"""

import contextlib
import json
import os
import signal
import sys
import traceback
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "passerelle.config.settings")
django.setup()

from passerelle.config import cli_exchange  # noqa: E402, F401 - what a child needs is loaded before it is born
from passerelle.config.cli import main  # noqa: E402
from passerelle.config.commands import deliver  # noqa: E402, F401
from tests.faults import builds, tasks  # noqa: E402


def born(order, log):
    """Fork, and become what is ordered; the parent gets the number of the child."""
    pid = os.fork()
    if pid:
        return pid
    status = 1
    try:
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        written = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        os.dup2(written, 1)
        os.dup2(written, 2)
        become(order)
        status = 0
    except SystemExit as done:
        status = done.code or 0
    except BaseException:  # noqa: BLE001 - told in the log, whatever it is
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(status if isinstance(status, int) else 1)


def become(order):
    if order["role"] == "task":
        getattr(tasks, order["build"])(*order["arguments"])
        return
    builds.BUILDS[order["build"]]()
    main(order["arguments"], prog_name="passerelle")


def bury_the_dead():
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG) != (0, 0):
            pass


def serve(folder):
    children = []
    for line in sys.stdin:
        bury_the_dead()
        order = json.loads(line)
        pid = born(order, folder / f"{order['role']}.log")
        children.append(pid)
        answer = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) if order["role"] == "task" else pid
        sys.stdout.write(f"{answer}\n")
        sys.stdout.flush()
    bury_the_dead()
    for pid in children:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


if __name__ == "__main__":
    serve(Path(sys.argv[1]))
