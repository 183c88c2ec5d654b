"""What is active in a PDF is found whatever way it is written; what cannot be read counts as active."""

import io
import zlib

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, String

from passerelle.core.files.rules.active_pdf import UNREADABLE, active_content
from passerelle.core.files.tests.drawing import one_page_pdf

SCRIPT = Dictionary(S=Name.JavaScript, JS=String("app.alert(1)"))


def _packed(**catalog) -> bytes:
    """Return a PDF whose objects are all in compressed streams."""
    content = io.BytesIO()
    with pikepdf.open(io.BytesIO(one_page_pdf(**catalog))) as pdf:
        pdf.save(content, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return content.getvalue()


def _on_a_page(**annotation) -> bytes:
    content = io.BytesIO()
    with pikepdf.new() as pdf:
        page = pdf.add_blank_page()
        page.Annots = Array([pdf.make_indirect(Dictionary(Type=Name.Annot, Rect=[0, 0, 9, 9], **annotation))])
        pdf.save(content)
    return content.getvalue()


def test_a_plain_page_holds_nothing_active():
    assert active_content(one_page_pdf()) == frozenset()
    assert active_content(_packed()) == frozenset()


@pytest.mark.parametrize(
    ("catalog", "word"),
    [
        ({"OpenAction": SCRIPT}, "un script"),
        ({"AA": Dictionary(WC=SCRIPT)}, "un script"),
        ({"Names": Dictionary(JavaScript=Dictionary(Names=[String("a"), SCRIPT]))}, "un script"),
        ({"OpenAction": Dictionary(S=Name.Launch, F=String("calc.exe"))}, "le lancement d’un programme"),
        ({"Names": Dictionary(EmbeddedFiles=Dictionary(Names=[]))}, "un fichier joint"),
        ({"AcroForm": Dictionary(XFA=String("<xdp/>"))}, "un formulaire animé"),
        ({"OpenAction": Dictionary(S=Name.SubmitForm, F=String("http://exemple.invalid"))}, "un envoi de formulaire"),
    ],
)
@pytest.mark.parametrize("written", [one_page_pdf, _packed])
def test_what_is_active_is_named(catalog, word, written):
    assert word in active_content(written(**catalog))


def test_what_hangs_on_a_page_is_found():
    assert active_content(_on_a_page(Subtype=Name.Link, A=Dictionary(S=Name.URI, URI=String("http://exemple.invalid"))))
    assert "un contenu animé" in active_content(_on_a_page(Subtype=Name.RichMedia))


def test_a_name_written_in_escapes_is_the_same_name():
    script = b"/S/JavaScript/JS(app.alert(1))"
    plain = one_page_pdf(OpenAction=SCRIPT)
    hidden = plain.replace(b"/JavaScript", b"/J#61vaScript") if b"/JavaScript" in plain else plain + script

    assert active_content(hidden)


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7", b"MZ\x90", b"<script>", one_page_pdf()[:-40]])
def test_what_cannot_be_read_counts_as_active(content):
    assert active_content(content) == {UNREADABLE}


def test_a_locked_file_counts_as_active():
    content = io.BytesIO()
    with pikepdf.open(io.BytesIO(one_page_pdf())) as pdf:
        pdf.save(content, encryption=pikepdf.Encryption(owner="a", user=""))

    assert active_content(content.getvalue()) == {UNREADABLE}


def test_a_bomb_of_compressed_objects_stays_folded():
    bomb = zlib.compress(b"1 0 " + b" " * 90_000_000, 9)
    head = b"%PDF-1.5\n"
    stream = b"2 0 obj<</Type/ObjStm/N 1/First 4/Filter/FlateDecode/Length %d>>stream\n%s\nendstream endobj\n"
    body = head + stream % (len(bomb), bomb)
    rows = b"\x00\x00\x00\x00\xff" + b"\x02\x00\x00\x02\x00" + b"\x01" + len(head).to_bytes(3) + b"\x00"
    table = b"3 0 obj<</Type/XRef/Size 3/W[1 3 1]/Root 1 0 R/Length %d>>stream\n%s\nendstream endobj\n" % (
        len(rows),
        rows,
    )
    whole = body + table + b"startxref\n%d\n%%%%EOF" % len(body)

    assert len(whole) < 1_000_000
    assert active_content(whole) == {UNREADABLE}


def test_nesting_without_end_counts_as_active():
    deep = Array([])
    for _ in range(200):
        deep = Array([deep])

    assert active_content(one_page_pdf(PieceInfo=deep)) == {UNREADABLE}
