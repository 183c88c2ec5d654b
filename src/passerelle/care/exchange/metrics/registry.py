"""Figures of the packages above, beside those of the exchange: they enrol in `AppConfig.ready()`."""

from collections.abc import Callable, Iterable

from prometheus_client import Metric

Measure = Callable[[], Iterable[Metric]]
_measures: dict[str, Measure] = {}


def register_metrics(measure: Measure, *, name: str) -> None:
    """Ask `measure` at each reading of `/metrics`; it must cost little. The same name again replaces the former one."""
    _measures[name] = measure


def remove_metrics(name: str) -> None:
    """Forget the figures of that name, if any."""
    _measures.pop(name, None)


def measures() -> list[Measure]:
    """Return those who measure, in the order of names."""
    return [_measures[name] for name in sorted(_measures)]
