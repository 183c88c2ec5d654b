"""When people come: days drawn by season and week, hours by kind of stay, nights by law of length."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from math import exp, log
from random import Random

from passerelle.config.demo.shapes import PARIS, StayKind
from passerelle.config.demo.truth import Truth

# Median nights and spread (standard deviation of the logarithm) by kind of stay.
NIGHTS = {
    StayKind.MEDICINE: (4.6, 0.65),
    StayKind.SURGERY: (4.4, 0.50),
    StayKind.MATERNITY: (3.6, 0.30),
    StayKind.BIRTH: (3.6, 0.30),
    StayKind.PAEDIATRICS: (2.4, 0.50),
    StayKind.PSYCHIATRY: (16.0, 0.75),
    StayKind.GERIATRICS: (8.5, 0.50),
    StayKind.REHABILITATION: (22.0, 0.45),
}
LONGEST_NIGHTS = 150
# Some specialties keep patients longer or less long than their kind.
STRETCH = {
    "cardiologie": 0.95, "neurologie": 1.35, "oncologie": 1.3, "pneumologie": 1.2, "reanimation": 1.5,
    "chirurgie-orthopedique": 1.15, "chirurgie-digestive": 1.05, "urologie": 0.75, "neurochirurgie": 1.5,
    "chirurgie-pediatrique": 0.6,
}  # fmt: skip
UNSCHEDULED = frozenset({
    StayKind.EMERGENCY, StayKind.MEDICINE, StayKind.GERIATRICS, StayKind.MATERNITY, StayKind.BIRTH,
    StayKind.PAEDIATRICS, StayKind.PSYCHIATRY,
})  # fmt: skip
SATURDAY = 5
DRAWS = 30


@dataclass(frozen=True, slots=True)
class Calendar:
    truth: Truth

    def arrival(self, kind: StayKind, random: Random) -> datetime:
        """Return a moment, more likely in the busy months and, when scheduled, on a working day."""
        weights = self.truth.seasons["emergency" if kind in UNSCHEDULED else "scheduled"]
        days = (self.truth.last_day - self.truth.first_arrivals).days
        for _ in range(DRAWS):
            day = self.truth.first_arrivals + timedelta(days=random.randrange(days))
            is_closed = kind not in UNSCHEDULED and day.weekday() >= SATURDAY
            if not is_closed and random.random() * 1.2 < weights[day.month - 1]:
                break
        return self.at(day, kind, random)

    def at(self, day: date, kind: StayKind, random: Random) -> datetime:
        """Return a believable moment of arrival on this day."""
        if kind in UNSCHEDULED:
            hour = min(23.9, max(0.0, random.gauss(14.5, 5.0)))
        else:
            hour = min(17.0, max(6.8, random.gauss(8.6, 1.4)))
        return moment(day, hour)


def moment(day: date, hour: float) -> datetime:
    """Return a moment of a day in France; `hour` counts from midnight and may pass 24."""
    minutes = int(hour * 60)
    midnight = datetime.combine(day + timedelta(days=minutes // 1440), time(), PARIS)
    return midnight.replace(hour=minutes // 60 % 24, minute=minutes % 60)


def nights(kind: StayKind, specialty: str, factor: float, random: Random) -> int:
    """Return a number of nights, at least one; `factor` is the planted effect (1 is none).

    The fraction is rounded at random, so that the mean keeps what the factor says.
    """
    median, spread = NIGHTS[kind]
    drawn = exp(random.gauss(log(median * STRETCH.get(specialty, 1.0)), spread))
    scaled = max(1.0, min(drawn, LONGEST_NIGHTS) * factor)
    whole = int(scaled)
    return whole + (random.random() < scaled - whole)
