"""Searchsets and histories written around the text of resources as it is stored, when it is asked whole."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final
from uuid import UUID

from django.http import HttpResponse

from passerelle.care.record.fhir.answers import MIME
from passerelle.care.record.rules.asking import Asked
from passerelle.care.record.rules.shaping import is_whole, shaped
from passerelle.care.record.selectors.kin import other_files
from passerelle.care.record.selectors.rows import StoredResource
from passerelle.protocols.fhir import api as fhir

Text = Callable[[StoredResource], str]
_TOLD: Final = {"match": ',"search":{"mode":"match"}}', "include": ',"search":{"mode":"include"}}'}


def texts_of(rows: Sequence[StoredResource], asked: Asked) -> Text:
    """Return how to write the resource of a row: as stored, a Patient linked to its person's other files, or a part."""
    links = other_files([row.local_identity_id for row in rows if row.type == "Patient"])
    whole = is_whole(asked.summary, asked.elements)

    def text(row: StoredResource) -> str:
        others = links.get(row.local_identity_id, []) if row.type == "Patient" else []
        if whole and not others:
            return row.body
        resource = _linked(fhir.loads(row.body), others)
        return fhir.dumps(resource if whole else shaped(resource, asked.summary, asked.elements)).decode()

    return text


def _linked(resource: fhir.Json, others: Sequence[UUID]) -> fhir.Json:
    if not others:
        return resource
    links = list(resource.get("link", []))
    told = {link["other"]["reference"] for link in links}
    links += [{"other": {"reference": f"Patient/{one}"}, "type": "seealso"} for one in others]
    return resource | {
        "link": [one for one in links if one["type"] != "seealso" or one["other"]["reference"] not in told]
    }


def entry(base: str, row: StoredResource, text: Text, mode: str) -> str:
    """Return one entry of a searchset; `base` ends with a slash."""
    return f'{{"fullUrl":"{base}{row.type}/{row.id}","resource":{text(row)}{_TOLD[mode]}'


def warning(text: str) -> str:
    """Return the entry that warns of something about a search."""
    outcome = fhir.operation_outcome("warning", "informational", text)
    return '{"resource":' + fhir.dumps(outcome).decode() + ',"search":{"mode":"outcome"}}'


def bundle(kind: str, entries: Iterable[str], *, links: Mapping[str, str | None], total: int | None) -> HttpResponse:
    """Return a Bundle of entries already written; `total` only when it was counted."""
    head: fhir.Json = {"resourceType": "Bundle", "type": kind}
    if total is not None:
        head["total"] = total
    head["link"] = [{"relation": relation, "url": url} for relation, url in links.items() if url]
    written = ",".join(entries)
    opening = fhir.dumps(head)[:-1].decode()
    body = f'{opening},"entry":[{written}]}}' if written else f"{opening}}}"
    return HttpResponse(body, content_type=MIME)
