"""References: their form, the types they may lead to, and the contained resources they name."""

import re
from typing import Any, Final
from uuid import UUID

from passerelle.protocols.fhir.validation.walk import Check, Fault, Walk, fault

_ID: Final = re.compile(r"[A-Za-z0-9\-.]{1,64}(/_history/[A-Za-z0-9\-.]{1,64})?").fullmatch
_TYPE: Final = re.compile(r"[A-Z][A-Za-z]{2,40}").fullmatch
_ADDRESS: Final = re.compile(r"https?://[^\s\x00-\x1f]+").fullmatch
_TAIL: Final = re.compile(r"([A-Z][A-Za-z]+)/[A-Za-z0-9\-.]{1,64}(/_history/[A-Za-z0-9\-.]{1,64})?$").search
_URN: Final = re.compile(r"urn:(uuid|oid):[A-Za-z0-9.\-]+").fullmatch
_CONDITIONAL: Final = re.compile(r"[A-Z][A-Za-z]{2,40}\?\S+").fullmatch
_FORM: Final = "référence attendue sous la forme Type/id, URL, urn:uuid ou #id"


def reference_check(one: Check, targets: frozenset[str]) -> Check:
    """Return the check of a Reference that may lead to these types, any when there is none."""

    def check(value: Any, walk: Walk) -> list[Fault] | None:
        faults = one(value, walk)
        target = value.get("reference") if faults is None else None
        if target is None:
            return faults
        kind, slash, rest = target.partition("/")
        if slash and (kind in targets or not targets) and _ID(rest) and _TYPE(kind):
            walk.references.append(value)
            return None
        return _rarer(target, value, targets, walk)

    return check


def _rarer(target: str, value: dict[str, Any], targets: frozenset[str], walk: Walk) -> list[Fault] | None:
    if target.startswith("#"):
        walk.used.add(target[1:])
        if target == "#" or target[1:] in walk.contained:
            return None
        return fault("value", "ressource contenue absente", ".reference")
    kind, _, rest = target.partition("/")
    if _TYPE(kind) and _ID(rest):
        return fault("value", f"cible attendue : {', '.join(sorted(targets))}", ".reference")
    if not (_ADDRESS(target) or _URN(target) or _CONDITIONAL(target)):
        return fault("value", _FORM, ".reference")
    tail = _TAIL(target) if target.startswith("http") else None
    if tail is not None and targets and tail[1] not in targets and tail[1][0].isupper() and "fhir" in target.lower():
        return fault("value", f"cible attendue : {', '.join(sorted(targets))}", ".reference")
    walk.references.append(value)
    return None


def local_target(reference: str) -> tuple[str, UUID] | None:
    """Return the type and id that a relative reference leads to, None when it is another form or another id."""
    kind, slash, rest = reference.partition("/")
    if not slash or _TYPE(kind) is None:
        return None
    try:
        return kind, UUID(rest.partition("/_history/")[0])
    except ValueError:
        return None
