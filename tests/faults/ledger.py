"""What was promised beside what is there: by the witness, which nothing constrains, and by the real effects."""

import json
from bisect import bisect_right
from collections import Counter, defaultdict
from dataclasses import asdict, dataclass, field
from itertools import pairwise, zip_longest
from statistics import median

from tests.faults import stories
from tests.faults.house import PROJECT

_SETTLED = "SELECT control_id, state FROM exchange_message WHERE accepted"
_EFFECTS = "SELECT control_id FROM fault_effect ORDER BY n"
_STAYS = """
    SELECT message.control_id FROM record_stayevent event
    JOIN exchange_message message ON message.id::text = event.source ORDER BY event.id
"""
_VERSIONS = """
    SELECT identity.ipp, resource.type, resource.version,
        (SELECT count(*) FROM record_version old WHERE old.type = resource.type AND old.id = resource.id)
    FROM record_resource resource JOIN identity_localidentity identity ON identity.id = resource.local_identity_id
    WHERE resource.type IN ('Patient', 'Encounter')
"""
_FILES = "SELECT ipp, superseded_by_id IS NOT NULL FROM identity_localidentity"
_ITEMS = "SELECT control_id, state FROM delivery_item ORDER BY id"
_APPLIED_AT = "SELECT DISTINCT extract(epoch FROM applied_at)::float8 FROM exchange_message WHERE state = 'applied'"


@dataclass
class Ledger:
    """The first fields must all be zero."""

    lost: int
    stored_twice: int
    not_applied: int
    applied_twice: int
    out_of_order: int
    acknowledged: int
    resent: int
    repeated: int
    kills: dict
    seed: int
    suspected: int = 0  # parked because they were in hand at several kills, replayed by a person
    revived: int = 0  # died by themselves, their database being away when they started
    real: dict = field(default_factory=dict)
    recovery_ms: dict = field(default_factory=dict)

    def faults(self):
        """Return what is not as it should be, by name."""
        names = ("lost", "stored_twice", "not_applied", "applied_twice", "out_of_order")
        found = {name: getattr(self, name) for name in names} | self.real.get("faults", {})
        return {name: count for name, count in found.items() if count}

    def written(self, name):
        """Print the figures and keep them in `var/faults/`."""
        folder = PROJECT / "var" / "faults"
        folder.mkdir(parents=True, exist_ok=True)
        text = json.dumps({"run": name, **asdict(self)}, ensure_ascii=False)
        (folder / f"{name}.json").write_text(text + "\n")
        print(f"\n{text}")
        return self


def ledger(house, senders, *, seed=0):
    """Compare, once all is settled, what senders were promised with what the witness saw."""
    promised = [promise.control_id for sender in senders for promise in sender.acknowledged]
    with house.connect() as connection:
        stored = Counter(control_id for control_id, _ in connection.execute(_SETTLED))
        effects = [control_id for (control_id,) in connection.execute(_EFFECTS)]
        applied_at = sorted(at for (at,) in connection.execute(_APPLIED_AT))
    applied = Counter(effects)
    return Ledger(
        lost=sum(control_id not in stored for control_id in promised),
        stored_twice=sum(times > 1 for times in stored.values()),
        not_applied=sum(control_id not in applied for control_id in stored),
        applied_twice=sum(times > 1 for times in applied.values()),
        out_of_order=out_of_order(effects),
        acknowledged=len(promised),
        resent=sum(sender.resent for sender in senders),
        repeated=sum(sender.repeated for sender in senders),
        kills=dict(Counter(kill.victim for kill in house.kills)),
        seed=seed,
        recovery_ms=_recovery(house.kills, senders, applied_at),
    )


def real_effects(house, receiver):
    """Return the same faults, counted on what the handlers really leave: stays, versions, files, deliveries."""
    with house.connect() as connection:
        applied = {control_id for control_id, state in connection.execute(_SETTLED) if state == "applied"}
        stays = [control_id for (control_id,) in connection.execute(_STAYS)]
        versions = connection.execute(_VERSIONS).fetchall()
        merged = dict(connection.execute(_FILES).fetchall())
        items = connection.execute(_ITEMS).fetchall()
    told = {family: {stories.trigger_of(one) + one for one in ids} for family, ids in _by_family(applied).items()}
    whole = {family for family, ids in told.items() if len(ids) == len(stories.STORY)}
    moves = {control_id for control_id in applied if stories.trigger_of(control_id) in stories.MOVES}
    first = list(dict.fromkeys(receiver.received))
    shapes = _shapes(versions, whole)
    return {
        "families": len(whole),
        "stay_events": len(stays),
        "shape_of_a_family": sorted(shapes.most_common(1)[0][0]) if shapes else [],
        "delivered": len(first),
        "received_again": len(receiver.received) - len(first),
        "faults": {
            "stay_event_missing": len(moves - set(stays)),
            "stay_event_twice": len(stays) - len(set(stays)),
            "stay_event_out_of_order": out_of_order(stays),
            "versions_unlike_the_others": sum(shapes.values()) - max(shapes.values(), default=0),
            "file_missing": sum(f"{family}{who}" not in merged for family in whole for who in "sv"),
            "merge_missing": sum(not merged.get(f"{family}v") for family in whole),
            "not_delivered": len(applied - set(first)),
            "queued_twice": len(items) - len({control_id for control_id, _ in items}),
            "not_settled": sum(state != "delivered" for _, state in items),
            "delivered_out_of_order": out_of_order(first),
        },
    }


def _shapes(versions, whole):
    """Count families by the versions of their resources: all stories are alike, so all must be the same."""
    by_family = defaultdict(set)
    for ipp, type_, version, replaced in versions:
        if ipp[:-1] in whole:
            by_family[ipp[:-1]].add(f"{type_} {ipp[-1]}: version {version}, {replaced} before")
    return Counter(frozenset(found) for found in by_family.values())


def out_of_order(control_ids):
    """Count, patient by patient, those that come before the one sent before them.

    Two files are two patients until they are merged: the first message of a family is about the other file, and only
    the merge must come after it.
    """
    chains = [
        [control_id for control_id in ids if stories.rank_of(control_id) in ranks]
        for ids in _by_family(control_ids).values()
        for ranks in stories.CHAINS
    ]
    return sum(later < earlier for chain in chains for earlier, later in pairwise(chain))


def _by_family(control_ids):
    found = defaultdict(list)
    for control_id in control_ids:
        found[stories.family_of(control_id)].append(control_id)
    return found


def _recovery(kills, senders, applied_at):
    """Return how long after a kill the next acknowledgement came; after that of a worker, the next message applied."""
    answers = sorted(promise.at for sender in senders for promise in sender.acknowledged)
    waits = defaultdict(list)
    for kill, following in zip_longest(kills, kills[1:]):
        moments = applied_at if kill.victim.startswith("worker") else answers
        rank = bisect_right(moments, kill.at)
        if rank < len(moments) and (following is None or moments[rank] < following.at):
            waits[kill.victim.rstrip("0123456789")].append(round(1000 * (moments[rank] - kill.at)))
    return {
        victim: {"kills_followed": len(found), "median": round(median(found)), "max": max(found)}
        for victim, found in waits.items()
    }
