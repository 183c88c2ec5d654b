"""The identifiers by which the items of one patient are kept in order."""

from collections.abc import Iterable, Iterator

from passerelle.protocols import pamfr

_LONGEST = 200


def keys_of(patient: pamfr.Patient, prior: Iterable[pamfr.Identifier] = (), *, establishment: str) -> tuple[str, ...]:
    """Return one key for each identifier and each spelling of its authority; those given up (MRG) count as well.

    Two messages about one patient share at least one, however their sender names its authority.
    """
    identifiers = [*patient.identifiers, *prior]
    if patient.account is not None:
        identifiers.append(patient.account)
    return tuple(dict.fromkeys(key for one in identifiers for key in _spellings(one, establishment)))


def _spellings(one: pamfr.Identifier, establishment: str) -> Iterator[str]:
    value = one.value.strip()[:_LONGEST]
    if not value or value == '""':
        return
    for authority in sorted({one.namespace.strip(), one.universal_id.strip()} - {""}) or [f"@{establishment}"]:
        yield f"{value}|{one.type.strip().upper()}|{authority[:_LONGEST]}"
