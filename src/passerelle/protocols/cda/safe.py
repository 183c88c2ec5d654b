"""The one way XML from outside is parsed: no DTD, no entity, no network, bounded depth and size."""

import re
from typing import Any

from lxml import etree

from passerelle.protocols.cda.model import CdaError

MAX_BYTES = 20 * 1024 * 1024
MAX_DEPTH = 100
_ENCODINGS = {"utf-8", "utf8", "us-ascii", "ascii", "iso-8859-1", "iso-8859-15", "windows-1252", "utf-16"}
_DECLARED = re.compile(rb"""<\?xml[^>]{0,100}?encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")
_TOO_DEEP = etree.XPath("boolean(" + "/".join(["*"] * MAX_DEPTH) + ")")


def safe_xml(content: bytes) -> Any:
    """Return the root element, without comments or processing instructions.

    Raises:
        CdaError: too big, too deep, not well formed, unknown encoding, or a document type declaration.
    """
    if len(content) > MAX_BYTES:
        raise CdaError(where="document", why=f"plus de {MAX_BYTES // 1024 // 1024} Mo")
    _refuse_declarations(content)
    # `huge_tree` admits the base64 of a large PDF in one text node; what it stops guarding is refused above.
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=True,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError, LookupError) as fault:
        raise CdaError(where="document", why=f"XML mal formé ({str(fault)[:120]})") from fault
    if root is None or root.getroottree().docinfo.internalDTD is not None:
        raise CdaError(where="document", why="une déclaration DOCTYPE n’est pas admise")
    if _TOO_DEEP(root):
        raise CdaError(where="document", why=f"plus de {MAX_DEPTH} niveaux d’éléments")
    return root


def _refuse_declarations(content: bytes) -> None:
    narrow = (
        content.replace(b"\0", b"") if content[:2] in {b"\xff\xfe", b"\xfe\xff"} or b"\0" in content[:8] else content
    )
    declared = _DECLARED.search(narrow[:200])
    if declared and declared[1].decode("ascii").lower() not in _ENCODINGS:
        raise CdaError(where="document", why="encodage de caractères non admis")
    if b"<!DOCTYPE" in narrow or b"<!ENTITY" in narrow:
        raise CdaError(where="document", why="une déclaration DOCTYPE n’est pas admise")
