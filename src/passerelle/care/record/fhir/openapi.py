"""The interface as OpenAPI 3.1, from the tables of the CapabilityStatement. https://spec.openapis.org/oas/v3.1.0.

FHIR says better than a schema here would what a resource is: bodies are named by type, and `$validate` judges them.
"""

from collections.abc import Iterator
from functools import cache
from typing import Any, Final

from django.http import HttpResponse, JsonResponse

from passerelle.care.record.fhir.gate import interaction
from passerelle.care.record.fhir.operations.registry import Operation
from passerelle.care.record.fhir.operations.table import OPERATIONS
from passerelle.care.record.rules.parameters import SEARCHED
from passerelle.core.access.api import AuthenticatedRequest
from passerelle.protocols.fhir import api as fhir

Json = dict[str, Any]
_FHIR: Final = "application/fhir+json"
_PATCH: Final = "application/json-patch+json"
_OUTCOME: Final = {"description": "OperationOutcome", "content": {_FHIR: {"schema": {"type": "object"}}}}
_ID: Final = {"name": "id", "in": "path", "required": True, "schema": {"type": "string", "format": "uuid"}}
_VERSION: Final = {
    "name": "vid",
    "in": "path",
    "required": True,
    "schema": {"type": "string", "pattern": "^[1-9][0-9]{0,8}$"},
}
_RESULT: Final = {
    "_count": {"type": "integer", "minimum": 0, "maximum": 200},
    "_sort": {"type": "string"},
    "_summary": {"enum": ["true", "text", "data", "count", "false"]},
    "_elements": {"type": "string"},
    "_total": {"enum": ["none", "estimate", "accurate"]},
    "_include": {"type": "string"},
    "_revinclude": {"type": "string"},
}
_SAMPLES: Final = {
    "date": "ge2026-01-01",
    "number": "5",
    "quantity": "5",
    "reference": "00000000-0000-0000-0000-000000000001",
    "string": "martin",
    "token": "http://loinc.org|718-7",
    "uri": "urn:oid:1.2.250.1.213",
    "composite": "x$y",
}


@interaction("GET", "HEAD", is_open=True, any_format=True)
def openapi(request: AuthenticatedRequest) -> HttpResponse:
    """Give the description, for the tools that read this one."""
    return JsonResponse(description() | {"servers": [{"url": request.build_absolute_uri("/fhir")}]})


@cache
def description() -> Json:
    """Return the OpenAPI description, without its server."""
    paths: dict[str, Json] = {"/metadata": {"get": _doing("metadata", "Ce que ce serveur sait faire")}, "/": _bundles()}
    for type_ in SEARCHED:
        paths |= _of_type(type_)
    for one in OPERATIONS:
        for path in _places(one):
            paths[path] = _operation(one, path)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Passerelle, le dossier partagé (FHIR R4)",
            "version": "4.0.1",
            "description": "Profils, cardinalités et listes de codes : ceux de FHIR R4, voir /fhir/metadata.",
        },
        "security": [{"smart": []}],
        "components": {"securitySchemes": {"smart": {"type": "http", "scheme": "bearer"}}},
        "paths": dict(sorted(paths.items())),
    }


def _of_type(type_: str) -> dict[str, Json]:
    one, whole = f"/{type_}/{{id}}", [_ID]
    return {
        f"/{type_}": {
            "get": _doing(f"search-{type_}", f"Chercher des {type_}", parameters=list(_searching(type_))),
            "post": _doing(f"create-{type_}", f"Créer un {type_}", body=_resource(type_)),
        },
        one: {
            "get": _doing(f"read-{type_}", f"Lire un {type_}", parameters=whole),
            "put": _doing(f"update-{type_}", f"Remplacer un {type_}", parameters=whole, body=_resource(type_)),
            "patch": _doing(f"patch-{type_}", f"Corriger un {type_}", parameters=whole, body=_patch()),
            "delete": _doing(f"delete-{type_}", f"Supprimer un {type_}", parameters=whole),
        },
        f"/{type_}/_history": {"get": _doing(f"history-{type_}", f"Historique des {type_}")},
        f"{one}/_history": {"get": _doing(f"versions-{type_}", f"Versions d’un {type_}", parameters=whole)},
        f"{one}/_history/{{vid}}": {
            "get": _doing(f"vread-{type_}", f"Lire une version d’un {type_}", parameters=[*whole, _VERSION])
        },
    }


def _searching(type_: str) -> Iterator[Json]:
    for name in SEARCHED[type_]:
        kind = fhir.SEARCH[type_][name].kind.value
        yield {
            "name": name,
            "in": "query",
            "description": f"Paramètre de FHIR, de type {kind}",
            "schema": {"type": "string"},
            "example": _SAMPLES.get(kind, "x"),
        }
    for name, schema in _RESULT.items():
        yield {"name": name, "in": "query", "schema": schema}


def _bundles() -> Json:
    bundle = {
        "type": "object",
        "required": ["resourceType", "type"],
        "properties": {"resourceType": {"const": "Bundle"}, "type": {"enum": ["batch", "transaction"]}},
    }
    return {"post": _doing("bundle", "Un lot, ou une transaction", body={_FHIR: {"schema": bundle}})}


def _places(one: Operation) -> Iterator[str]:
    if one.on_system:
        yield f"/${one.code}"
    for type_ in one.types:
        if one.on_type:
            yield f"/{type_}/${one.code}"
        if one.on_instance:
            yield f"/{type_}/{{id}}/${one.code}"


def _operation(one: Operation, path: str) -> Json:
    whole = [_ID] if "{id}" in path else []
    asked = [
        {
            "name": parameter.name,
            "in": "query",
            "required": False,
            "schema": {"type": "boolean" if parameter.type == "boolean" else "string"},
        }
        for parameter in one.takes
        if parameter.can_be_in_a_query
    ]
    where = path.strip("/").replace("/", "-").replace("$", "").replace("{id}", "one")
    told: Json = {
        "post": _doing(f"post-{where}", one.title, parameters=whole, body=_resource("Parameters")),
    }
    if one.by_get:
        told["get"] = _doing(f"get-{where}", one.title, parameters=[*whole, *asked])
    return told


def _resource(type_: str) -> Json:
    schema = {"type": "object", "required": ["resourceType"], "properties": {"resourceType": {"const": type_}}}
    return {_FHIR: {"schema": schema}}


def _patch() -> Json:
    step = {
        "type": "object",
        "required": ["op", "path"],
        "properties": {
            "op": {"enum": ["add", "remove", "replace", "move", "copy", "test"]},
            "path": {"type": "string"},
            "from": {"type": "string"},
        },
    }
    return {_PATCH: {"schema": {"type": "array", "items": step}}}


def _doing(code: str, summary: str, *, parameters: list[Json] | None = None, body: Json | None = None) -> Json:
    told: Json = {
        "operationId": code,
        "summary": summary,
        "responses": {"2XX": {"description": "Ce qui est demandé"}, "4XX": _OUTCOME},
    }
    if parameters:
        told["parameters"] = parameters
    if body is not None:
        told["requestBody"] = {"required": True, "content": body}
    return told
