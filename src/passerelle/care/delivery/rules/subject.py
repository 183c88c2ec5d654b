"""The subject of an MSSanté mail that carries documents.

Source: MSSanté, référentiel 2, exigence ECO.2.1.3: `XDM/1.0/DDM+<libellé> <NOM> <prénom> <date de naissance>`.
"""

import unicodedata
from collections.abc import Sequence
from datetime import date

_PREFIX = "XDM/1.0/DDM+"
_LONGEST_LABEL = 40


def xdm_subject(labels: Sequence[str], *, birth_name: str, given_name: str, birth_date: date | None) -> str:
    """Return the subject: the label of one document (40 characters), or how many there are; names without accents."""
    label = labels[0][:_LONGEST_LABEL].strip() if len(labels) == 1 else f"{len(labels)} documents"
    born = birth_date.strftime("%d/%m/%Y") if birth_date else ""
    parts = [label, _plain(birth_name).upper(), _plain(given_name), born]
    return _PREFIX + " ".join(part for part in parts if part)


def _plain(text: str) -> str:
    """Return a name without accents nor line breaks."""
    spelled = text.replace("œ", "oe").replace("Œ", "OE").replace("æ", "ae").replace("Æ", "AE")
    folded = "".join(c for c in unicodedata.normalize("NFD", spelled) if not unicodedata.combining(c))
    return " ".join(folded.split())
