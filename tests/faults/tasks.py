"""What a house does once and ends: prepare its database, start its server again."""

from pathlib import Path

from django.core.management import call_command
from django.utils import timezone

from passerelle.care.channels import api as channels
from passerelle.care.exchange.models import Message, State
from passerelle.care.exchange.services.deciding import replay
from passerelle.config import cluster
from passerelle.config.database import ensure_database
from passerelle.core.audit import api as audit
from passerelle.core.directory import api as directory


def prepare():
    ensure_database()
    call_command("migrate", verbosity=0)
    directory.load_directory(at=timezone.now(), demo=True)


def declare(folder):
    by = audit.Actor(account_id=None, name="Essai")
    channels.load_folder(path=Path(folder), by=by, at=timezone.now())


def replay_parked():
    by = audit.Actor(account_id=None, name="Essai")
    for message in Message.objects.filter(state=State.PARKED).order_by("seq"):
        replay(message_id=message.pk, by=by, at=timezone.now(), reason="essai")


def start_database():
    ensure_database()


def stop_database():
    cluster.stop()
