from passerelle.care.exchange.benchmark import limits
from passerelle.care.exchange.benchmark.load import Measure, put
from passerelle.care.exchange.benchmark.scratch import ScratchHouse, connection_parameters, scratch_house

_WARM_UP_S = 0.05
Figures = dict[str, float | int | None]


def run(*, to: tuple[str, int] | None = None, connections: int = 13, seconds: float = 10.0) -> Figures:
    """Measure the exchange and the limits of the database in the same run.

    Without `to`, a scratch house is made: `messages_per_s` counts messages received, acknowledged and applied, and
    `receive_only_per_s` those acknowledged while nothing applies them. With `to`, any listener gets the same load:
    `messages_per_s` counts acknowledgements, and what happens behind them is not seen.
    """
    if to is None:
        with scratch_house() as house:
            figures = _whole_path(house, connections, seconds)
            parameters = house.parameters
            return {**figures, **_limits(parameters, connections, seconds)}
    measure = put(to, connections=connections, seconds=seconds)
    figures = {**_answers(measure, connections), "messages_per_s": round(measure.per_s), "receive_only_per_s": None}
    return {**figures, **_limits(connection_parameters(), connections, seconds)}


def _whole_path(house: ScratchHouse, connections: int, seconds: float) -> Figures:
    with house.listener() as address:
        received = put(address, connections=connections, seconds=seconds)
        house.forget_messages()
        with house.worker():
            put(address, connections=1, seconds=_WARM_UP_S)
            before = house.wait_until_one_is_applied()
            measure = put(address, connections=connections, seconds=seconds)
            # What lasts: the messages applied while they came. Acknowledgements alone would only grow a backlog.
            applied = house.applied() - before
    return {
        **_answers(measure, connections),
        "messages_per_s": round(applied / measure.seconds),
        "acknowledged_per_s": round(measure.per_s),
        "receive_only_per_s": round(received.per_s),
    }


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
