"""The messages of a family of two files: an identity, a stay, a merge. Every patient is invented.

A control id is `<family>-<rank>`: within a family the order of the ids is the order of sending.
"""

import zlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count

_AUTHORITY = "CHU-X&000897406&N"
_START = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
_NAMES = ("ALBA", "BRUNET", "CASTEL", "DURIEU", "ESTEVE", "FABRE", "GIRAUD", "HONORE", "ISNARD", "JAUBERT", "LIEUTAUD")


@dataclass(frozen=True)
class Line:
    """One message of a story: its event, who it is about ("s" survivor, "v" victim), and its unit when it moves."""

    trigger: str
    structure: str
    who: str = "s"
    unit: str = ""
    merges: bool = False


STORY = (
    Line("A28", "ADT_A05", who="v"),
    Line("A01", "ADT_A01", unit="CHIR"),
    Line("A02", "ADT_A02", unit="REA"),
    Line("A31", "ADT_A05"),
    Line("A40", "ADT_A39", merges=True),
    Line("A02", "ADT_A02", unit="MED"),
    Line("A03", "ADT_A03", unit="MED"),
)
_MERGE = next(rank for rank, line in enumerate(STORY) if line.merges)
#: The ranks of a story that must stay in order: those about one file, the merge being about both.
CHAINS = tuple(frozenset(rank for rank, line in enumerate(STORY) if line.who == who or rank == _MERGE) for who in "sv")
#: Those that leave one event of a stay.
MOVES = frozenset({"A01", "A02", "A03"})


def control_id(family, rank):
    return f"{family}-{rank:02d}"


def family_of(control_id):
    return control_id.rpartition("-")[0]


def rank_of(control_id):
    return int(control_id.rpartition("-")[2])


def trigger_of(control_id):
    return STORY[rank_of(control_id)].trigger


def told_together(name, families):
    """Yield for ever family and rank, several families being told at once."""
    for batch in count(1):
        for rank in range(len(STORY)):
            for number in range(families):
                yield f"{name}F{batch}N{number}", rank


def message(family, rank, mark=""):
    """Return the message of this rank of the story of a family; `mark` ends its control id."""
    line = STORY[rank]
    moment = (_START + timedelta(hours=rank)).strftime("%Y%m%d%H%M%S")
    number = control_id(family, rank) + mark
    segments = [
        f"MSH|^~\\&|FAUTES|CHU-X|PASSERELLE|GHT|{moment}||ADT^{line.trigger}^{line.structure}|{number}|P|2.5^FRA^2.11"
        "|||||FRA|UNICODE UTF-8|||2.11^IHE_FRANCE-2.11-PAM",
        f"EVN||{moment}||||{moment}",
        _pid(family, line, moment, phone=f"04{rank:08d}"),
    ]
    if line.merges:
        segments.append(f"MRG|{family}v^^^{_AUTHORITY}^PI")
    else:
        segments.append(_pv1(family, line))
    if line.unit:
        segments.append(f"ZBE|{number}^CHU-X^000897406|{moment}||INSERT|N||{line.unit}^^^^^{_AUTHORITY}^UF^^^6268||HMS")
    return ("\r".join(segments) + "\r").encode()


def _pid(family, line, moment, phone):
    chance = zlib.crc32(family.encode())
    name = _NAMES[chance % len(_NAMES)] + "-" + _NAMES[chance // 16 % len(_NAMES)]
    born = f"{1930 + chance % 80}{chance // 100 % 12 + 1:02d}{chance // 5000 % 28 + 1:02d}"
    account = f"N{family}^^^{_AUTHORITY}^AN" if line.unit else ""
    return (
        f"PID|1||{family}{line.who}^^^{_AUTHORITY}^PI||{name}^CAMILLE^CAMILLE^^^^L||{born}|F|||||^PRN^PH^^^^^^^^^{phone}"
        f"|||||{account}||||||||||||||PROV|{moment}"
    )


def _pv1(family, line):
    if not line.unit:
        return "PV1|1|N"
    return (
        f"PV1|1|I|{line.unit}^101^1^CHU-X|R||||||||||||||||V{family}^^^{_AUTHORITY}^VN|||||||||||||||||||||||||"
        "20260302080000"
    )
