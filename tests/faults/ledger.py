"""What was promised beside what is there."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from itertools import pairwise


@dataclass(frozen=True)
class Ledger:
    acknowledged: int
    resent: int
    lost: int
    stored_twice: int
    not_applied: int
    applied_twice: int
    out_of_order: int
    kills: dict

    def is_kept(self):
        return not (self.lost or self.stored_twice or self.not_applied or self.applied_twice or self.out_of_order)


def ledger(house, senders):
    promised = [pair for sender in senders for pair in sender.acknowledged]
    with house.connect() as connection:
        stored = Counter(
            row[0] for row in connection.execute("SELECT control_id FROM exchange_message WHERE accepted").fetchall()
        )
        effects = connection.execute("SELECT control_id, patient FROM fault_effect ORDER BY n").fetchall()
    applied = Counter(control_id for control_id, _ in effects)
    return Ledger(
        acknowledged=len(promised),
        resent=sum(sender.resent for sender in senders),
        lost=sum(control_id not in stored for _, control_id in promised),
        stored_twice=sum(times > 1 for times in stored.values()),
        not_applied=sum(control_id not in applied for control_id in stored),
        applied_twice=sum(times > 1 for times in applied.values()),
        out_of_order=_out_of_order(effects),
        kills=dict(house.kills),
    )


def _out_of_order(effects):
    """Count, patient by patient, the effects that come before the one sent before them."""
    by_patient = defaultdict(list)
    for control_id, patient in effects:
        by_patient[patient].append(control_id)
    return sum(later < earlier for ids in by_patient.values() for earlier, later in pairwise(ids))
