"""Bundles written around the text of resources as it is stored: nothing is parsed to be written again."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

from django.http import HttpResponse

from passerelle.care.record.fhir.answers import MIME
from passerelle.care.record.selectors.rows import StoredResource
from passerelle.protocols.fhir import api as fhir


class Entry(NamedTuple):
    """A resource of a searchset: a `match`, or an `include`."""

    held: StoredResource
    mode: str


def raw_bundle(
    entries: Iterable[Entry], *, links: Mapping[str, str], base: str, files: Sequence[UUID] = ()
) -> HttpResponse:
    """Return a searchset of stored resources; `base` ends with a slash, `files` are those a Patient is linked to."""
    head = {
        "resourceType": "Bundle",
        "type": "searchset",
        "link": [{"relation": relation, "url": url} for relation, url in links.items()],
    }
    written = b",".join(_entry(one, base, files) for one in entries)
    opening = fhir.dumps(head)[:-1]
    body = opening + (b',"entry":[' + written + b"]}" if written else b"}")
    return HttpResponse(body, content_type=MIME)


def _entry(one: Entry, base: str, files: Sequence[UUID]) -> bytes:
    held = one.held
    url = fhir.dumps({"fullUrl": f"{base}{held.type}/{held.id}"})[:-1]
    return url + b',"resource":' + text_of(held, files) + f',"search":{{"mode":"{one.mode}"}}}}'.encode()


def text_of(held: StoredResource, files: Sequence[UUID] = ()) -> bytes:
    """Return the text of a resource as given to a reader: a Patient is linked to the person's other files."""
    others = [f"Patient/{one}" for one in files if one != held.id]
    if held.type != "Patient" or not others:
        return held.body.encode()
    resource = fhir.loads(held.body)
    links = list(resource.get("link", []))
    told = {link["other"]["reference"] for link in links}
    links += [{"other": {"reference": one}, "type": "seealso"} for one in others if one not in told]
    return fhir.dumps(resource | {"link": links})
