"""The shelf of documents: by year and by type."""

from passerelle.care.patientspace.selectors.pages import every_document, shelf
from passerelle.care.record.tests.rows import a_document, a_stay, a_timeline

DOCUMENTS = (
    a_document("Récent", days=2),
    a_document("Ancien", days=400, type_code="11502-2", type_label="Biologie"),
    a_document("Sans date", created_at=None),
)


def titles(found):
    return [(year, [document.title for document in documents]) for year, documents in found.years]


def test_documents_stand_by_year_newest_first_undated_last():
    assert titles(shelf(DOCUMENTS, year=None, type_code="")) == [
        (2026, ["Récent"]),
        (2025, ["Ancien"]),
        (None, ["Sans date"]),
    ]


def test_a_year_and_a_type_narrow_the_shelf_but_not_its_choices():
    found = shelf(DOCUMENTS, year=2025, type_code="11502-2")

    assert titles(found) == [(2025, ["Ancien"])]
    assert (found.shown, found.total) == (1, 3)
    assert found.all_years == (2026, 2025)
    assert [code for code, _ in found.types] == ["11502-2", "11490-0"]


def test_a_replaced_document_is_not_counted():
    old = a_document("Première version", replaced_by=DOCUMENTS[0].id)
    found = every_document(a_timeline(a_stay(documents=(old, DOCUMENTS[0])), documents=[DOCUMENTS[1]]))

    assert [document.title for document in found] == ["Récent", "Ancien"]
