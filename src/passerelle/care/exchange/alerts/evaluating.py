"""Each minute: what is wrong now, against the alerts that stand."""

import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db import DatabaseError, transaction

from passerelle.care.exchange.alerts.registry import watches
from passerelle.care.exchange.alerts.watching import findings
from passerelle.care.exchange.models import Alert
from passerelle.care.exchange.rules.alerting import Finding, Standing, Turn, turn

_log = logging.getLogger(__name__)
_Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What a turn changed, and how many alerts are open after it."""

    opened: int
    closed: int
    open: int


@transaction.atomic
def evaluate(*, at: datetime) -> Evaluation:
    """Notice, open, keep and close alerts. Two turns at once wait for each other."""
    found = {(finding.rule, finding.subject): finding for finding in [*findings(at), *_enrolled(at)]}
    standing = _standing(found)
    turns = {key: turn(found.get(key), _told(standing.get(key)), at=at) for key in {*found, *standing}}
    for key, change in turns.items():
        _apply(change, found.get(key), standing.get(key), at)
    changes = list(turns.values())
    return Evaluation(
        opened=sum(change in {Turn.OPEN, Turn.REOPEN} for change in changes) + _opened_at_once(turns, found),
        closed=changes.count(Turn.CLOSE),
        open=Alert.objects.filter(closed_at=None).exclude(opened_at=None).count(),
    )


def _opened_at_once(turns: dict[_Key, Turn], found: dict[_Key, Finding]) -> int:
    return sum(change is Turn.NOTICE and not found[key].hold for key, change in turns.items())


def _enrolled(at: datetime) -> Iterator[Finding]:
    """Ask the packages above; one that fails is left out of this turn, and the others are still watched."""
    for watch in watches():
        try:
            with transaction.atomic():
                yield from list(watch(at))
        except DatabaseError as error:
            _log.warning("a watch of the exchange failed: %s", type(error).__name__)


def _standing(found: Iterable[_Key]) -> dict[_Key, Alert]:
    """Return the last alert of each thing found, and every alert that is alive."""
    rows = list(Alert.objects.select_for_update().filter(closed_at=None).order_by("pk"))
    standing = {(row.rule, row.subject): row for row in rows}
    missing = {key for key in found if key not in standing}
    last = (
        Alert.objects.filter(rule__in={rule for rule, _ in missing}, subject__in={subject for _, subject in missing})
        .exclude(closed_at=None)
        .order_by("rule", "subject", "-closed_at")
        .distinct("rule", "subject")
    )
    for row in last if missing else ():
        if (row.rule, row.subject) in missing:
            standing[row.rule, row.subject] = row
    return standing


def _told(alert: Alert | None) -> Standing | None:
    if alert is None:
        return None
    return Standing(
        noticed_at=alert.noticed_at,
        last_seen_at=alert.last_seen_at,
        is_open=alert.opened_at is not None,
        closed_at=alert.closed_at,
        closed_by_person=bool(alert.closed_by),
        evidence=alert.evidence,
    )


def _apply(change: Turn, finding: Finding | None, alert: Alert | None, at: datetime) -> None:
    if change is Turn.NOTICE and finding is not None:
        Alert.objects.create(
            rule=finding.rule,
            subject=finding.subject,
            noticed_at=at,
            last_seen_at=at,
            opened_at=None if finding.hold else at,
            **_words(finding),
        )
    elif change in {Turn.KEEP, Turn.OPEN, Turn.REOPEN} and finding is not None and alert is not None:
        _refresh(change, finding, alert, at)
    elif change is Turn.FORGET and alert is not None:
        alert.delete()
    elif change is Turn.CLOSE and alert is not None:
        alert.closed_at, alert.closed_because = at, "la cause a disparu"
        alert.save(update_fields=["closed_at", "closed_because"])


def _refresh(change: Turn, finding: Finding, alert: Alert, at: datetime) -> None:
    words = {**_words(finding), "last_seen_at": at}
    if change is Turn.OPEN:
        words["opened_at"] = at
    if change is Turn.REOPEN:
        words |= {"closed_at": None, "closed_because": ""}
    for name, value in words.items():
        setattr(alert, name, value)
    alert.save(update_fields=list(words))


def _words(finding: Finding) -> dict[str, object]:
    return {
        "title": finding.title,
        "todo": finding.todo,
        "link": finding.link,
        "establishment": finding.establishment,
        "evidence": finding.evidence,
        "is_severe": finding.is_severe,
    }
