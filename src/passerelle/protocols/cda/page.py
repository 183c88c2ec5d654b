"""Safe HTML of a document: only what the allow-list makes, never what the document holds.

Nothing is copied from the narrative but its text, and spans of cells that are small numbers. Tags are ours.
"""

import base64
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from html import escape
from zoneinfo import ZoneInfo

from lxml import etree

from passerelle.protocols.cda.elements import Element, attribute
from passerelle.protocols.cda.model import CdaDocument, Media, Section
from passerelle.protocols.cda.rtf import rtf_text

_MAX_IMAGE = 5 * 1024 * 1024
_SIGNATURES = {"image/png": b"\x89PNG\r\n\x1a\n", "image/jpeg": b"\xff\xd8\xff"}
_PARIS = ZoneInfo("Europe/Paris")
_MONTHS = (
    *("janvier", "février", "mars", "avril", "mai", "juin"),
    *("juillet", "août", "septembre", "octobre", "novembre", "décembre"),
)
_TAGS = {
    "paragraph": "p",
    "item": "li",
    "sub": "sub",
    "sup": "sup",
    "content": "span",
    "footnote": "small",
    "caption": "strong",
    "thead": "thead",
    "tbody": "tbody",
    "tfoot": "tfoot",
    "tr": "tr",
}
_STYLES = {
    "bold": ("cda-bold",),
    "italics": ("cda-italics",),
    "bolditalics": ("cda-bold", "cda-italics"),
    "underline": ("cda-underline",),
    "emphasis": ("cda-emphasis",),
}


@dataclass(frozen=True, slots=True)
class _Place:
    media: dict[str, Media]
    label: str
    in_head: bool = False


def to_html(document: CdaDocument, *, heading_level: int = 2) -> str:
    """Return the document as an HTML fragment that no content can make unsafe; headings start at `heading_level`."""
    media = {each.reference: each for each in document.media if each.reference}
    body = "".join(_section(section, media, heading_level) for section in document.sections)
    if document.nonxml:
        body = _nonxml(*document.nonxml)
    if not body:
        body = '<p class="cda-empty">Ce document ne contient pas de texte.</p>'
    return f'<div class="cda">{_header(document)}{body}</div>'


def _header(document: CdaDocument) -> str:
    authors = ", ".join(dict.fromkeys(author.name for author in document.authors if author.name))
    rows = (
        ("Patient", _person(document)),
        ("Rédigé par", authors),
        ("Établissement", document.custodian.name if document.custodian else ""),
        ("Date", _moment(document.effective_at)),
    )
    shown = "".join(f"<div><dt>{label}</dt><dd>{escape(told)}</dd></div>" for label, told in rows if told)
    return f'<dl class="cda-header">{shown}</dl>'


def _person(document: CdaDocument) -> str:
    patient = document.patient
    given = " ".join(patient.given_names[:1])
    born = f", {'née' if patient.sex == 'F' else 'né'} le {_day(patient.birth_date)}" if patient.birth_date else ""
    return f"{patient.birth_name} {given}".strip() + born


def _day(day: object) -> str:
    year, month, number = str(day)[:10].split("-")
    return f"{'1er' if number == '01' else int(number)} {_MONTHS[int(month) - 1]} {year}"


def _moment(moment: datetime | None) -> str:
    if moment is None:
        return ""
    local = moment.astimezone(_PARIS)
    hour = f" à {local.hour} h {local.minute:02d}" if (local.hour, local.minute) != (0, 0) else ""
    return _day(local.date()) + hour


def _section(section: Section, media: dict[str, Media], level: int) -> str:
    title = section.title or section.display
    rank = min(level, 6)
    heading = f"<h{rank}>{escape(title)}</h{rank}>" if title else ""
    place = _Place(media, title or "du document")
    narrative = _inside(section.narrative, place) if section.narrative is not None else ""
    below = "".join(_section(each, media, level + 1) for each in section.sections)
    return f'<section class="cda-section">{heading}{narrative}{below}</section>' if narrative.strip() or below else ""


def _inside(node: Element, place: _Place) -> str:
    parts = [escape(node.text or "")]
    for each in node:
        parts.extend((_element(each, place), escape(each.tail or "")))
    return "".join(parts)


def _element(node: Element, place: _Place) -> str:
    name = etree.QName(node).localname if isinstance(node.tag, str) else ""
    special = _SPECIAL.get(name)
    if special:
        return special(node, place)
    tag = _TAGS.get(name)
    inside = _inside(node, _Place(place.media, place.label, in_head=name == "thead") if name == "thead" else place)
    if not tag:
        return inside
    return f"<{tag}{_classes(node)}>{inside}</{tag}>"


def _classes(node: Element) -> str:
    codes = attribute(node, "styleCode").lower().replace(",", " ").split()
    names = dict.fromkeys(name for code in codes for name in _STYLES.get(code, ()))
    return f' class="{" ".join(names)}"' if names else ""


def _table(node: Element, place: _Place) -> str:
    inside = _inside(node, place)
    label = escape(place.label, quote=True)
    return (
        f'<div class="cda-table" role="group" tabindex="0" aria-label="Tableau : {label}"><table>{inside}</table></div>'
    )


def _caption(node: Element, place: _Place) -> str:
    parent = node.getparent()
    is_of_table = parent is not None and etree.QName(parent).localname == "table"
    tag = "caption" if is_of_table else "strong"
    return f"<{tag}>{_inside(node, place)}</{tag}>"


def _cell(node: Element, place: _Place) -> str:
    spans = "".join(_span(node, name) for name in ("colspan", "rowspan"))
    inside = _inside(node, place)
    is_header = etree.QName(node).localname == "th" and inside.strip()
    if not is_header:
        return f"<td{spans}{_classes(node)}>{inside}</td>"
    return f'<th scope="{"col" if place.in_head else "row"}"{spans}{_classes(node)}>{inside}</th>'


def _span(node: Element, name: str) -> str:
    told = attribute(node, name)
    return f' {name}="{int(told)}"' if told.isascii() and told.isdigit() and 1 < int(told[:4]) <= 100 else ""


def _list(node: Element, place: _Place) -> str:
    tag = "ol" if attribute(node, "listType") == "ordered" else "ul"
    items = "".join(_element(each, place) for each in node if etree.QName(each).localname == "item")
    return f"<{tag}>{items}</{tag}>" if items else ""


def _break(node: Element, _place: _Place) -> str:
    beside = [each for each in (node.getprevious(), node.getnext()) if each is not None]
    is_between_blocks = any(etree.QName(each).localname in {"table", "paragraph", "list", "br"} for each in beside)
    return "" if is_between_blocks and not (node.tail or "").strip() else "<br>"


def _link(node: Element, place: _Place) -> str:
    return f'<span class="cda-link">{_inside(node, place)}</span>'


def _multimedia(node: Element, place: _Place) -> str:
    references = attribute(node, "referencedObject").split()
    return "".join(_shown(place.media[each]) for each in references if each in place.media)


def _shown(media: Media) -> str:
    if is_sane_image(media.mime, media.content):
        return _image(media.mime, media.content)
    name = "PDF" if media.mime == "application/pdf" else "non affichable ici"
    return f'<span class="cda-attachment">Pièce jointe ({name})</span>'


def is_sane_image(mime: str, content: bytes) -> bool:
    """Tell whether the bytes are a PNG or JPEG of a size one can show."""
    signature = _SIGNATURES.get(mime)
    return signature is not None and content.startswith(signature) and len(content) <= _MAX_IMAGE


def _image(mime: str, content: bytes) -> str:
    return (
        f'<img class="cda-image" alt="Image jointe au document" src="data:{mime};base64,'
        f'{base64.b64encode(content).decode()}">'
    )


def _nonxml(mime: str, content: bytes) -> str:
    if mime == "application/pdf":
        return '<p class="cda-attachment">Ce document est un fichier PDF.</p>'
    if is_sane_image(mime, content):
        return _image(mime, content)
    if mime in {"text/rtf", "application/rtf"} or content.startswith(b"{\\rtf"):
        return f'<div class="cda-plain">{_lines(rtf_text(content))}</div>'
    if mime.startswith("text/"):
        return f'<div class="cda-plain">{_lines(content.decode("utf-8", "replace"))}</div>'
    return '<p class="cda-attachment">Ce document est dans un format qui ne s’affiche pas ici.</p>'


def _lines(text: str) -> str:
    paragraphs = [part for part in text.replace("\r\n", "\n").split("\n\n") if part.strip()]
    return "".join(f"<p>{escape(part.strip()).replace(chr(10), '<br>')}</p>" for part in paragraphs)


_SPECIAL: dict[str, Callable[[Element, _Place], str]] = {
    "table": _table,
    "caption": _caption,
    "td": _cell,
    "th": _cell,
    "list": _list,
    "br": _break,
    "linkHtml": _link,
    "renderMultiMedia": _multimedia,
    "footnoteRef": lambda _node, _place: "",
    "colgroup": lambda _node, _place: "",
    "col": lambda _node, _place: "",
}
