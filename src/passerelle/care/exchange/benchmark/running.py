import statistics
from collections.abc import Sequence
from typing import Any

from passerelle.care.exchange.benchmark import limits
from passerelle.care.exchange.benchmark.load import Measure, put
from passerelle.care.exchange.benchmark.scratch import ScratchHouse, connection_parameters, scratch_house

_RECEIVERS = 2  # listeners that share the port when nothing else needs the machine (`listen --processes`)
_WARM_UP_S = 1.0
Figures = dict[str, Any]
#: Connections of the whole path, and of receiving alone: an establishment each, then many.
USUAL = ((13, 20), (100, 100))


def run(
    *,
    to: tuple[str, int] | None = None,
    connections: int | None = None,
    seconds: float = 10.0,
    repetitions: int = 3,
    per_patient: int = 1,
) -> Figures:
    """Measure the exchange and the limits of the database in the same run; each figure is a median.

    Without `to`, a scratch house is made. `messages_per_s` counts messages sent, acknowledged and applied, over the
    time until the last of them can be searched; `receive_only_per_s` those acknowledged while nothing applies them.
    With `to`, any listener gets the same load: `messages_per_s` counts acknowledgements, and what happens behind them
    is not seen. Without `connections` the usual numbers are measured: the first is the answer, all are in `runs`.
    """
    wanted = USUAL if connections is None else ((connections, connections),)
    if to is not None:
        runs = [_answers_of(to, whole, seconds, per_patient) for whole, _ in wanted]
        return _told(runs, _limits(connection_parameters(), wanted[0][0], seconds))
    with scratch_house() as house:
        runs = [
            _median([_one(house, pair, seconds, per_patient) for _ in range(max(1, repetitions))]) for pair in wanted
        ]
        return _told(runs, _limits(house.parameters, wanted[0][0], seconds))


def _told(runs: Sequence[Figures], limits_found: Figures) -> Figures:
    told = {**runs[0], **limits_found}
    return told | ({"runs": [*runs]} if len(runs) > 1 else {})


def _one(house: ScratchHouse, pair: tuple[int, int], seconds: float, per_patient: int) -> Figures:
    whole, receiving = pair
    received = _received(house, receiving, seconds, per_patient)
    house.forget_messages()
    with house.listener() as address, house.workers():
        put(address, connections=whole, seconds=_WARM_UP_S, per_patient=per_patient)
        before = house.wait_until_all_are_applied()
        measure = put(address, connections=whole, seconds=seconds, per_patient=per_patient)
        applied, late_s = house.wait_until_all_are_applied(), house.waited_s
    house.check_that_all_is_searchable()
    return {
        **_answers(measure, whole),
        "messages_per_s": round((applied - before) / (measure.seconds + late_s)),
        "acknowledged_per_s": round(measure.per_s),
        "receive_only_per_s": round(received.per_s),
        "receive_only_connections": receiving,
    }


def _received(house: ScratchHouse, connections: int, seconds: float, per_patient: int) -> Measure:
    house.forget_messages()
    with house.listener(processes=_RECEIVERS) as address:
        put(address, connections=connections, seconds=_WARM_UP_S, per_patient=per_patient)
        return put(address, connections=connections, seconds=seconds, per_patient=per_patient)


def _median(found: Sequence[Figures]) -> Figures:
    """Return the median of each figure; those of one run are never mixed with the limits of another."""
    return {name: _middle([one[name] for one in found]) for name in found[0]}


def _middle(values: Sequence[Any]) -> float:
    middle: float = statistics.median(values)
    return round(middle, 2) if isinstance(values[0], float) else round(middle)


def _answers_of(to: tuple[str, int], connections: int, seconds: float, per_patient: int) -> Figures:
    measure = put(to, connections=connections, seconds=seconds, per_patient=per_patient)
    return {**_answers(measure, connections), "messages_per_s": round(measure.per_s), "receive_only_per_s": None}


def _answers(measure: Measure, connections: int) -> Figures:
    return {
        "ack_p50_ms": round(measure.wait_ms(0.50), 2),
        "ack_p99_ms": round(measure.wait_ms(0.99), 2),
        "connections": connections,
        "refused": measure.refused,
    }


def _limits(parameters: dict[str, object], connections: int, seconds: float) -> Figures:
    with limits.scratch_table(parameters):
        return {
            "commit_limit_per_s": round(limits.commits_per_s(parameters, clients=connections, seconds=seconds / 2)),
            "copy_limit_per_s": round(limits.copied_rows_per_s(parameters, seconds=seconds / 2)),
        }
