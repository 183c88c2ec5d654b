"""Which identifiers make two messages speak of the same patient."""

import hashlib
from collections.abc import Iterator

from passerelle.protocols import hl7v2

_LONGEST_VALUE = 120
_NULL = '""'
# Where a message names its patient, and the type an identifier has when it does not say: IPP or NDA.
_PLACES = (("PID", 3, "PI"), ("PID", 18, "AN"), ("MRG", 1, "PI"), ("MRG", 3, "AN"))


def keys_of(message: hl7v2.Message, *, establishment: str) -> list[str]:
    """Return the keys of the patient, sorted and without repeats, each as `value|type|authority`.

    An authority is known by its name or by its number, and senders give one, the other or both: each makes a key. An
    identifier without authority is taken for one of the sending establishment.
    """
    if message.code == "MFN":  # two descriptions of one structure are applied in their order, and beside no patient
        return [f"structure|LOC|@{establishment}"]
    found = {key for name, field, kind in _PLACES for key in _keys(message, name, field, kind, establishment)}
    return sorted(found)


def value_of(key: str) -> str:
    """Return the identifier alone, as people search it."""
    return key.split("|", 1)[0]


def _keys(message: hl7v2.Message, name: str, field: int, kind: str, establishment: str) -> Iterator[str]:
    for segment in message.all(name):
        for repetition in segment.repetitions(field):
            value = stored_text(repetition.get("1").strip(), _LONGEST_VALUE).replace("|", "¦")
            if not value or value == _NULL:
                continue
            kind_given = stored_text(repetition.get("5").strip().upper(), 20) or kind
            authorities = {repetition.get("4.1").strip(), repetition.get("4.2").strip()} - {"", _NULL}
            for authority in authorities or {f"@{establishment}"}:
                yield f"{value}|{kind_given}|{stored_text(authority, _LONGEST_VALUE)}"


def stored_text(text: str, longest: int) -> str:
    """Return text that PostgreSQL can store and index: no NUL, and past `longest` cut with its digest at the end."""
    clean = text.replace("\x00", "\ufffd")
    if not clean.isascii():
        clean = clean.encode("utf-8", "replace").decode()
    if len(clean) <= longest:
        return clean
    digest = hashlib.sha256(clean.encode()).hexdigest()[:16]
    return clean[: longest - 17] + "…" + digest
