"""JSON in and out, by orjson: text keeps its characters, numbers their value."""

from typing import Any, TypeAlias

import orjson

Json: TypeAlias = dict[str, Any]


class FhirError(ValueError):
    """Something read is not FHIR: `where` is a FHIRPath-like expression, `why` a sentence."""

    def __init__(self, where: str = "", why: str = "") -> None:
        super().__init__(f"{where}: {why}" if where else why)
        self.where = where
        self.why = why


def dumps(resource: Json) -> bytes:
    """Return the resource as compact UTF-8 JSON."""
    return orjson.dumps(resource)


def loads(content: bytes | str) -> Json:
    """Return the JSON object read.

    Raises:
        FhirError: the text is not JSON, or not an object.
    """
    try:
        parsed = orjson.loads(content)
    except orjson.JSONDecodeError as fault:
        raise FhirError(why=f"JSON illisible : {fault}") from fault
    if not isinstance(parsed, dict):
        raise FhirError(why="une ressource FHIR est un objet JSON")
    return parsed
