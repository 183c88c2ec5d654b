"""The door of the matcher: who may be the same person, why, and what was decided."""

from passerelle.care.matching.models import PairState
from passerelle.care.matching.rules.deciding import Decision, Judged
from passerelle.care.matching.rules.guards import Guard, Zone
from passerelle.care.matching.rules.profile import Profile
from passerelle.care.matching.rules.scoring import FieldScore, Score, compare
from passerelle.care.matching.selectors.candidates import Found, candidates, decide
from passerelle.care.matching.selectors.pairs import PairRow, count_open_pairs, open_pairs, pair, pairs_of
from passerelle.care.matching.selectors.profiles import told_profile
from passerelle.care.matching.services.deciding import match_one
from passerelle.care.matching.services.settling import NotJoined, NotOpen, settle_pair, undo_pair
from passerelle.care.matching.services.turn import match_waiting

__all__ = [
    "Decision",
    "FieldScore",
    "Found",
    "Guard",
    "Judged",
    "NotJoined",
    "NotOpen",
    "PairRow",
    "PairState",
    "Profile",
    "Score",
    "Zone",
    "candidates",
    "compare",
    "count_open_pairs",
    "decide",
    "match_one",
    "match_waiting",
    "open_pairs",
    "pair",
    "pairs_of",
    "settle_pair",
    "told_profile",
    "undo_pair",
]
