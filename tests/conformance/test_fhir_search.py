"""Every official example of a stored type is found by each of its search parameters.

https://hl7.org/fhir/R4/search.html (package hl7.fhir.r4.examples 4.0.1)
"""

import json
import os
import tarfile
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from uuid import UUID, uuid5

import pytest

from passerelle.care.record import api as record
from passerelle.care.record.rules.columns import columns_of
from passerelle.care.record.rules.kinds import NOBODY, PATIENT_PATHS
from passerelle.care.record.rules.parameters import SEARCHED
from passerelle.protocols import fhir
from passerelle.protocols.fhir.search import generate
from passerelle.protocols.fhir.search.definitions import SearchKind

PROJECT = Path(__file__).resolve().parents[2]
SHARED = Path(os.environ.get("PASSERELLE_SHARED", PROJECT.parent / "shared"))
ARCHIVE = SHARED / "data" / "fhir-r4-examples.tar.xz"
pytestmark = pytest.mark.skipif(not ARCHIVE.exists(), reason="the official FHIR R4 examples are not on this machine")
NAMESPACE = UUID("6f9f0d3c-8a51-5d0e-9a3e-0d5f5f0b1c11")
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
ONE_SECOND = timedelta(seconds=1)
#: Canonical values that the search by reference cannot tell from an id.
ODD = {"urn:oid", "#"}


@cache
def members() -> dict[str, bytes]:
    with tarfile.open(ARCHIVE) as archive:
        return {Path(one.name).name: archive.extractfile(one).read() for one in archive if one.isfile()}


@cache
def examples() -> list[dict]:
    found = []
    for name, text in members().items():
        if name.partition("-")[0] in SEARCHED:
            resource = json.loads(text)
            if resource.get("resourceType") in SEARCHED and not fhir.validate(fhir.loads(text)):
                found.append(with_our_ids(resource))
    return found


def our_id(type_: str, id_: str) -> UUID:
    return uuid5(NAMESPACE, f"{type_}/{id_}")


def with_our_ids(resource: dict) -> dict:
    """Give an example and what it links to ids of our form."""
    found = _relinked(resource)
    return found | {"id": str(our_id(resource["resourceType"], resource["id"]))}


def _relinked(node):
    if isinstance(node, list):
        return [_relinked(item) for item in node]
    if not isinstance(node, dict):
        return node
    told = {name: _relinked(part) for name, part in node.items()}
    target = told.get("reference")
    if isinstance(target, str) and target.partition("/")[0] in SEARCHED:
        type_, _, id_ = target.partition("/_history/")[0].partition("/")
        told["reference"] = f"{type_}/{our_id(type_, id_)}"
    return told


def whose(resource: dict) -> UUID:
    if resource["resourceType"] == "Patient":
        return UUID(resource["id"])
    for path in PATIENT_PATHS[resource["resourceType"]]:
        for node in fhir.walk(resource, fhir.steps(path)):
            target = node.get("reference", "") if isinstance(node, dict) else ""
            if target.startswith("Patient/"):
                return UUID(target[8:])
    return NOBODY


def escaped(text: str) -> str:
    return "".join(f"\\{char}" if char in "\\,|$" else char for char in text)


def asked_for(kind: SearchKind, value) -> str | None:
    """Return a value of the query string that finds this one."""
    match kind:
        case SearchKind.TOKEN:
            return f"{escaped(value.system)}|{escaped(value.code)}" if value.system else escaped(value.code)
        case SearchKind.STRING:
            return escaped(value[:40]) if fhir.fold(value[:40]) else None
        case SearchKind.DATE:
            at = value.start or (value.end - ONE_SECOND if value.end else None)
            return f"ap{at.astimezone(UTC).isoformat()}".replace("+00:00", "Z") if at else None
        case SearchKind.QUANTITY | SearchKind.NUMBER:
            number = f"ge{value.low}" if abs(value.low) < 10**20 else f"le{value.high}"
            return number if value.low == value.high else None
        case SearchKind.REFERENCE | SearchKind.URI:
            return None if any(value.startswith(odd) for odd in ODD) or "/" not in value else escaped(value)
        case _:
            return None


def test_the_table_is_what_the_official_definitions_give(tmp_path):
    for name, content in members().items():
        if name.startswith(("SearchParameter-", "StructureDefinition-", "CompartmentDefinition-")):
            (tmp_path / name).write_bytes(content)
    assert generate.text(tmp_path) == generate.TARGET.read_text()


def test_every_official_parameter_is_offered_or_left_out_for_a_reason():
    official = [json.loads(text) for name, text in members().items() if name.startswith("SearchParameter-")]
    missing = {
        (kind, told["code"])
        for told in official
        if not told["id"].startswith("example")
        for kind in set(told.get("base", ())) & set(SEARCHED)
        if told["code"] not in fhir.SEARCH[kind] or fhir.SEARCH[kind][told["code"]].kind != told["type"]
    }
    assert {code for _, code in missing} <= set(generate.LEFT_OUT)


def test_columns_of_every_example_are_made_without_failing():
    assert len(examples()) > 450
    for resource in examples():
        columns_of(resource)


@pytest.mark.django_db
@pytest.mark.parametrize("type_", sorted(SEARCHED))
def test_every_example_is_found_by_each_of_its_parameters(type_):
    mine = [one for one in examples() if one["resourceType"] == type_][:60]
    if not mine:
        pytest.skip(f"no valid example of {type_}")
    for resource in mine:
        record.put(resource, local_identity_id=whose(resource), at=NOON, source="essai", establishment="aphm")
    lost = [
        f"{resource['id']}: {name}={asked}"
        for resource in mine
        for name, values in fhir.extract(resource).items()
        for value in values[:2]
        if name not in {"_id", "_lastUpdated"}
        and (asked := asked_for(fhir.SEARCH[type_][name].kind, value)) is not None
        and UUID(resource["id"]) not in found(type_, name, asked)
    ]
    assert lost == []


def found(type_: str, name: str, asked: str) -> set[UUID]:
    return {row.id for row in record.search(type_, {name: [asked]}, count=500).rows}
