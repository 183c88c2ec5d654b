from datetime import UTC, date, datetime
from functools import cache

import pytest

from passerelle.config.demo.chunks import Chunk, chunk_sizes, draw_chunk
from passerelle.config.demo.hospitals import Hospitals, read_hospitals
from passerelle.config.demo.territory import Territory
from passerelle.config.demo.truth import read_truth
from passerelle.core.directory import api as directory

TODAY = date(2026, 3, 15)
AT = datetime(2026, 3, 15, 8, 0, tzinfo=UTC)
PERSONS = 20_000

_hospitals: Hospitals = {}


@pytest.fixture
def hospitals(db) -> Hospitals:
    directory.load_directory(at=AT, demo=True)
    _hospitals.update(_hospitals or read_hospitals())
    return _hospitals


@pytest.fixture
def territory(hospitals: Hospitals) -> Territory:
    return Territory(2_000, TODAY, read_truth(TODAY), hospitals)


@cache
def _chunks() -> list[Chunk]:
    truth = read_truth(TODAY)
    return [
        draw_chunk(number, size, truth=truth, hospitals=_hospitals) for number, size in enumerate(chunk_sizes(PERSONS))
    ]


@pytest.fixture
def chunks(hospitals: Hospitals) -> list[Chunk]:
    """The whole territory of 20,000 persons, drawn once a run."""
    return _chunks()
