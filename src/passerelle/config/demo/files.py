"""What each establishment writes of a person: its own number, its own trust, sometimes a slip of the pen."""

from dataclasses import dataclass, field
from datetime import date, datetime
from random import Random

from passerelle.config.demo.hospitals import Hospitals
from passerelle.config.demo.people import random_id
from passerelle.config.demo.shapes import LocalFile, Person

STATUSES = ("QUAL", "VALI", "PROV", "RECUP")
STATUS_WEIGHTS = (84, 5, 7, 4)
SLIP_SHARE = 0.3
NUMBERS = 100_000_000
STRIDE = 7_919
RANK_STRIDE = 104_729


@dataclass(slots=True)
class Files:
    """Opens the local files of persons and gives visit numbers; `chunk` keeps numbers apart between workers."""

    random: Random
    hospitals: Hospitals
    chunk: int
    visits: dict[str, int] = field(default_factory=dict)

    def of(self, person: Person, establishment: str, at: datetime) -> LocalFile:
        """Return the file of this person at this establishment, opened now when it is their first time there."""
        found = person.files.get(establishment)
        if found is None:
            found = person.files[establishment] = self._open(person, establishment, at)
        return found

    def next_visit(self, establishment: str, at: datetime) -> str:
        """Return a visit number (NDA) of this establishment: year, chunk, rank."""
        rank = self.visits[establishment] = self.visits.get(establishment, 0) + 1
        return f"{at:%y}{self.chunk:04d}{rank:05d}"

    def _open(self, person: Person, establishment: str, at: datetime) -> LocalFile:
        random = self.random
        (status,) = random.choices(STATUSES, STATUS_WEIGHTS)
        is_qualified = status == "QUAL"
        birth_name, birth_date = person.birth_name, person.birth_date
        if not is_qualified and random.random() < SLIP_SHARE:
            birth_name, birth_date = _slip(birth_name, birth_date, random)
        return LocalFile(
            id=random_id(random),
            # Without a qualified INS nothing proves that it is the same person: another person, until someone decides.
            person_id=person.id if is_qualified else random_id(random),
            establishment=establishment,
            ipp=ipp(person.number, self.hospitals[establishment].rank),
            status=status,
            since=at,
            birth_name=birth_name,
            given_names=person.given_names if is_qualified else person.given_names[:1],
            birth_date=birth_date,
        )


def ipp(number: int, rank: int) -> str:
    """Return the IPP of a person at an establishment: never twice the same there, and telling nothing."""
    return f"{(number * STRIDE + rank * RANK_STRIDE) % NUMBERS:08d}"


def _slip(name: str, born: date, random: Random) -> tuple[str, date]:
    """Return a name with two letters swapped, or a date with day and month swapped."""
    if born.day <= 12 and random.random() < 0.5:
        return name, born.replace(month=born.day, day=min(born.month, 28))
    position = random.randrange(len(name) - 1) if len(name) > 1 else 0
    letters = list(name)
    letters[position : position + 2] = reversed(letters[position : position + 2])
    return "".join(letters), born
