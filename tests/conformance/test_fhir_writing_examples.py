"""The official FHIR R4 examples as they would be written: those refused and why, and the others that come back whole.

https://hl7.org/fhir/R4/downloads.html (package hl7.fhir.r4.examples 4.0.1); https://hl7.org/fhir/R4/validation.html
"""

import json
import os
import re
import tarfile
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from itertools import count
from pathlib import Path

import orjson
import pytest

from passerelle.care.record.rules.importing import Place, read_line
from passerelle.care.record.rules.kinds import TYPES
from passerelle.care.record.services.copying import Copying, Given, Unusual
from passerelle.protocols import fhir
from passerelle.protocols.fhir.structures.generate import TARGET, table_of

PROJECT = Path(__file__).resolve().parents[2]
SHARED = Path(os.environ.get("PASSERELLE_SHARED", PROJECT.parent / "shared"))
ARCHIVE = SHARED / "data" / "fhir-r4-examples.tar.xz"
pytestmark = pytest.mark.skipif(not ARCHIVE.exists(), reason="the official FHIR R4 examples are not on this machine")
AT = datetime(2026, 3, 2, 12, tzinfo=UTC)

# These examples break their own definitions.
KNOWN_FAULTS = {
    # A reference leads to a type that the element does not allow.
    "DeviceUseStatement-example.json": ["DeviceUseStatement.reasonReference[0].reference"],
    "MedicationRequest-medrx0301.json": ["MedicationRequest.dispenseRequest.performer.reference"],
    "Observation-clinical-gender.json": ["Observation.performer[0].reference"],
    # Three codes end in a space.
    "CodeSystem-v2-0550.json": [f"CodeSystem.concept[{rank}].code" for rank in (74, 208, 444)],
    # Its questions have no linkId, which is mandatory.
    "Questionnaire-qs1.json": ["Questionnaire.item[0].item[0].linkId"],
}


@cache
def package() -> dict[str, bytes]:
    with tarfile.open(ARCHIVE) as archive:
        return {Path(one.name).name: archive.extractfile(one).read() for one in archive if one.isfile()}


@cache
def of_stored_types() -> dict[str, bytes]:
    return {name: content for name, content in package().items() if fhir.loads(content).get("resourceType") in TYPES}


def exactly(text):
    return json.loads(text, parse_float=Decimal, parse_int=Decimal)


def test_there_are_enough_examples_to_mean_something():
    types = {fhir.loads(content)["resourceType"] for content in of_stored_types().values()}

    assert len(package()) >= 5_200
    assert len(of_stored_types()) >= 2_800
    assert types == set(TYPES)


def test_the_examples_refused_are_those_that_break_their_definition():
    found = {
        name: [issue.expression for issue in fhir.validate(fhir.loads(text))]
        for name, text in of_stored_types().items()
    }

    refused = {name: faults for name, faults in found.items() if faults}
    assert refused.keys() == KNOWN_FAULTS.keys()
    assert {name: faults[: len(KNOWN_FAULTS[name])] for name, faults in refused.items()} == KNOWN_FAULTS


def test_each_example_comes_back_number_by_number_and_character_by_character():
    for name, content in of_stored_types().items():
        told = exactly(fhir.spliced(fhir.read_written(content).text, "1", version=1, at=AT))
        sent = exactly(content)

        meta = told.pop("meta")
        assert (told.pop("id"), meta.pop("versionId"), meta.pop("lastUpdated")) == ("1", "1", "2026-03-02T12:00:00Z")
        sent_meta = {k: v for k, v in sent.pop("meta", {}).items() if k not in {"versionId", "lastUpdated"}}
        assert meta == sent_meta, name
        assert told == {part: value for part, value in sent.items() if part != "id"}, name
        assert list(told)[1:] == [part for part in sent if part not in {"id", "resourceType"}], name


def test_each_example_loaded_member_by_member_gives_the_row_it_gives_whole():
    ids, patient, by_members = count(), b"Patient/00000000-0000-4000-8000-000000000001", 0
    copyings = {told: Copying(Given("essai", AT, "aphm"), is_checked=told) for told in (True, False)}
    for content in of_stored_types().values():
        told = re.sub(rb"Patient/[A-Za-z0-9.\-]+", patient, content)
        line = orjson.dumps(orjson.loads(told) | {"id": f"00000000-0000-4000-8000-{next(ids):012d}"})
        for is_checked, copying in copyings.items():
            try:
                row = copying.row_of(line)
            except Unusual:
                continue
            by_members += 1
            assert row[:4] == copying.whole_row_of(read_line(line, Place("", 1), is_checked=is_checked))[:4]

    assert by_members > 2 * 2_000


def test_the_table_of_structures_is_that_of_the_official_definitions():
    def read(name):
        content = package().get(name)
        return json.loads(content) if content else None

    assert table_of(read) == TARGET.read_text(encoding="utf-8")
