"""Erase the bytes of what was settled long ago. The line of the queue stays: the same cause is never sent twice."""

from datetime import datetime

from django.db import connection, transaction

_SLICE = 2000
_READ = """
    SELECT max(id), min(created_at) FROM (
        SELECT id, created_at FROM delivery_item WHERE id > %s ORDER BY id LIMIT %s
    ) AS slice
"""
_ERASE = """
    UPDATE delivery_item SET payload = '', erased_at = %(at)s
    WHERE id > %(after)s AND id <= %(last)s AND erased_at IS NULL
      AND state IN ('delivered', 'cancelled') AND settled_at < %(before)s
    RETURNING id
"""
_ERASE_ANSWERS = "UPDATE delivery_step SET answer = '' WHERE item_id = ANY(%s)"


def erase_old_payloads(*, before: datetime, at: datetime) -> int:
    """Erase what was sent and answered of the items settled before a moment; return how many items.

    What waits, is doubtful, or was refused and awaits a person keeps its bytes whatever its age. One commit a slice.
    """
    erased, after = 0, 0
    while True:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_READ, [after, _SLICE])
            last, oldest_at = cursor.fetchone()
            if last is None or oldest_at >= before:
                return erased
            cursor.execute(_ERASE, {"at": at, "after": after, "last": last, "before": before})
            found = [number for (number,) in cursor.fetchall()]
            cursor.execute(_ERASE_ANSWERS, [found])
        erased, after = erased + len(found), last
