"""The territory in chunks of persons: each is drawn alone from its own seed, so workers and reruns agree."""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from passerelle.config.demo.files import Files
from passerelle.config.demo.hospitals import Hospitals
from passerelle.config.demo.journeys import Journeys
from passerelle.config.demo.people import People
from passerelle.config.demo.shapes import Person, Stay
from passerelle.config.demo.truth import Truth

CHUNK_PERSONS = 500
NEWBORN_SHARE = 0.03


@dataclass(frozen=True, slots=True)
class Chunk:
    number: int
    persons: list[Person]
    stays: list[Stay]


def chunk_sizes(persons: int) -> list[int]:
    """Return how many persons each chunk holds."""
    whole, rest = divmod(persons, CHUNK_PERSONS)
    return [CHUNK_PERSONS] * whole + ([rest] if rest else [])


def draw_chunk(number: int, size: int, *, truth: Truth, hospitals: Hospitals) -> Chunk:
    """Return the persons and stays of one chunk: the same arguments give the same chunk, in any process."""
    random = Random(f"{truth.seed}/{truth.today}/{number}")  # noqa: S311 - a simulation, not a secret
    people = People(random, truth.today, first_number=number * CHUNK_PERSONS)
    files = Files(random, hospitals, number)
    journeys = Journeys(random, hospitals, truth, files, people)
    quota = int(size * NEWBORN_SHARE)
    stays: list[Stay] = []
    persons: list[Person] = []
    while (free := size - len(persons) - len(journeys.newborns)) > 0:
        journeys.newborns_left = min(free - 1, quota - len(journeys.newborns))
        person = people.draw()
        persons.append(person)
        stays += _at_least_one(journeys, person)
    return Chunk(number, [*persons, *journeys.newborns], [*stays, *journeys.births])


def _at_least_one(journeys: Journeys, person: Person) -> list[Stay]:
    """Return the stays of a person; someone never seen in hospital is drawn again a few times."""
    for _ in range(5):
        stays = journeys.of(person)
        if stays:
            return stays
    return []


def every_stay(persons: int, *, truth: Truth, hospitals: Hospitals) -> Iterator[Stay]:
    """Yield the stays of the whole territory, chunk after chunk."""
    for number, size in enumerate(chunk_sizes(persons)):
        yield from draw_chunk(number, size, truth=truth, hospitals=hospitals).stays
