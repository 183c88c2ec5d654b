"""What the writer makes, the reader reads back."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passerelle.protocols import cda
from passerelle.protocols.cda.tests.documents import AUTHOR, PATIENT, a_letter, shown

TAKEN_AT = datetime(2026, 3, 1, 7, 0, tzinfo=UTC)
RESULTS = (
    cda.LabResult("2345-7", "Glucose", Decimal("7.20"), "mmol/L", Decimal("3.9"), Decimal("6.1"), "H", TAKEN_AT),
    cda.LabResult("2160-0", "Créatinine", Decimal(62), "µmol/L", None, Decimal(90), "N", TAKEN_AT),
    cda.LabResult("5778-6", "Couleur", "paille", effective_at=TAKEN_AT),
)


@pytest.mark.parametrize("kind", list(cda.DocumentKind))
def test_each_kind_is_read_back_with_its_code(kind):
    document = cda.read(a_letter(kind=kind))

    assert document.code == kind.code
    assert document.patient == PATIENT
    assert document.authors[0].identifier == AUTHOR.identifier
    assert [section.title for section in document.sections] == ["Motif", "Suite"]


def test_results_are_shown_and_coded():
    content = a_letter(kind=cda.DocumentKind.LAB_REPORT, sections=[("Biochimie", cda.Results(RESULTS))])

    assert cda.read(content).observations == RESULTS
    assert "<td>7,20 mmol/L</td><td>3,9 à 6,1</td><td>Élevé</td>" in shown(content)
    assert "<td>62 µmol/L</td><td>moins de 90</td>" in shown(content)


def test_a_table_is_shown_with_its_caption():
    table = cda.Table(("Heure", "Geste"), (("8 h", "Incision"),), caption="Déroulé")

    assert "<caption>Déroulé</caption>" in shown(a_letter(sections=[("Intervention", table)]))


@pytest.mark.parametrize(
    ("ucum", "shown_as"),
    [("umol/L", "µmol/L"), ("10*9/L", "10⁹/L"), ("mmol/L", "mmol/L"), ("{ratio}", ""), ("U/L", "U/L")],
)
def test_a_unit_is_shown_as_people_write_it(ucum, shown_as):
    assert cda.unit_label(ucum) == shown_as


@given(st.text(max_size=50))
def test_any_text_gives_well_formed_xml(text):
    document = cda.read(
        a_letter(
            sections=[(text, [text])],
            patient=cda.PatientHeader(birth_name=text, given_names=(text,)),
        )
    )

    assert document.unique_id.extension == "L1"
