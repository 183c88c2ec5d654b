"""What a process of the building does; it is born without Django, and starts it before anything else is read."""

from datetime import date

import django
from django.apps import apps
from django.db import connection

if not apps.ready:
    django.setup()

# isort: split
from passerelle.config.demo.chunks import chunk_sizes, draw_chunk
from passerelle.config.demo.hospitals import Hospitals
from passerelle.config.demo.loading import load_chunk
from passerelle.config.demo.truth import read_truth


def use_database(name: str) -> None:
    """Speak to the same database as the parent, whose name may not be that of the settings."""
    connection.settings_dict["NAME"] = name


def draw_and_load(number: int, persons: int, today: date, hospitals: Hospitals) -> int:
    """Draw a chunk and load it; return its number."""
    truth = read_truth(today)
    size = chunk_sizes(persons)[number]
    load_chunk(draw_chunk(number, size, truth=truth, hospitals=hospitals), truth=truth, hospitals=hospitals)
    return number
