"""The last simulated day, as the messages that the establishments' applications would send."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from random import Random

from passerelle.config.demo.admission import takes
from passerelle.config.demo.arrivals import moment
from passerelle.config.demo.chunks import CHUNK_PERSONS, chunk_sizes, draw_chunk
from passerelle.config.demo.clinic import discharge_letter, draw_results, lab_report
from passerelle.config.demo.files import Files, ipp
from passerelle.config.demo.people import People, fictitious_ins
from passerelle.config.demo.personas import UNIVERSITY, patient_persona
from passerelle.config.demo.scribe import Scribe, Told, ins_identifier
from passerelle.config.demo.shapes import Hospital, Move, Person, Place, Stay, StayKind
from passerelle.config.demo.territory import Territory
from passerelle.protocols import pamfr

# How many patients live each story on that day.
EMERGENCIES, ADMISSIONS, GOING_HOME, DAY_CASES, PREADMISSIONS, UPDATES = 60, 36, 20, 22, 10, 14
CANCELLED_ARRIVALS, CANCELLED_TRANSFERS, CANCELLED_DISCHARGES, CORRECTIONS, MERGES, NEW_INS = 4, 3, 3, 3, 2, 2
NEW_PATIENT_SHARE = 0.35
WARD_KINDS = frozenset({"medecine", "chirurgie", "geriatrie", "smr", "psychiatrie"})
STAYED = frozenset({StayKind.MEDICINE, StayKind.SURGERY, StayKind.GERIATRICS, StayKind.PAEDIATRICS})
CHUNKS_READ = 8
MESSAGES_CHUNK = 9_999


def last_day_messages(territory: Territory) -> list[bytes]:
    """Return the messages of the last simulated day in the order they would come; always the same ones.

    They tell of new and known patients: admissions, transfers, discharges, cancellations, results, letters, identities.
    """
    day = _Day(territory)
    told = sorted(day.told(), key=lambda each: each.event.recorded_at)
    return [
        pamfr.write(
            each.event,
            pamfr.Envelope(
                sending_application=each.application,
                sending_facility=each.hospital.facility,
                receiving_application="PASSERELLE",
                receiving_facility="GHT",
                control_id=f"{territory.truth.last_day:%y%m%d}{rank:06d}",
                processing_id="T",
            ),
        )
        for rank, each in enumerate(told, start=1)
    ]


@dataclass(slots=True)
class _Day:
    """Draws the stories of the day; each returns the scribe that told it."""

    territory: Territory
    random: Random = field(init=False)
    people: People = field(init=False)
    files: Files = field(init=False)
    known: list[tuple[Person, str]] = field(init=False)
    present: list[Stay] = field(init=False)
    cast: Person | None = field(init=False)

    def __post_init__(self) -> None:
        truth, hospitals = self.territory.truth, self.territory.hospitals
        self.random = Random(f"{truth.seed}/{truth.today}/last day")  # noqa: S311 - a simulation, not a secret
        beyond = len(chunk_sizes(self.territory.persons)) * CHUNK_PERSONS
        self.people = People(self.random, truth.today, first_number=beyond)
        self.files = Files(self.random, hospitals, MESSAGES_CHUNK)
        self.cast = patient_persona(self.territory.persons, truth=truth, hospitals=hospitals)
        self.known, self.present = _patients(self.territory, self.cast)
        self.random.shuffle(self.known)
        self.random.shuffle(self.present)

    def told(self) -> Iterator[Told]:
        """Yield all that is told, story after story."""
        stories: list[tuple[Callable[[], Scribe], int]] = [
            (self._emergency, EMERGENCIES),
            (self._admission, ADMISSIONS),
            (self._going_home, min(GOING_HOME, len(self.present))),
            (self._day_case, DAY_CASES),
            (self._preadmission, PREADMISSIONS),
            (self._update, UPDATES),
            (self._cancelled_arrival, CANCELLED_ARRIVALS),
            (self._cancelled_transfer, CANCELLED_TRANSFERS),
            (self._cancelled_discharge, CANCELLED_DISCHARGES),
            (self._correction, CORRECTIONS),
            (self._merge, MERGES),
            (self._new_ins, NEW_INS),
        ]
        if self.cast is not None:
            yield from self._visit_of_the_cast(self.cast).told
        for hospital in self.territory.hospitals.values():
            yield from self._first_of_the_day(hospital).told
        for story, count in stories:
            for _ in range(count):
                yield from story().told

    def _visit_of_the_cast(self, person: Person) -> Scribe:
        """Bring the patient of the cast to the university hospital for a blood test: their record grows today."""
        hospital = self.territory.hospitals[UNIVERSITY]
        place = _wards(hospital, "ambulatoire-medecine")[0]
        at = moment(self.territory.truth.last_day, 9.25)
        number = self.files.next_visit(hospital.code, at)
        doctor = hospital.doctor(place.specialty, self.random)
        scribe = Scribe(person, self.files.of(person, hospital.code, at), hospital, doctor, number, patient_class="O")
        scribe.arrive("A04", at, place)
        self._results(scribe, at, place, StayKind.DAY_MEDICINE)
        scribe.leave(moment(self.territory.truth.last_day, 16.5))
        return scribe

    def _first_of_the_day(self, hospital: Hospital) -> Scribe:
        """Admit someone new, so that no establishment is silent that day."""
        person = self.people.draw()
        while not (places := self._wards_for(person, hospital, "")):
            person = self.people.draw()
        place = self.random.choice(places)
        at = moment(self.territory.truth.last_day, self.random.uniform(7, 8))
        file, number = self.files.of(person, hospital.code, at), self.files.next_visit(hospital.code, at)
        scribe = Scribe(person, file, hospital, hospital.doctor(place.specialty, self.random), number)
        scribe.identity("A28", at - timedelta(minutes=10))
        scribe.arrive("A01", at, place)
        return scribe

    def _emergency(self) -> Scribe:
        scribe, at, place = self._arrived("urgences", "A04", patient_class="E", admission_type="E")
        if self.random.random() < 0.45:
            self._results(scribe, at, place, StayKind.EMERGENCY)
        scribe.leave(at + timedelta(hours=self.random.uniform(2.5, 6)))
        return scribe

    def _admission(self) -> Scribe:
        scribe, at, place = self._arrived("", "A01")
        if self.random.random() < 0.7:
            self._results(scribe, at, place, StayKind.MEDICINE)
        if self.random.random() < 0.5:
            scribe.transfer(at + timedelta(hours=3.5), self._other_unit(scribe, place))
        return scribe

    def _going_home(self) -> Scribe:
        """Discharge, with a letter, someone who was there when the day began: their arrival came with the bulk."""
        stay = self.present.pop()
        scribe = Scribe(
            stay.person, stay.file, self.territory.hospitals[stay.file.establishment], stay.doctor, stay.number
        )
        scribe.admitted_at, scribe.place, scribe.movements = stay.start, stay.place, len(stay.moves)
        left = moment(self.territory.truth.last_day, self.random.uniform(10, 16))
        scribe.leave(left)
        over = self._stay(scribe, stay.place, stay.kind, stay.start, left)
        letter = discharge_letter(over, [], self.territory.hospitals, self.random)
        scribe.send_letter(left + timedelta(minutes=20), letter)
        return scribe

    def _day_case(self) -> Scribe:
        scribe, at, place = self._arrived("ambulatoire-chirurgie", "A01", patient_class="O", earliest=6.8, latest=9)
        left = at + timedelta(hours=self.random.uniform(5, 8))
        scribe.leave(left)
        stay = self._stay(scribe, place, StayKind.DAY_SURGERY, at, left)
        letter = discharge_letter(stay, [], self.territory.hospitals, self.random)
        scribe.send_letter(left + timedelta(minutes=30), letter)
        return scribe

    def _preadmission(self) -> Scribe:
        scribe, at, place = self._someone("chirurgie-orthopedique")
        scribe.expect(at, at + timedelta(days=self.random.randint(3, 20)), place)
        return scribe

    def _update(self) -> Scribe:
        scribe, at, _ = self._someone("")
        scribe.person = replace(scribe.person, street="1 RUE DU DEMENAGEMENT", phone="0639980000")
        scribe.identity("A31", at)
        return scribe

    def _cancelled_arrival(self) -> Scribe:
        scribe, at, place = self._arrived("", "A01")
        scribe.cancel("A11", at + timedelta(minutes=35), place)
        return scribe

    def _cancelled_transfer(self) -> Scribe:
        scribe, at, place = self._arrived("", "A01")
        scribe.transfer(at + timedelta(hours=2), self._other_unit(scribe, place))
        scribe.cancel("A12", at + timedelta(hours=2.4), place)
        return scribe

    def _cancelled_discharge(self) -> Scribe:
        scribe, at, place = self._arrived("urgences", "A04", patient_class="E", admission_type="E", latest=14)
        scribe.leave(at + timedelta(hours=3))
        scribe.cancel("A13", at + timedelta(hours=3.2), place)
        scribe.leave(at + timedelta(hours=5))
        return scribe

    def _correction(self) -> Scribe:
        scribe, at, _ = self._arrived("", "A01")
        scribe.correct(at + timedelta(hours=1), start=at - timedelta(minutes=40))
        return scribe

    def _merge(self) -> Scribe:
        """Open a file in a hurry for someone already known there, then merge it into the one they had."""
        scribe, at, _ = self._someone("urgences", new=False)
        survivor = scribe.file
        hurried = ipp(self.people.first_number + CHUNK_PERSONS + self.people.taken, scribe.hospital.rank)
        self.people.taken += 1
        scribe.file = replace(survivor, ipp=hurried, status="PROV", given_names=survivor.given_names[:1])
        scribe.identity("A28", at)
        scribe.file = survivor
        scribe.identity("A40", at + timedelta(hours=1.5), prior=(scribe.ipp(hurried),))
        return scribe

    def _new_ins(self) -> Scribe:
        """Someone whose national number changes, as it does after a change of sex at the register."""
        scribe, at, _ = self._someone("urgences", new=True)
        scribe.file = replace(scribe.file, status="QUAL")
        scribe.identity("A28", at)
        former = scribe.person
        sex = "M" if former.sex == "F" else "F"
        number = fictitious_ins(sex, former.birth_date, former.birth_place, former.number)
        scribe.person = replace(former, sex=sex, ins=number)
        scribe.identity("A47", at + timedelta(hours=2), prior=(ins_identifier(former.ins),))
        return scribe

    def _arrived(
        self,
        specialty: str,
        trigger: str,
        patient_class: str = "I",
        admission_type: str = "R",
        earliest: float = 6.5,
        latest: float = 15.5,
    ) -> tuple[Scribe, datetime, Place]:
        scribe, at, place = self._someone(specialty, earliest=earliest, latest=latest)
        scribe.patient_class, scribe.admission_type = patient_class, admission_type
        scribe.arrive(trigger, at, place)
        return scribe, at, place

    def _someone(
        self, specialty: str, *, new: bool | None = None, earliest: float = 6.5, latest: float = 15.5
    ) -> tuple[Scribe, datetime, Place]:
        """Return a scribe for a patient of an establishment that has such a unit; a new one is told first."""
        at = moment(self.territory.truth.last_day, self.random.uniform(earliest, latest))
        is_new = self.random.random() < NEW_PATIENT_SHARE if new is None else new
        person, hospital, place = self._newcomer(specialty) if is_new else self._known(specialty)
        scribe = Scribe(
            person=person,
            file=self.files.of(person, hospital.code, at),
            hospital=hospital,
            doctor=hospital.doctor(place.specialty, self.random),
            number=self.files.next_visit(hospital.code, at),
        )
        if is_new and new is None:
            scribe.identity("A28", at - timedelta(minutes=10))
        return scribe, at, place

    def _newcomer(self, specialty: str) -> tuple[Person, Hospital, Place]:
        person = self.people.draw()
        hospitals = list(self.territory.hospitals.values())
        while True:
            hospital = self.random.choice(hospitals)
            places = self._wards_for(person, hospital, specialty)
            if places:
                return person, hospital, self.random.choice(places)

    def _known(self, specialty: str) -> tuple[Person, Hospital, Place]:
        """Take a known patient, once only, from an establishment that has such a unit."""
        for index, (person, code) in enumerate(self.known):
            places = self._wards_for(person, self.territory.hospitals[code], specialty)
            if places:
                del self.known[index]
                return person, self.territory.hospitals[code], self.random.choice(places)
        return self._newcomer(specialty)

    def _wards_for(self, person: Person, hospital: Hospital, specialty: str) -> list[Place]:
        age = person.age_on(self.territory.truth.today)
        return [place for place in _wards(hospital, specialty) if takes(place.specialty, age, person.sex)]

    def _other_unit(self, scribe: Scribe, place: Place) -> Place:
        others = [each for each in self._wards_for(scribe.person, scribe.hospital, "") if each != place]
        return self.random.choice(others) if others else place

    def _results(self, scribe: Scribe, at: datetime, place: Place, kind: StayKind) -> None:
        stay = self._stay(scribe, place, kind, at, None)
        results = draw_results(stay, self.random)
        paper = lab_report(stay, results, self.territory.hospitals, self.random)
        scribe.send_results(paper.at, results, paper)

    def _stay(self, scribe: Scribe, place: Place, kind: StayKind, start: datetime, end: datetime | None) -> Stay:
        return Stay(
            number=scribe.number,
            kind=kind,
            person=scribe.person,
            file=scribe.file,
            moves=(Move(place, start, end),),
            start=start,
            end=end,
            doctor=scribe.doctor,
            came_by=scribe.admission_type,
            went_to="home" if end else "",
        )


def _wards(hospital: Hospital, specialty: str) -> list[Place]:
    """Return the units of a specialty, or the ordinary wards when none is named."""
    if specialty:
        return [place for place in hospital.places if place.specialty == specialty]
    return [place for place in hospital.places if place.kind in WARD_KINDS]


def _patients(territory: Territory, cast: Person | None) -> tuple[list[tuple[Person, str]], list[Stay]]:
    """Return patients of the first chunks: those at home, each with a place that knows them, and stays that go on."""
    at_home: list[tuple[Person, str]] = []
    going_on: list[Stay] = []
    for number, size in list(enumerate(chunk_sizes(territory.persons)))[:CHUNKS_READ]:
        chunk = draw_chunk(number, size, truth=territory.truth, hospitals=territory.hospitals)
        open_stays = {stay.person.number: stay for stay in chunk.stays if stay.end is None}
        going_on += [stay for stay in open_stays.values() if stay.kind in STAYED]
        at_home += [
            (person, next(iter(person.files)))
            for person in chunk.persons
            if person.files and person.deceased_at is None and person.number not in open_stays and not _is(person, cast)
        ]
    return at_home, going_on


def _is(person: Person, other: Person | None) -> bool:
    return other is not None and person.number == other.number
