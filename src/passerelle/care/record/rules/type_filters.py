"""`_typeFilter` of an export: searches that narrow a type. https://hl7.org/fhir/uv/bulkdata/STU2/export.html."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Final
from urllib.parse import parse_qs

from passerelle.care.record.rules.parameters import RESULT_PARAMETERS

Criteria = Mapping[str, Sequence[str]]
_MOST: Final = 20


class WrongFilter(ValueError):
    """A filter that cannot be applied; the text says which and why, in French."""


def read_filters(values: Iterable[str], types: Collection[str]) -> dict[str, list[Criteria]]:
    """Read filters as told, comma-separated and repeated, into the criteria of each type: any of them keeps a resource.

    Raises:
        WrongFilter: not `Type?criteria`, a type that is not exported here, a parameter about the result, too many.
    """
    found: dict[str, list[Criteria]] = {}
    told = [one for value in values for one in value.split(",") if one]
    if len(told) > _MOST:
        raise WrongFilter(f"{_MOST} filtres au plus")
    for one in told:
        type_, mark, query = one.partition("?")
        if not mark or type_ not in types:
            raise WrongFilter(f"« {one[:60]} » ne commence pas par un type exporté ici, suivi de « ? »")
        found.setdefault(type_, []).append(_criteria(one, query))
    return found


def _criteria(told: str, query: str) -> Criteria:
    criteria = parse_qs(query, max_num_fields=_MOST)
    if not criteria:
        raise WrongFilter(f"« {told[:60]} » ne porte aucun critère")
    about_result = sorted(set(criteria) & (RESULT_PARAMETERS | {"_type"}))
    if about_result:
        raise WrongFilter(f"« {about_result[0]} » porte sur la réponse, pas sur ce qui est exporté")
    return criteria
