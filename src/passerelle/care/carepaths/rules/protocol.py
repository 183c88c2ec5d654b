"""A protocol as its file declares it: tasks by day around an anchor. A wrong file is refused where it is wrong."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final

import yaml

_MOST_DAYS: Final = 730
_TASK_KEYS: Final = frozenset(
    {"code", "title", "text", "who", "day", "until", "every", "counts", "questionnaire", "measure"}
)
_KEYS: Final = frozenset(
    {"code", "version", "title", "summary", "network", "anchor", "source", "validated_by", "validated_on", "tasks"}
)


class Who(Enum):
    """Who does a task."""

    PATIENT = "patient"
    TEAM = "team"


class How(Enum):
    """What makes a task done: somebody says so, a questionnaire is finished, a measure came."""

    SAID = "said"
    QUESTIONNAIRE = "questionnaire"
    MEASURE = "measure"


class ProtocolError(ValueError):
    """A protocol that cannot be used; `where` is the file and the task, `why` the reason, in French."""

    def __init__(self, where: str, why: str) -> None:
        super().__init__(f"{where}\u00a0: {why}")
        self.where, self.why = where, why


@dataclass(frozen=True, slots=True)
class Task:
    """One task: to be done from `day` to `until` (both counted from the anchor, both included), each `every` days.

    `counts`: adherence counts it. `questionnaire` is an address of `care.forms`; `measure` a LOINC code.
    """

    code: str
    title: str
    who: Who
    how: How
    day: int
    until: int
    every: int
    counts: bool
    text: str = ""
    questionnaire: str = ""
    measure: str = ""


@dataclass(frozen=True, slots=True)
class Protocol:
    """A version of a protocol. `validated_by` is empty while it is a draft that no network adopted."""

    code: str
    version: str
    title: str
    summary: str
    network: str
    anchor: str
    source: str
    validated_by: str
    validated_on: str
    tasks: tuple[Task, ...]

    @property
    def is_draft(self) -> bool:
        return not self.validated_by

    def task(self, code: str) -> Task | None:
        """Return a task by its code."""
        return next((task for task in self.tasks if task.code == code), None)


def read_protocol(text: str, *, file: str) -> Protocol:
    """Read a protocol.

    Raises:
        ProtocolError: not YAML, a key unknown or missing, a task out of order with itself, a code told twice.
    """
    try:
        told = yaml.safe_load(text)
    except yaml.YAMLError as fault:
        raise ProtocolError(file, f"ce n’est pas du YAML ({fault})") from fault
    if not isinstance(told, dict):
        raise ProtocolError(file, "attend des clés et des valeurs")
    return protocol_of(told, where=file)


def protocol_of(told: Mapping[str, Any], *, where: str) -> Protocol:
    """Read a protocol from its keys, as a file or a stored version tells them.

    Raises:
        ProtocolError: as `read_protocol`.
    """
    _check_keys(told, _KEYS, {"code", "version", "title", "summary", "network", "anchor", "source", "tasks"}, where)
    tasks = tuple(_task(one, f"{where}, tâche {rank}") for rank, one in enumerate(told["tasks"] or (), start=1))
    if not tasks:
        raise ProtocolError(where, "aucune tâche")
    codes = [task.code for task in tasks]
    twice = sorted({code for code in codes if codes.count(code) > 1})
    if twice:
        raise ProtocolError(where, f"la tâche « {twice[0]} » est dite deux fois")
    texts = {key: str(told.get(key) or "").strip() for key in _KEYS - {"tasks"}}
    return Protocol(tasks=tasks, **texts)


def _task(told: Mapping[str, Any], where: str) -> Task:
    _check_keys(told, _TASK_KEYS, {"code", "title", "who", "day"}, where)
    where = f"{where} ({told['code']})"
    day, every = _whole(told, "day", where, default=0), _whole(told, "every", where, default=0)
    until = _whole(told, "until", where, default=day)
    if not day <= until:
        raise ProtocolError(where, f"finit (jour {until}) avant de commencer (jour {day})")
    if every < 0 or (every and until - day < every):
        raise ProtocolError(where, f"« every » ({every}) ne se répète pas entre les jours {day} et {until}")
    if max(abs(day), abs(until)) > _MOST_DAYS:
        raise ProtocolError(where, f"plus de {_MOST_DAYS} jours")
    questionnaire, measure = str(told.get("questionnaire", "")), str(told.get("measure", ""))
    if questionnaire and measure:
        raise ProtocolError(where, "un questionnaire ou une mesure, pas les deux")
    return Task(
        code=str(told["code"]),
        title=str(told["title"]),
        who=_who(told["who"], where),
        how=How.QUESTIONNAIRE if questionnaire else How.MEASURE if measure else How.SAID,
        day=day,
        until=until,
        every=every,
        counts=bool(told.get("counts", False)),
        text=str(told.get("text", "")).strip(),
        questionnaire=questionnaire,
        measure=measure,
    )


def _check_keys(told: Mapping[str, Any], known: frozenset[str], needed: set[str], where: str) -> None:
    unknown = sorted(set(told) - known)
    if unknown:
        raise ProtocolError(where, f"clé inconnue « {unknown[0]} »")
    missing = sorted(key for key in needed if told.get(key) is None or told[key] == "")
    if missing:
        raise ProtocolError(where, f"il manque « {missing[0]} »")


def _whole(told: Mapping[str, Any], key: str, where: str, *, default: int) -> int:
    value = told.get(key, default)
    if not isinstance(value, int) or isinstance(value, bool):
        raise ProtocolError(where, f"« {key} » attend un nombre entier de jours")
    return value


def _who(told: object, where: str) -> Who:
    try:
        return Who(told)
    except ValueError:
        raise ProtocolError(where, "« who » attend patient ou team") from None


def differences(before: Protocol, after: Protocol) -> Sequence[str]:
    """Tell in French what a version changes of the one before: tasks added, taken out, changed."""
    old, new = ({task.code: task for task in one.tasks} for one in (before, after))
    added = [f"Ajoutée\u00a0: {new[code].title}" for code in new if code not in old]
    removed = [f"Retirée\u00a0: {old[code].title}" for code in old if code not in new]
    changed = [f"Modifiée\u00a0: {new[code].title}" for code in new if code in old and new[code] != old[code]]
    return [*added, *removed, *changed]
