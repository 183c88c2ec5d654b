from __future__ import annotations

import re
from enum import StrEnum

_BODY = re.compile(r"[0-9]{5}(?:[0-9]{2}|2[AB])[0-9]{6}")
_MATRICULE = re.compile(r"([0-9]{5}(?:[0-9]{2}|2[AB])[0-9]{6})([0-9]{2})")
_BLANKS = re.compile(r"[\s\u00a0\u202f]+")
_GROUPS = (1, 2, 2, 2, 3, 3, 2)
_MODULUS = 97


class InsKind(StrEnum):
    """What a matricule is; the value is its FHIR type code (fr-core-cs-v2-0203)."""

    NIR = "INS-NIR"
    NIA = "INS-NIA"
    NIR_TEST = "INS-NIR-TEST"
    NIR_DEMO = "INS-NIR-DEMO"

    @property
    def label(self) -> str:
        """Return the French name."""
        return _KIND_LABELS[self]

    @property
    def is_fictitious(self) -> bool:
        """Tell the test and demonstration numbers, which never stand for a real person."""
        return self in {InsKind.NIR_TEST, InsKind.NIR_DEMO}


_KIND_LABELS = {
    InsKind.NIR: "INS (NIR)",
    InsKind.NIA: "INS provisoire (NIA)",
    InsKind.NIR_TEST: "INS de test",
    InsKind.NIR_DEMO: "INS de démonstration",
}

#: Source: IHE France, types de données v1.8.1, annexe N.1.
OIDS: dict[str, InsKind] = {
    "1.2.250.1.213.1.4.8": InsKind.NIR,
    "1.2.250.1.213.1.4.9": InsKind.NIA,
    "1.2.250.1.213.1.4.10": InsKind.NIR_TEST,
    "1.2.250.1.213.1.4.11": InsKind.NIR_DEMO,
}


class IdentityStatus(StrEnum):
    """The four exclusive trust statuses. Source: référentiel national d'identitovigilance, EXI SI 07."""

    PROVISOIRE = "PROV"
    VALIDEE = "VALI"
    RECUPEREE = "RECUP"
    QUALIFIEE = "QUAL"

    @property
    def label(self) -> str:
        """Return the French name."""
        return _STATUS_LABELS[self]


_STATUS_LABELS = {
    IdentityStatus.PROVISOIRE: "Identité provisoire",
    IdentityStatus.VALIDEE: "Identité validée",
    IdentityStatus.RECUPEREE: "Identité récupérée",
    IdentityStatus.QUALIFIEE: "Identité qualifiée",
}


def compute_key(body: str) -> str:
    """Return the two digits of the key of a 13-character matricule: 97 − (number mod 97).

    The Corsican departments 2A and 2B count as 19 and 18 (A is −1 000 000, B is −2 000 000).

    Raises:
        ValueError: not 13 characters of that shape.
    """
    if not _BODY.fullmatch(body):
        message = "a matricule has 13 digits, its department may be 2A or 2B"
        raise ValueError(message)
    number = int(body.replace("2A", "19", 1).replace("2B", "18", 1))
    return f"{_MODULUS - number % _MODULUS:02d}"


def check_key(matricule: str) -> bool:
    """Tell whether a 15-character matricule has its right key; blanks between groups are ignored."""
    match = _MATRICULE.fullmatch(_BLANKS.sub("", matricule))
    return match is not None and compute_key(match[1]) == match[2]


def kind_of(oid: str) -> InsKind | None:
    """Return what an OID says of a matricule; None when it is not one of an INS (`urn:oid:` is accepted)."""
    return OIDS.get(oid.removeprefix("urn:oid:"))


def format_matricule(matricule: str) -> str:
    """Return the matricule in the usual groups, joined by no-break spaces; as it is when it has not 15 characters."""
    bare = _BLANKS.sub("", matricule)
    if len(bare) != sum(_GROUPS):
        return matricule
    groups, start = [], 0
    for width in _GROUPS:
        groups.append(bare[start : start + width])
        start += width
    return "\u00a0".join(groups)
