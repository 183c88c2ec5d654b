"""Destinations declared for a test, and messages to send them; every patient is invented."""

from contextlib import contextmanager
from datetime import UTC, datetime
from threading import Thread

import yaml
from django.utils import timezone

from passerelle.care.channels import api as channels
from passerelle.care.delivery import api as delivery
from passerelle.care.delivery.models import Item
from passerelle.core.audit import api as audit

AT = datetime(2026, 3, 2, 9, 15, tzinfo=UTC)
LOADER = audit.Actor(account_id=None, name="Essai")


def mllp_options(port, **options):
    return {"host": "127.0.0.1", "port": port, "timeout_seconds": 0.3, **options}


def destination(code, kind="mllp", options=None, **details):
    """Return the text of a declaration."""
    content = {
        "destination": code,
        "label": f"Application {code}",
        "transport": {"kind": kind, "options": options or {}},
        "sends": ["ADT^*"],
        "retry": {"first_seconds": 0.05, "longest_seconds": 1},
        **details,
    }
    return yaml.safe_dump(content, allow_unicode=True, sort_keys=False)


def declare(folder, *texts):
    """Bring declarations in, as an operator does."""
    folder.mkdir(exist_ok=True)
    for rank, text in enumerate(texts):
        (folder / f"{rank}.yaml").write_text(text)
    channels.load_folder(path=folder, by=LOADER, at=AT)


def message(control_id, *, ipp="1001", trigger="A01"):
    lines = [
        f"MSH|^~\\&|GAM|CHU-X|||20260302101500||ADT^{trigger}^ADT_A01|{control_id}|P|2.5^FRA^2.11",
        "EVN||20260302101500",
        f"PID|1||{ipp}^^^CHU-X&000897406&N^PI||ESSAI^CAMILLE^^^^^L",
    ]
    return ("\r".join(lines) + "\r").encode()


def publish(control_id, *, ipp="1001", trigger="A01", cause=None):
    return delivery.publish(
        message(control_id, ipp=ipp, trigger=trigger),
        code="ADT",
        trigger=trigger,
        key=f"{ipp}|PI|CHU-X",
        establishment="essai",
        cause=cause or control_id,
        at=AT,
    )


def states(destination_code=None):
    rows = Item.objects.order_by("id")
    if destination_code:
        rows = rows.filter(destination=destination_code)
    return list(rows.values_list("control_id", "state"))


def state_of(control_id):
    return Item.objects.get(control_id=control_id).state


@contextmanager
def sending(**options):
    """Run a sender for the time of a block."""
    sender = delivery.Sender(clock=timezone.now, **options)
    thread = Thread(target=sender.run, daemon=True)
    thread.start()
    try:
        yield sender
    finally:
        sender.stop()
        thread.join(20)
        assert not thread.is_alive()
