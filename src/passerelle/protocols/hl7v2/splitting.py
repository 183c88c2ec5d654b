from __future__ import annotations

_LARGE = 8_192


def split(text: str, separator: str) -> list[str]:
    """Do what `str.split` does, several times faster on a large text with few separators (a document in base64).

    `str.split` looks at each character in turn; `str.find` leaps.
    """
    if len(text) < _LARGE:
        return text.split(separator)
    pieces: list[str] = []
    start = 0
    while (end := text.find(separator, start)) >= 0:
        pieces.append(text[start:end])
        start = end + 1
    pieces.append(text[start:])
    return pieces
