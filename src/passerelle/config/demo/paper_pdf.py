"""One page of text as a PDF, written by hand: enough for a report that an old application sends."""

from collections.abc import Sequence

_PAGE = "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>"
_FONT = "<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>"
_TOP, _LEFT, _LINE, _TITLE_SIZE, _SIZE = 780, 60, 18, 15, 11


def one_page(title: str, lines: Sequence[str]) -> bytes:
    """Return a PDF of one A4 page: a title, then lines; a character outside Windows-1252 is told as « ? »."""
    shown = [f"BT /F1 {_TITLE_SIZE} Tf {_LEFT} {_TOP} Td ({_text(title)}) Tj ET"]
    shown += [
        f"BT /F1 {_SIZE} Tf {_LEFT} {_TOP - _LINE * (rank + 2)} Td ({_text(line)}) Tj ET"
        for rank, line in enumerate(lines)
    ]
    drawn = "\n".join(shown)
    objects = [
        "<</Type/Catalog/Pages 2 0 R/Lang(fr-FR)>>",
        "<</Type/Pages/Kids[3 0 R]/Count 1>>",
        _PAGE,
        f"<</Length {len(_bytes(drawn))}>>stream\n{drawn}\nendstream",
        _FONT,
    ]
    return _file(objects)


def _file(objects: Sequence[str]) -> bytes:
    content, starts = b"%PDF-1.4\n", list[int]()
    for number, told in enumerate(objects, start=1):
        starts.append(len(content))
        content += _bytes(f"{number} 0 obj\n{told}\nendobj\n")
    table = "".join(f"{start:010d} 00000 n \n" for start in starts)
    size = len(objects) + 1
    head = f"xref\n0 {size}\n0000000000 65535 f \n{table}"
    return content + _bytes(f"{head}trailer<</Size {size}/Root 1 0 R>>\nstartxref\n{len(content)}\n%%EOF\n")


def _text(told: str) -> str:
    return told.replace("\u202f", "\u00a0").replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")


def _bytes(told: str) -> bytes:
    return told.encode("cp1252", errors="replace")
