"""Documents on a page: turned one after the other, compared, and never trusted."""

import io
import zipfile
from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone
from pikepdf import Dictionary, Name, String

from passerelle.care.record.tests import pages

pytestmark = pytest.mark.django_db
XXE = b"""<?xml version="1.0"?><!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]>
<ClinicalDocument xmlns="urn:hl7-org:v3"><title>&x;</title></ClinicalDocument>"""
BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE d [<!ENTITY a "aaaaaaaaaa">'
    + b"".join(b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(9))
    + b"]><ClinicalDocument xmlns='urn:hl7-org:v3'><title>&j;</title></ClinicalDocument>"
)
DEEP = b"<a>" * 5_000 + b"</a>" * 5_000
SCRIPT = Dictionary(S=Name.JavaScript, JS=String("app.alert(1)"))


@pytest.fixture(autouse=True)
def ground(db):
    pages.lay_the_ground()


@pytest.fixture
def local():
    _, here = pages.a_person("aphm")
    pages.a_stay(here, documents=0, results=0)
    return here


def ago(days):
    return timezone.now() - timedelta(days=days)


def text(response):
    assert response.status_code == 200
    return response.content.decode()


def opened(document_id, client=None, **asked):
    return text((client or pages.alice()).get(reverse("record:document", args=[document_id]), asked))


def test_one_turns_from_a_document_to_the_next(local):
    new, middle, old = (pages.a_document(local, at=ago(days), title=f"Pièce {days}") for days in (1, 5, 9))
    page = opened(middle)

    assert f'rel="prev"\n                     href="/documents/{new}/"' in page
    assert f'rel="next"\n                     href="/documents/{old}/"' in page
    assert 'rel="prev"' not in opened(new)
    assert 'rel="next"' not in opened(old)


def test_two_documents_stand_side_by_side(local):
    letter = pages.a_document(local, title="La lettre", content=pages.a_letter("Suites simples."))
    report = pages.a_document(local, title="Le compte rendu", mime="application/pdf", content=pages.PDF)
    page = opened(letter, avec=str(report))

    assert page.count('<section class="sheet"') == 2
    assert "Suites simples." in page
    assert f'src="/documents/{report}/fichier"' in page


def test_the_document_beside_is_of_the_same_patient_or_the_page_does_not_exist(local):
    letter = pages.a_document(local)
    _, other = pages.a_person("aphm", birth_name="AUTRE")
    pages.a_stay(other, documents=0, results=0)
    foreign = pages.a_document(other)
    address = reverse("record:document", args=[letter])

    for asked in (foreign, uuid4()):
        assert pages.alice().get(address, {"avec": str(asked)}).status_code == 404
    assert opened(letter, avec="nimporte").count('<section class="sheet"') == 1


@pytest.mark.parametrize("content", [XXE, BOMB, DEEP, b"\x00\xff", b"<html><script>alert(1)</script></html>"])
def test_a_hostile_xml_is_shown_as_the_text_it_is(local, content):
    page = opened(pages.a_document(local, content=content))

    assert "root:" not in page
    assert "a" * 1_000 not in page
    assert "<script>alert" not in page


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (pages.one_page_pdf(OpenAction=SCRIPT), "un script"),
        (pages.one_page_pdf(Names=Dictionary(EmbeddedFiles=Dictionary(Names=[]))), "un fichier joint"),
        (b"%PDF-1.4 rien de tel", "un contenu illisible"),
    ],
)
def test_a_pdf_that_acts_is_never_shown_only_given_to_keep(local, content, word):
    document_id = pages.a_document(local, mime="application/pdf", content=content)
    page = opened(document_id)
    response = pages.alice().get(reverse("record:document_file", args=[document_id]))

    assert "<iframe" not in page
    assert word in page
    assert response["Content-Disposition"].startswith("attachment")
    assert response["Content-Type"] == "application/octet-stream"
    assert "sandbox" in response["Content-Security-Policy"]


def test_a_pdf_that_is_only_paper_is_framed_and_may_fetch_nothing(local):
    document_id = pages.a_document(local, mime="application/pdf", content=pages.PDF)
    response = pages.alice().get(reverse("record:document_file", args=[document_id]))

    assert "<iframe" in opened(document_id)
    assert response["Content-Security-Policy"].startswith("default-src 'none'")
    assert response["X-Content-Type-Options"] == "nosniff"


def _zip_bomb() -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("IHE_XDM/SUBSET01/METADATA.XML", b"\0" * 50_000_000)
    return content.getvalue()


@pytest.mark.parametrize(
    ("mime", "content"),
    [
        ("application/zip", _zip_bomb()),
        ("text/html", b"<script>alert(1)</script>"),
        ("image/svg+xml", b"<svg onload=x>"),
    ],
)
def test_what_a_page_cannot_show_safely_is_kept_as_a_file(local, mime, content):
    document_id = pages.a_document(local, mime=mime, content=content)
    page = opened(document_id)
    response = pages.alice().get(reverse("record:document_file", args=[document_id]))

    assert "<script>alert" not in page
    assert "<svg onload" not in page
    assert response["Content-Type"] == "application/octet-stream"
    assert response["Content-Disposition"].startswith("attachment")


def test_markup_in_a_title_stays_text_everywhere(local):
    bad = '</title><script>alert("x")</script>'
    document_id = pages.a_document(local, title=bad)
    person_id = pages.identity.person_of(local)
    client = pages.alice()
    addresses = [reverse("record:document", args=[document_id]), reverse("record:documents", args=[person_id])]

    assert [address for address in addresses if "<script>alert" in text(client.get(address))] == []


def test_the_shelf_tells_the_format_and_what_was_not_read(local):
    person_id = pages.identity.person_of(local)
    pages.a_document(local, at=ago(1), mime="application/pdf", content=pages.PDF, title="Scanner")
    page = text(pages.alice().get(reverse("record:documents", args=[person_id])))

    assert "PDF" in page
    assert "Non lu" in page
