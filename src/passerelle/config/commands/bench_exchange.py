"""The figures of the exchange as a table."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

_NO_BREAK: Final = "\u202f"
_HEADINGS: Final = ("Connexions", "Messages/s", "Accusé p50", "Accusé p99", "Réception seule/s", "Refusés")


def table(figures: Mapping[str, Any]) -> str:
    """Return the figures of `exchange.run_benchmark` and of the parser, in French."""
    runs: Sequence[Mapping[str, Any]] = figures.get("runs") or [figures]
    rows = [_HEADINGS, *(_row(one) for one in runs)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEADINGS))]
    lines = ["  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)) for row in rows]
    lines.insert(1, "  ".join("─" * width for width in widths))
    return "\n".join(
        [
            *lines,
            "",
            "Messages/s : reçus, enregistrés, acquittés, appliqués et cherchables, jusqu’au dernier. Médianes.",
            f"Limites de cette base, mêmes octets : {_number(figures['commit_limit_per_s'])} validations/s à "
            f"{figures['connections']} clients, {_number(figures['copy_limit_per_s'])} lignes/s par COPY.",
            f"Lecture seule, un cœur : {_number(figures['parse_per_s'])} messages/s.",
        ]
    )


def _row(run: Mapping[str, Any]) -> tuple[str, ...]:
    alone = run.get("receive_only_per_s")
    received = "–" if alone is None else f"{_number(alone)} (à {run['receive_only_connections']})"
    return (
        str(run["connections"]),
        _number(run["messages_per_s"]),
        f"{_decimal(run['ack_p50_ms'])} ms",
        f"{_decimal(run['ack_p99_ms'])} ms",
        received,
        str(run["refused"]),
    )


def _number(value: float) -> str:
    return f"{round(value):,}".replace(",", _NO_BREAK)


def _decimal(value: float) -> str:
    return f"{value:.1f}".replace(".", ",")
