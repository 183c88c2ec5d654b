"""Re-computing every chain from the events themselves."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from passerelle.core.audit import rules, seals

_EVENT_COLUMNS = ", ".join(f"e.{name}" for name in rules.FIELDS)
# One statement, hence one snapshot: heads, links and events are seen at the same moment while others record.
_EVERYTHING = f"""
    SELECT h.shard, h.sequence, h.hash, l.shard, l.sequence, l.hash, l.event_id, e.id, e.digest, {_EVENT_COLUMNS}
    FROM audit_head h
    FULL JOIN audit_link l ON l.shard = h.shard
    FULL JOIN audit_event e ON e.id = l.event_id
    ORDER BY COALESCE(l.shard, h.shard) NULLS LAST, l.sequence NULLS FIRST, e.id
"""  # noqa: S608 - the columns are ours


@dataclass(frozen=True, slots=True)
class Verification:
    """`first_bad` says in French where the first fault is; None when `ok`."""

    events: int
    ok: bool
    first_bad: str | None = None


@dataclass(frozen=True, slots=True)
class _Row:
    head: rules.Head | None
    link: rules.Head | None
    event_id: int | None
    digest: bytes | None
    event: Mapping[str, Any]


class _Fault(Exception):
    pass


@dataclass(slots=True)
class _Walk:
    """Where the reading stands: the end of each chain so far, and the sealed links still to be met."""

    sealed: dict[tuple[int, int], bytes]
    heads: dict[int, rules.Head] = field(default_factory=dict)
    ends: dict[int, rules.Head] = field(default_factory=dict)
    events: int = 0

    def step(self, row: _Row) -> None:
        if row.head is not None:
            self.heads[row.head.shard] = row.head
        if row.link is None and row.event_id is None:
            return
        if row.link is None:
            raise _Fault(f"événement {row.event_id} : il n’est dans aucune chaîne")
        if row.event_id is None or row.digest is None:
            raise _Fault(f"{_place(row.link)} : son événement a disparu")
        if row.head is None:
            raise _Fault(f"{_place(row.link)} : sa chaîne n’a pas de tête")
        self._follow(row, row.link, row.digest)
        self.events += 1

    def close(self) -> None:
        """Compare the ends with the heads, and ask for every sealed link."""
        for shard in range(rules.SHARDS):
            head = self.heads.get(shard)
            if head is None:
                raise _Fault(f"chaîne {shard} : sa tête a disparu")
            end = self.ends.get(shard, rules.Head(shard, 0, rules.genesis(shard)))
            if end != head:
                raise _Fault(f"chaîne {shard} : elle finit au rang {end.sequence}, sa tête dit {head.sequence}")
        for shard, sequence in sorted(self.sealed):
            raise _Fault(f"chaîne {shard}, rang {sequence} : scellé, il a disparu")

    def _follow(self, row: _Row, link: rules.Head, digest: bytes) -> None:
        end = self.ends.get(link.shard, rules.Head(link.shard, 0, rules.genesis(link.shard)))
        if link.sequence != end.sequence + 1:
            raise _Fault(f"chaîne {link.shard}, rang {end.sequence + 1} : maillon manquant")
        if row.event["shard"] != link.shard or rules.digest(row.event) != digest:
            raise _Fault(f"{_place(link)} (événement {row.event_id}) : contenu modifié")
        if rules.next_hash(end.hash, digest) != link.hash:
            raise _Fault(f"{_place(link)} (événement {row.event_id}) : il ne suit pas le précédent")
        if self.sealed.pop((link.shard, link.sequence), link.hash) != link.hash:
            raise _Fault(f"{_place(link)} (événement {row.event_id}) : il n’est pas celui qui a été scellé")
        self.ends[link.shard] = link


def verify() -> Verification:
    """Read the whole journal again and compare it with its digests, its chains, its heads and its seals.

    Finds any edit, deletion, insertion, swap or cut; a cut made together with its head is found by the seals.
    """
    if connection.in_atomic_block:
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS audit_event_chained IMMEDIATE")
            cursor.execute("SET CONSTRAINTS audit_event_chained DEFERRED")
    walk = _Walk(sealed={})
    try:
        walk.sealed.update(_sealed_links())
        for row in _rows():
            walk.step(row)
        walk.close()
    except (_Fault, seals.SealBroken) as fault:
        return Verification(events=walk.events, ok=False, first_bad=str(fault))
    return Verification(events=walk.events, ok=True)


def _sealed_links() -> dict[tuple[int, int], bytes]:
    sealed: dict[tuple[int, int], bytes] = {}
    for seal in seals.read_all():
        for head in seal.heads:
            known = sealed.setdefault((head.shard, head.sequence), head.hash)
            if known != head.hash:
                raise seals.SealBroken(f"chaîne {head.shard}, rang {head.sequence} : deux sceaux se contredisent")
    return {place: value for place, value in sealed.items() if place[1] > 0}


def _rows() -> Iterator[_Row]:
    with connection.chunked_cursor() as cursor:
        cursor.execute(_EVERYTHING)
        for raw in cursor:
            event = dict(zip(rules.FIELDS, raw[9:], strict=True))
            if isinstance(event["detail"], str):
                event["detail"] = json.loads(event["detail"])
            yield _Row(
                head=_head(raw[0:3]),
                link=_head(raw[3:6]),
                event_id=raw[7],
                digest=None if raw[8] is None else bytes(raw[8]),
                event=event,
            )


def _head(columns: tuple[Any, ...]) -> rules.Head | None:
    shard, sequence, value = columns
    return None if shard is None else rules.Head(shard, sequence, bytes(value))


def _place(link: rules.Head) -> str:
    return f"chaîne {link.shard}, rang {link.sequence}"
