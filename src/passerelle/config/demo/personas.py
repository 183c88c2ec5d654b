"""Which invented person the patient of the cast is: someone whose record shows the house at work."""

from passerelle.config.demo.chunks import chunk_sizes, draw_chunk
from passerelle.config.demo.hospitals import Hospitals
from passerelle.config.demo.loading import rows_of
from passerelle.config.demo.shapes import Person, Stay, StayKind
from passerelle.config.demo.truth import Truth

UNIVERSITY = "aphm"
# The doctor of the cast who must find this record closed works there.
CLOSED_TO = "aubagne"
DISCREET = frozenset({StayKind.PSYCHIATRY, StayKind.MATERNITY, StayKind.BIRTH})
AGES = range(30, 76)
STAYS, DOCUMENTS, RESULTS = range(4, 9), 3, 5


def patient_persona(persons: int, *, truth: Truth, hospitals: Hospitals) -> Person | None:
    """Return the first woman with several stays, at the university hospital and elsewhere, and papers; or None."""
    for number, size in enumerate(chunk_sizes(persons)):
        chunk = draw_chunk(number, size, truth=truth, hospitals=hospitals)
        stays: dict[int, list[Stay]] = {}
        for stay in chunk.stays:
            stays.setdefault(stay.person.number, []).append(stay)
        likely = [person for person in chunk.persons if _suits(person, stays.get(person.number, []), truth)]
        if not likely:
            continue
        written = rows_of(chunk, seed=truth.seed, hospitals=hospitals).resources
        for person in likely:
            files = {file.id for file in person.files.values()}
            counted = {
                kind: sum(row.local_identity_id in files for row in written.get(kind, ()))
                for kind in ("DocumentReference", "Observation")
            }
            if counted["DocumentReference"] >= DOCUMENTS and counted["Observation"] >= RESULTS:
                return person
    return None


def shown_name(person: Person) -> str:
    """Return the name as one is called: first given name, name in use."""
    return f"{person.given_names[0]} {person.used_name}".title()


def _suits(person: Person, stays: list[Stay], truth: Truth) -> bool:
    places = {stay.file.establishment for stay in stays}
    kinds = {stay.kind for stay in stays}
    return (
        person.sex == "F"
        and person.age_on(truth.today) in AGES
        and len(stays) in STAYS
        and UNIVERSITY in places
        and len(places) >= 2
        and CLOSED_TO not in places
        and StayKind.SURGERY in kinds
        and not kinds & DISCREET
        and person.deceased_at is None
        and all(file.status == "QUAL" for file in person.files.values())
        and all(stay.end is not None for stay in stays)
    )
