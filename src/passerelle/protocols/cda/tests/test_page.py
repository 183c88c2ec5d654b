"""The page of a document: readable, structured, and safe whatever the document holds."""

import base64
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passerelle.protocols import cda
from passerelle.protocols.cda.tests.documents import a_letter, shown, with_body, with_narrative

PNG = b"\x89PNG\r\n\x1a\n" + bytes(20)
TAGS = {
    *(
        "div",
        "dl",
        "dt",
        "dd",
        "section",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "p",
        "ul",
        "ol",
        "li",
        "span",
        "strong",
        "small",
    ),
    *("table", "caption", "thead", "tbody", "tfoot", "tr", "th", "td", "br", "img", "sub", "sup"),
}
ATTRIBUTES = {"class", "role", "tabindex", "aria-label", "scope", "colspan", "rowspan", "alt", "src"}


def tags_and_attributes(html):
    opened = re.findall(r"<([a-zA-Z][\w:-]*)([^>]*)>", html)
    names = {name for name, _ in opened}
    attributes = {attribute for _, rest in opened for attribute in re.findall(r"\s([\w:-]+)=", rest)}
    return names, attributes


def test_titles_and_paragraphs_are_shown_escaped():
    html = shown(a_letter())

    assert "<h2>Motif</h2>" in html
    assert "<p>Douleur &lt; 24 h &amp; fièvre</p>" in html


def test_the_header_speaks_french():
    html = shown(a_letter())

    assert "<dt>Patient</dt><dd>D’ALLÈGRE Zoé, née le 28 mars 1979</dd>" in html
    assert "<dd>1er mars 2026 à 14 h 30</dd>" in html


def test_a_table_has_its_caption_and_the_scope_of_its_headers():
    html = shown(
        with_narrative(
            "<table><caption>Bilan</caption><thead><tr><th>Examen</th></tr></thead>"
            "<tbody><tr><th>Glucose</th><td colspan='2' rowspan='900' onclick='x()'>5</td></tr></tbody></table>"
        )
    )

    assert "<caption>Bilan</caption>" in html
    assert '<th scope="col">Examen</th>' in html
    assert '<th scope="row">Glucose</th><td colspan="2">5</td>' in html


def test_lists_styles_and_indices_are_kept():
    html = shown(
        with_narrative(
            '<list listType="ordered"><item>un</item></list><list><item><content styleCode="Bold Italics">H</content>'
            "<sub>2</sub>O</item></list>"
        )
    )

    assert "<ol><li>un</li></ol>" in html
    assert '<li><span class="cda-bold cda-italics">H</span><sub>2</sub>O</li>' in html


HOSTILE_NARRATIVES = [
    "<script>alert(1)</script>",
    '<linkHtml href="javascript:alert(1)">lien</linkHtml>',
    '<linkHtml href="https://ailleurs.example/">lien</linkHtml>',
    '<img src="https://ailleurs.example/x.png" onerror="x()"/>',
    '<content styleCode="&quot; onmouseover=&quot;x()">texte</content>',
    '<paragraph style="background:url(https://ailleurs.example)">texte</paragraph>',
    '<table style="x" onclick="y"><tr><td colspan="&quot;&gt;&lt;script&gt;">z</td></tr></table>',
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    '<x:iframe xmlns:x="http://www.w3.org/1999/xhtml" src="https://ailleurs.example"/>',
    '<svg xmlns="http://www.w3.org/2000/svg" onload="x()"><a href="y">z</a></svg>',
    "<![CDATA[<script>alert(1)</script>]]>",
]


@pytest.mark.parametrize("narrative", HOSTILE_NARRATIVES)
def test_nothing_active_and_no_address_comes_through(narrative):
    html = shown(with_narrative(narrative))
    names, attributes = tags_and_attributes(html)

    assert names <= TAGS
    assert attributes <= ATTRIBUTES
    assert "ailleurs" not in html
    assert "javascript" not in html


def test_a_hostile_title_is_only_text():
    html = shown(a_letter(sections=[('"><script>x</script>', ["texte"])]))

    assert "<script" not in html


def with_image(mime, content):
    media = (
        f'<entry><observationMedia ID="m1"><value mediaType="{mime}" representation="B64">'
        f"{base64.b64encode(content).decode()}</value></observationMedia></entry>"
    )
    section = f'<section><title>T</title><text><renderMultiMedia referencedObject="m1"/></text>{media}</section>'
    return with_body(f"<structuredBody><component>{section}</component></structuredBody>".encode())


def test_a_png_is_embedded():
    assert '<img class="cda-image" alt="Image jointe au document" src="data:image/png;base64,' in shown(
        with_image("image/png", PNG)
    )


@pytest.mark.parametrize(
    ("mime", "content"),
    [("image/svg+xml", b"<svg onload='x()'/>"), ("image/png", b"<script>"), ("image/jpeg", PNG), ("text/html", b"<b>")],
)
def test_what_is_not_a_sane_image_is_only_named(mime, content):
    html = shown(with_image(mime, content))

    assert "<img" not in html
    assert "Pièce jointe" in html


def test_text_and_rtf_bodies_become_paragraphs():
    rtf = rb"{\rtf1{\fonttbl{\f0 Arial;}}{\*\generator x;}Bonjour \'e9t\'e9 \u233\'e9\par Fin \{ok\}}"
    encoded = base64.b64encode(rtf)
    text = shown(with_body(b"<nonXMLBody><text mediaType='text/plain'>un\n\ndeux &lt;b&gt;</text></nonXMLBody>"))
    rich = shown(
        with_body(b"<nonXMLBody><text mediaType='text/rtf' representation='B64'>" + encoded + b"</text></nonXMLBody>")
    )

    assert "<p>un</p><p>deux &lt;b&gt;</p>" in text
    assert "<p>Bonjour été é</p><p>Fin {ok}</p>" in rich


@given(st.binary(max_size=300))
def test_any_rtf_gives_text(content):
    from passerelle.protocols.cda.rtf import rtf_text

    assert isinstance(rtf_text(content), str)


def test_an_empty_document_says_so():
    assert "ne contient pas de texte" in shown(with_body(b"<structuredBody/>"))


@given(st.text(max_size=60))
def test_no_text_makes_a_tag(text):
    html = cda.to_html(cda.read(a_letter(sections=[(text, [text, text])])))
    names, attributes = tags_and_attributes(html)

    assert names <= TAGS
    assert attributes <= ATTRIBUTES
