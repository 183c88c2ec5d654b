"""Which identifiers make two messages speak of the same patient."""

import hashlib
from collections.abc import Iterator
from functools import lru_cache

from passerelle.protocols import hl7v2

_LONGEST_VALUE = 120
_LONGEST_KEPT = 400
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
            for authority in _authorities(repetition) or (f"@{establishment}",):
                yield f"{value}|{kind_given}|{authority}"


def _authorities(repetition: hl7v2.Repetition) -> tuple[str, ...]:
    text = repetition.component(4)
    separators = repetition.separators
    if separators.escape in text or len(text) > _LONGEST_KEPT:
        return _stored(repetition.get("4.1"), repetition.get("4.2"))
    return _usual_authorities(text, separators.subcomponent)


@lru_cache(maxsize=1_024)
def _usual_authorities(text: str, separator: str) -> tuple[str, ...]:
    return _stored(*(text + separator).split(separator)[:2])


def _stored(name: str, number: str) -> tuple[str, ...]:
    found = {name.strip(), number.strip()} - {"", _NULL}
    return tuple(stored_text(one, _LONGEST_VALUE) for one in found)


def stored_text(text: str, longest: int) -> str:
    """Return text that PostgreSQL can store and index: no NUL, and past `longest` cut with its digest at the end."""
    if len(text) <= longest and text.isascii() and "\x00" not in text:
        return text
    clean = text.replace("\x00", "\ufffd")
    if not clean.isascii():
        clean = clean.encode("utf-8", "replace").decode()
    if len(clean) <= longest:
        return clean
    digest = hashlib.sha256(clean.encode()).hexdigest()[:16]
    return clean[: longest - 17] + "…" + digest
