"""The declared truth of the demonstration: what is planted, since when, and the seasons."""

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import yaml

WARM_UP_DAYS = 120
TRUTH_FILE = Path(__file__).with_name("truth.yaml")


@dataclass(frozen=True, slots=True)
class PlantedProject:
    code: str
    title: str
    sites: frozenset[str]
    started_on: date
    kind: str
    """The kind of stay it is about (`StayKind`)."""
    share: float
    """Relative change of the nights after the start: -0.18 takes 18 % away, 0 changes nothing."""


@dataclass(frozen=True, slots=True)
class Truth:
    seed: str
    since: date
    today: date
    projects: dict[str, PlantedProject]
    control_sites: frozenset[str]
    seasons: dict[str, tuple[float, ...]]
    look_alikes: int
    look_alikes_decided: int

    @property
    def first_arrivals(self) -> date:
        """When arrivals begin: before the window, so that its first month holds long stays that end in it too."""
        return self.since - timedelta(days=WARM_UP_DAYS)

    @property
    def last_day(self) -> date:
        """The day sent as messages: the one before `today`, so that nothing is dated in the future."""
        return self.today - timedelta(days=1)


def read_truth(today: date, path: Path = TRUTH_FILE) -> Truth:
    """Return what is planted in the 36 months before `today`."""
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    return Truth(
        seed=content["seed"],
        since=months_before(today, content["months"]),
        today=today,
        projects={
            code: PlantedProject(
                code=code,
                title=project["title"],
                sites=frozenset(project["sites"]),
                started_on=months_before(today, project["started_months_ago"]),
                kind=project["effect"]["kind"],
                share=project["effect"]["share"],
            )
            for code, project in content["projects"].items()
        },
        control_sites=frozenset(content["controls"]["sites"]),
        seasons={name: tuple(weights) for name, weights in content["seasons"].items()},
        look_alikes=content["look_alikes"]["planted"],
        look_alikes_decided=content["look_alikes"]["decided"],
    )


def months_before(day: date, months: int) -> date:
    """Return the first day of the month, so many months before that of `day`."""
    index = day.year * 12 + day.month - 1 - months
    return date(index // 12, index % 12 + 1, 1)
