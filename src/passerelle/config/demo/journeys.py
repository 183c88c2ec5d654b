"""Journeys of invented persons: which stays, where, when, for how long; two stays of a person never overlap."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from passerelle.config.demo.arrivals import UNSCHEDULED, Calendar, moment, nights
from passerelle.config.demo.files import Files
from passerelle.config.demo.hospitals import Hospitals
from passerelle.config.demo.people import People
from passerelle.config.demo.shapes import DAY_KINDS, PARIS, Move, Person, Place, Stay, StayKind
from passerelle.config.demo.truth import Truth

# What brings people of an age to hospital: (upper age, weights by kind).
MIX: tuple[tuple[int, dict[StayKind, float]], ...] = (
    (15, {StayKind.EMERGENCY: 0.54, StayKind.PAEDIATRICS: 0.27, StayKind.SURGERY: 0.06, StayKind.DAY_SURGERY: 0.08,
          StayKind.PSYCHIATRY: 0.05}),
    (65, {StayKind.EMERGENCY: 0.36, StayKind.MEDICINE: 0.17, StayKind.SURGERY: 0.25, StayKind.DAY_SURGERY: 0.10,
          StayKind.DAY_MEDICINE: 0.06, StayKind.PSYCHIATRY: 0.06}),
    (80, {StayKind.EMERGENCY: 0.19, StayKind.MEDICINE: 0.31, StayKind.SURGERY: 0.29, StayKind.DAY_SURGERY: 0.07,
          StayKind.DAY_MEDICINE: 0.07, StayKind.PSYCHIATRY: 0.03, StayKind.GERIATRICS: 0.04}),
    (999, {StayKind.EMERGENCY: 0.18, StayKind.MEDICINE: 0.31, StayKind.SURGERY: 0.17, StayKind.DAY_MEDICINE: 0.04,
           StayKind.GERIATRICS: 0.28, StayKind.PSYCHIATRY: 0.02}),
)  # fmt: skip
SPECIALTIES: dict[StayKind, tuple[str, ...]] = {
    StayKind.EMERGENCY: ("urgences",),
    StayKind.MEDICINE: (
        "medecine-polyvalente", "medecine-interne", "cardiologie", "pneumologie", "gastro-enterologie", "neurologie",
        "nephrologie", "oncologie",
    ),
    StayKind.SURGERY: (
        "chirurgie-orthopedique", "chirurgie-digestive", "urologie", "chirurgie-vasculaire", "neurochirurgie",
    ),
    StayKind.DAY_SURGERY: ("ambulatoire-chirurgie",),
    StayKind.DAY_MEDICINE: ("ambulatoire-medecine",),
    StayKind.MATERNITY: ("maternite",),
    StayKind.BIRTH: ("maternite",),
    StayKind.PAEDIATRICS: ("pediatrie",),
    StayKind.PSYCHIATRY: ("psychiatrie-adulte", "psychiatrie-secteur"),
    StayKind.GERIATRICS: ("geriatrie-aigue",),
    StayKind.REHABILITATION: ("smr-geriatrique", "smr-polyvalent"),
}  # fmt: skip
CHILD_SPECIALTIES: dict[StayKind, tuple[str, ...]] = {
    StayKind.EMERGENCY: ("urgences-pediatriques", "urgences"),
    StayKind.SURGERY: ("chirurgie-pediatrique", "chirurgie-orthopedique", "chirurgie-digestive"),
    StayKind.PSYCHIATRY: ("psychiatrie-enfant",),
}
# The sites of the university hospital share its surgery so.
SITE_WEIGHTS = {"aphm-timone": 1.2, "aphm-nord": 1.0, "aphm-conception": 0.9, "aphm-sainte-marguerite": 1.6}
REFERRAL = "aphm"
ADULT = 15
FERTILE = range(18, 43)
MATERNITY_SHARE = 0.24
REFERRAL_SHARE = 0.13
DEDICATED_SHARE = 0.8
THROUGH_EMERGENCY_SHARE = 0.62
READMISSION_SHARE = 0.12
INTENSIVE_SHARE = 0.06
TRANSFER_SHARE = 0.09
TWIN_BIRTHS = 0.016


@dataclass(slots=True)
class Journeys:
    """Draws the stays of one person after the other; newborns are kept aside, with their own first stay."""

    random: Random
    hospitals: Hospitals
    truth: Truth
    files: Files
    people: People
    newborns: list[Person] = field(default_factory=list)
    births: list[Stay] = field(default_factory=list)
    newborns_left: int = 0

    def of(self, person: Person) -> list[Stay]:
        """Return the stays of a person in order of time, none overlapping another."""
        calendar = Calendar(self.truth)
        planned = [(calendar.arrival(kind, self.random), kind) for kind in self._kinds(person)]
        planned.sort()
        stays: list[Stay] = []
        free_from = self._window_start(person)
        while planned and person.deceased_at is None:
            start, kind = planned.pop(0)
            if start < free_from:
                start = self._after(free_from, kind)
            if not self._is_in_window(start):
                break
            stay = self._stay(person, kind, start)
            if stay is None:
                continue
            stays.append(stay)
            if stay.end is None:
                break
            free_from = stay.end
            planned = sorted([*planned, *self._next_of(stay)])
        return [stay for stay in stays if self._ends_in_window(stay)]

    def _ends_in_window(self, stay: Stay) -> bool:
        return stay.end is None or stay.end >= moment(self.truth.since, 0)

    def _window_start(self, person: Person) -> datetime:
        return moment(max(self.truth.first_arrivals, person.birth_date + timedelta(days=7)), 0)

    def _is_in_window(self, start: datetime) -> bool:
        return start < moment(self.truth.last_day, 0)

    def _after(self, free_from: datetime, kind: StayKind) -> datetime:
        day = free_from.date() + timedelta(days=self.random.randint(1, 9))
        return Calendar(self.truth).at(day, kind, self.random)

    def _kinds(self, person: Person) -> list[StayKind]:
        age = person.age_on(self.truth.today)
        mix = next(weights for upper, weights in MIX if age < upper)
        count = 1 + _poisson(person.frailty * (1.0 if age < 65 else 1.5), self.random)
        kinds = self.random.choices(list(mix), list(mix.values()), k=count)
        if person.sex == "F" and age in FERTILE and self.random.random() < MATERNITY_SHARE:
            kinds.append(StayKind.MATERNITY)
        return kinds

    def _next_of(self, stay: Stay) -> Iterator[tuple[datetime, StayKind]]:
        """Yield what a stay brings: rehabilitation the same day, or a return within thirty days."""
        assert stay.end is not None  # noqa: S101 - only called for stays that ended
        if stay.went_to == "other":
            yield stay.end + timedelta(minutes=50), StayKind.REHABILITATION
        elif stay.kind in {StayKind.MEDICINE, StayKind.GERIATRICS} and self.random.random() < READMISSION_SHARE:
            day = stay.end.date() + timedelta(days=self.random.randint(2, 29))
            yield Calendar(self.truth).at(day, StayKind.MEDICINE, self.random), StayKind.MEDICINE

    def _place(self, person: Person, kind: StayKind) -> Place | None:
        """Return a unit for this kind of stay, near home more often than far."""
        specialties = SPECIALTIES[kind]
        if person.age_on(self.truth.today) < ADULT:
            specialties = CHILD_SPECIALTIES.get(kind, specialties)
        near = list(person.commune.near)
        dedicated = {
            StayKind.PSYCHIATRY: person.commune.psychiatry,
            StayKind.REHABILITATION: person.commune.rehabilitation,
        }.get(kind)
        if dedicated is not None and self.random.random() < DEDICATED_SHARE:
            near.insert(0, dedicated)
        elif self.random.random() < REFERRAL_SHARE:
            near.insert(0, REFERRAL)
        elif len(near) > 1 and self.random.random() < 0.18:
            near.append(near.pop(0))
        for code in [*near, REFERRAL, *self.hospitals]:
            places = [place for place in self.hospitals[code].places if place.specialty in specialties]
            if places:
                weights = [SITE_WEIGHTS.get(place.site, 1.0) for place in places]
                return self.random.choices(places, weights)[0]
        return None

    def _stay(self, person: Person, kind: StayKind, start: datetime) -> Stay | None:
        place = self._place(person, kind)
        if place is None:
            return None
        end = self._end(kind, place, start)
        cutoff = moment(self.truth.last_day, 5)
        ended = end if end < cutoff else None
        stay = Stay(
            number=self.files.next_visit(place.establishment, start),
            kind=kind,
            person=person,
            file=self.files.of(person, place.establishment, start),
            moves=tuple(self._moves(kind, place, start, ended)),
            start=start,
            end=ended,
            doctor=self.hospitals[place.establishment].doctor(place.specialty, self.random),
            came_by="N" if kind is StayKind.BIRTH else "E" if kind in UNSCHEDULED else "R",
            went_to=self._disposition(person, kind) if ended else "",
        )
        if stay.went_to == "dead":
            person.deceased_at = ended
        if kind is StayKind.MATERNITY and ended and self._ends_in_window(stay):
            self._births(person, stay)
        return stay

    def _end(self, kind: StayKind, place: Place, start: datetime) -> datetime:
        if kind is StayKind.EMERGENCY:
            return start + timedelta(hours=min(30.0, self.random.lognormvariate(1.4, 0.6)))
        if kind in DAY_KINDS:
            return moment(start.date(), max(start.hour + 2.0, self.random.gauss(16.5, 1.2)))
        night_count = nights(kind, place.specialty, self._planted_factor(kind, place, start), self.random)
        return moment(start.date() + timedelta(days=night_count), min(18.9, max(8.5, self.random.gauss(12.5, 2.2))))

    def _planted_factor(self, kind: StayKind, place: Place, start: datetime) -> float:
        factor = 1.0
        for project in self.truth.projects.values():
            if kind == project.kind and place.site in project.sites and start.date() >= project.started_on:
                factor *= 1.0 + project.share
        return factor

    def _disposition(self, person: Person, kind: StayKind) -> str:
        age = person.age_on(self.truth.today)
        chance = self.random.random()
        if kind in {StayKind.MEDICINE, StayKind.GERIATRICS} and age >= 75 and chance < 0.05:
            return "dead"
        goes_on = {StayKind.GERIATRICS: 0.33, StayKind.SURGERY: 0.16 if age >= 65 else 0.02, StayKind.MEDICINE: 0.05}
        if chance < goes_on.get(kind, 0.0) + 0.05 and chance >= 0.05:
            return "other"
        return "home"

    def _moves(self, kind: StayKind, place: Place, start: datetime, end: datetime | None) -> Iterator[Move]:
        """Yield the units of a stay, in order: emergency first when it began there, now and then another unit after."""
        last = end or moment(self.truth.last_day, 5)
        here = self.hospitals[place.establishment].places
        same_site = {each.specialty: each for each in here if each.site == place.site}
        emergency = same_site.get("urgences")
        through = kind in {StayKind.MEDICINE, StayKind.GERIATRICS} and self.random.random() < THROUGH_EMERGENCY_SHARE
        if through and emergency is not None and last - start > timedelta(hours=12):
            left = start + timedelta(hours=self.random.uniform(2, 9))
            yield Move(emergency, start, left)
            start = left
        step = self._second_unit(kind, same_site)
        if step is not None and last - start > timedelta(days=3):
            middle = start + (last - start) * self.random.uniform(0.25, 0.6)
            yield Move(step, start, middle)
            start = middle
        yield Move(place, start, end)

    def _second_unit(self, kind: StayKind, same_site: dict[str, Place]) -> Place | None:
        chance = self.random.random()
        if kind in {StayKind.MEDICINE, StayKind.SURGERY} and chance < INTENSIVE_SHARE:
            return same_site.get("reanimation") or same_site.get("soins-intensifs")
        if kind is StayKind.MEDICINE and chance < INTENSIVE_SHARE + TRANSFER_SHARE:
            return same_site.get("uhcd")
        return None

    def _births(self, mother: Person, stay: Stay) -> None:
        """Add the child, sometimes two, of a stay at the maternity, while the territory still has room for them."""
        count = min(2 if self.random.random() < TWIN_BIRTHS else 1, self.newborns_left)
        born_on = stay.start.astimezone(PARIS).date()
        family = mother.used_name if self.random.random() < 0.7 else mother.birth_name
        for _ in range(count):
            child = self.people.newborn(mother, born_on, family=family)
            self.newborns_left -= 1
            self.newborns.append(child)
            start = stay.start + timedelta(hours=self.random.uniform(2, 14))
            if stay.end is None or start >= stay.end:
                start = stay.start
            self.births.append(
                Stay(
                    number=self.files.next_visit(stay.place.establishment, start),
                    kind=StayKind.BIRTH,
                    person=child,
                    file=self.files.of(child, stay.place.establishment, start),
                    moves=(Move(stay.place, start, stay.end),),
                    start=start,
                    end=stay.end,
                    doctor=stay.doctor,
                    came_by="N",
                    went_to="home",
                )
            )


def _poisson(mean: float, random: Random) -> int:
    """Return a Poisson draw, by counting exponential waits."""
    count, elapsed = 0, random.expovariate(1.0)
    while elapsed < mean:
        count += 1
        elapsed += random.expovariate(1.0)
    return count
