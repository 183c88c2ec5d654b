"""What the same database can do at best: the ceilings beside which our figures are read."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg

from passerelle.care.exchange.benchmark.load import admissions

_ROW = next(admissions())
_GROUP = 1000
_TABLE = "exchange_bench_limit"


@contextmanager
def scratch_table(parameters: dict[str, Any]) -> Iterator[None]:
    """Keep a table for the time of the measures; it is the same shape as a message without its indexes."""
    with psycopg.connect(**parameters, autocommit=True) as connection:
        connection.execute(f"DROP TABLE IF EXISTS {_TABLE}")
        connection.execute(f"CREATE TABLE {_TABLE} (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, raw bytea)")
        try:
            yield
        finally:
            connection.execute(f"DROP TABLE IF EXISTS {_TABLE}")


def commits_per_s(parameters: dict[str, Any], *, clients: int, seconds: float) -> float:
    """Return the rate of one insert, one commit, by so many clients at once."""
    counts = [0] * clients
    until = time.perf_counter() + seconds

    def work(place: int) -> None:
        with psycopg.connect(**parameters, autocommit=True) as connection:
            while time.perf_counter() < until:
                connection.execute(f"INSERT INTO {_TABLE} (raw) VALUES (%b)", [_ROW])  # noqa: S608 - our own constant
                counts[place] += 1

    threads = [threading.Thread(target=work, args=(place,)) for place in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts) / seconds


def copied_rows_per_s(parameters: dict[str, Any], *, seconds: float) -> float:
    """Return the rate of COPY, a thousand rows a commit, one client."""
    rows, started = 0, time.perf_counter()
    with psycopg.connect(**parameters) as connection, connection.cursor() as cursor:
        while time.perf_counter() - started < seconds:
            _copy_group(cursor)
            connection.commit()
            rows += _GROUP
    return rows / (time.perf_counter() - started)


def _copy_group(cursor: psycopg.Cursor[Any]) -> None:
    with cursor.copy(f"COPY {_TABLE} (raw) FROM STDIN (FORMAT BINARY)") as copy:
        copy.set_types(["bytea"])
        for _ in range(_GROUP):
            copy.write_row([_ROW])
