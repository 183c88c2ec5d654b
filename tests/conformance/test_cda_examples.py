"""The French CDA R2 examples: every one is readable, and damage gives only the typed error.

https://github.com/ansforge/TestContenuCDA-3-0 (40 documents of the CI-SIS content models)
"""

import os
import random
import re
from contextlib import suppress
from decimal import Decimal
from pathlib import Path

import pytest

from passerelle.protocols import cda

PROJECT = Path(__file__).resolve().parents[2]
FOLDER = Path(os.environ.get("PASSERELLE_SHARED", PROJECT.parent / "shared")) / "data" / "cda-fr"
DOCUMENTS = sorted(FOLDER.glob("*.xml"))
pytestmark = pytest.mark.skipif(not DOCUMENTS, reason="the French CDA examples are not on this machine")
ACTIVE = re.compile(
    r"<(script|style|iframe|object|embed|link|a|form|svg)\b|\son\w+=|javascript:|https?://", re.IGNORECASE
)


def named(fragment: str) -> cda.CdaDocument:
    return cda.read(next(path for path in DOCUMENTS if fragment in path.name).read_bytes())


def test_there_are_forty_documents():
    assert len(DOCUMENTS) == 40


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.stem)
def test_a_document_is_readable(path):
    document = cda.read(path.read_bytes())
    html = cda.to_html(document)
    words = re.sub(r"<[^>]+>", " ", html).split()

    assert document.title
    assert document.patient.birth_name
    assert document.effective_at is not None
    assert len(words) > 60 or document.pdf.startswith(b"%PDF-")
    assert not ACTIVE.search(re.sub(r'src="data:image/(png|jpeg);base64,[^"]*"', "", html))


def test_laboratory_results_are_coded_values():
    (glucose,) = named("Glycemie_mole").observations

    assert (glucose.loinc, glucose.value, glucose.unit) == ("40193-5", Decimal("4.89"), "mmol/L")
    assert glucose.interpretation == "N"
    assert len(named("Electrophorese").observations) >= 30


def test_a_local_code_keeps_its_label_without_loinc():
    assert all(result.label for result in named("CRP_non_LOINC").observations)


def test_images_are_shown_in_the_page():
    assert cda.to_html(named("OPH-CR-RTN")).count('src="data:image/jpeg;base64,') == 4


@pytest.mark.parametrize("path", DOCUMENTS[::4], ids=lambda path: path.stem)
def test_a_damaged_document_gives_a_page_or_the_typed_error(path):
    original = path.read_bytes()[:60_000]
    chance = random.Random(path.name)
    for _ in range(60):
        damaged = bytearray(original)
        for _ in range(chance.randint(1, 5)):
            place = chance.randrange(len(damaged))
            damaged[place : place + chance.randint(0, 40)] = chance.randbytes(chance.randint(0, 6))
        with suppress(cda.CdaError):
            cda.to_html(cda.read(bytes(damaged)))
