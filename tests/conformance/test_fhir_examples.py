"""The official FHIR R4 examples of the record's types, and the official search parameters.

https://hl7.org/fhir/R4/downloads.html (package hl7.fhir.r4.examples 4.0.1)
"""

import os
import tarfile
from functools import cache
from pathlib import Path

import pytest

from passerelle.protocols import fhir

PROJECT = Path(__file__).resolve().parents[2]
SHARED = Path(os.environ.get("PASSERELLE_SHARED", PROJECT.parent / "shared"))
ARCHIVE = SHARED / "data" / "fhir-r4-examples.tar.xz"
pytestmark = pytest.mark.skipif(not ARCHIVE.exists(), reason="the official FHIR R4 examples are not on this machine")

# Composite and extension-based parameters, and `phonetic`, are not offered.
NOT_OFFERED = {"relationship", "phonetic"}


@cache
def examples() -> dict[str, bytes]:
    with tarfile.open(ARCHIVE) as archive:
        wanted = (*(f"{kind}-" for kind in fhir.SEARCH), "SearchParameter-")
        members = [member for member in archive if Path(member.name).name.startswith(wanted)]
        return {Path(member.name).name: archive.extractfile(member).read() for member in members}


def of_our_types() -> dict[str, bytes]:
    return {name: content for name, content in examples().items() if fhir.loads(content)["resourceType"] in fhir.SEARCH}


def test_there_are_enough_examples_to_mean_something():
    assert len(of_our_types()) >= 90


def test_every_example_gives_search_values():
    for name, content in of_our_types().items():
        assert "_id" in fhir.extract(fhir.loads(content)), name


def test_the_official_search_parameters_are_offered_with_their_kind():
    official = (fhir.loads(text) for name, text in examples().items() if name.startswith("SearchParameter-"))
    offered_kinds = {kind.value for kind in fhir.SearchKind}
    for parameter in official:
        if parameter["type"] not in offered_kinds or parameter["code"] in NOT_OFFERED:
            continue
        for kind in set(parameter.get("base", ())) & set(fhir.SEARCH):
            if f"{kind}." in parameter.get("expression", "") and "extension(" not in parameter["expression"]:
                assert fhir.SEARCH[kind][parameter["code"]].kind == parameter["type"], (kind, parameter["code"])
