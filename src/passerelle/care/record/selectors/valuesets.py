"""Codes of a value set, and codes around another in the hierarchy of its system, for a search."""

from passerelle.core.terminology import api as terminology

_MOST = 1_000


def codes_of(url: str) -> list[tuple[str | None, str]] | None:
    """Return the codes of a value set as (system, code); None when it is unknown here, or has over a thousand."""
    try:
        found = terminology.expand(url, count=_MOST)
    except (terminology.TerminologyError, LookupError):
        return None
    if found.total > _MOST:
        return None
    return [(one.system, one.code) for one in found.concepts]


def codes_around(system: str | None, code: str, *, below: bool) -> list[tuple[str | None, str]]:
    """Return a code and those it subsumes (`below`), or those that subsume it; itself alone in an unknown system."""
    if not system:
        return [(system, code)]
    asked = terminology.Subsumption.SUBSUMES if below else terminology.Subsumption.SUBSUMED_BY
    try:
        others: list[tuple[str | None, str]] = [
            (system, one)
            for one in terminology.code_system(system).concepts
            if terminology.subsumes(system, code, one) is asked
        ]
    except (terminology.TerminologyError, LookupError):
        return [(system, code)]
    return [(system, code), *others][:_MOST]
