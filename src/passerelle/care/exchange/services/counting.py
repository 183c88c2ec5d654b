"""Count what came, minute by minute, and note where each kind lies: by the ordinary tasks, never on the way in."""

from datetime import datetime, timedelta

from django.db import connection, transaction

from passerelle.care.exchange.models import Flow, FlowMark

SHELF_BITS = 9  # a shelf is 512 ranks
CHUNK = 100_000
_SETTLED_AFTER = timedelta(seconds=45)  # a rank is given, then committed within 20 s (statement_timeout of the intake)
_LONGEST_WRITE = timedelta(seconds=30)  # another door may take longer: whoever writes for that long is waited for,
_LONGEST_WAIT = timedelta(minutes=10)  # within reason

_COUNT = f"""
    WITH new AS MATERIALIZED (
        SELECT seq, received_at, establishment, sending_application AS application, channel, code, trigger, ack_code,
            CASE establishment WHEN '' THEN '' ELSE sending_facility END AS facility,
            CASE WHEN accepted THEN 'accepted' WHEN state = 'conflict' THEN 'conflict' ELSE 'refused' END AS outcome
        FROM exchange_message WHERE seq > %(low)s AND seq <= %(high)s
    ), known AS MATERIALIZED (
        SELECT seq, received_at, establishment, facility, channel, code, trigger, ack_code, outcome,
            CASE establishment WHEN '' THEN '' ELSE application END AS application FROM new
    ), flows AS (
        INSERT INTO exchange_flow AS old
            (minute, establishment, facility, application, channel, ack_code, outcome, count)
        SELECT date_trunc('minute', received_at), establishment, facility, application, channel, ack_code, outcome,
            count(*)
        FROM known GROUP BY 1, 2, 3, 4, 5, 6, 7
        ON CONFLICT (minute, establishment, facility, application, channel, ack_code, outcome)
        DO UPDATE SET count = old.count + excluded.count
    ), totals AS (
        INSERT INTO exchange_sendertotal AS old
            (establishment, facility, application, channel, ack_code, outcome, count, last_at)
        SELECT establishment, facility, application, channel, ack_code, outcome, count(*), max(received_at)
        FROM known GROUP BY 1, 2, 3, 4, 5, 6
        ON CONFLICT (establishment, facility, application, channel, ack_code, outcome)
        DO UPDATE SET count = old.count + excluded.count, last_at = greatest(old.last_at, excluded.last_at)
    ), shelves AS (
        INSERT INTO exchange_shelf AS old (block, establishment, facility, application, channel, code, trigger, count)
        SELECT seq >> {SHELF_BITS}, establishment, facility, application, channel, code, trigger, count(*)
        FROM known GROUP BY 1, 2, 3, 4, 5, 6, 7
        ON CONFLICT (block, establishment, facility, application, channel, code, trigger)
        DO UPDATE SET count = old.count + excluded.count
    )
    SELECT count(*) FROM new
"""  # noqa: S608 - our own number


_SOMEBODY_WRITES = """
    SELECT EXISTS (
        SELECT FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_xid IS NOT NULL
          AND xact_start < clock_timestamp() - make_interval(secs => %s))
"""


def settle_flows(*, at: datetime) -> int:
    """Count every message whose arrival is settled and return how many; ranks seen less than 45 s ago wait.

    A rank is given before its commit, so the last ones may still be hidden: only those that the turn before already
    saw are counted, each exactly once.
    """
    counted, has_more = 0, True
    while has_more:
        new, has_more = _settle_chunk(at)
        counted += new
    return counted


def forget_flows(*, before: datetime) -> int:
    """Forget the counts of the minutes before a moment; the totals of each sender stay. Return how many rows."""
    return Flow.objects.filter(minute__lt=before).delete()[0]


@transaction.atomic
def _settle_chunk(at: datetime) -> tuple[int, bool]:
    mark, is_new = FlowMark.objects.select_for_update().get_or_create(
        pk=1, defaults={"settled_seq": 0, "seen_seq": _last_seq(), "seen_at": at}
    )
    if is_new or at - mark.seen_at < _SETTLED_AFTER:
        return 0, False
    if at - mark.seen_at < _LONGEST_WAIT and _somebody_still_writes():
        return 0, False
    high = min(mark.seen_seq, mark.settled_seq + CHUNK)
    counted = _count(mark.settled_seq, high)
    mark.settled_seq, has_more = high, high < mark.seen_seq
    if not has_more:
        mark.seen_seq, mark.seen_at = _last_seq(), at
    mark.save(update_fields=["settled_seq", "seen_seq", "seen_at"])
    return counted, has_more


def _count(low: int, high: int) -> int:
    if low >= high:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, {"low": low, "high": high})
        return int(cursor.fetchone()[0])


def _somebody_still_writes() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(_SOMEBODY_WRITES, [_LONGEST_WRITE.total_seconds()])
        return bool(cursor.fetchone()[0])


def _last_seq() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(seq), 0) FROM exchange_message")
        return int(cursor.fetchone()[0])
