"""Text of an RTF body: words and line breaks, without the rest."""

import re

_TOKEN = re.compile(
    r"\\'(?P<hex>[0-9a-fA-F]{2})|\\u(?P<unicode>-?\d{1,6}) ?(?:\?|\\'[0-9a-fA-F]{2})?"
    r"|\\(?P<word>[a-zA-Z]{1,32})(?P<number>-?\d{1,10})? ?"
    r"|\\(?P<symbol>[^a-zA-Z])|(?P<open>\{)|(?P<close>\})|(?P<text>[^\\{}\r\n]+)|(?P<newline>[\r\n]+)"
)
_HIDDEN = {"fonttbl", "colortbl", "stylesheet", "info", "pict", "object", "header", "footer", "themedata", "datastore"}
_BREAKS = {"par": "\n\n", "line": "\n", "tab": "\t", "cell": "\t", "row": "\n", "emdash": "—", "endash": "–"}
_SYMBOLS = {"~": "\u00a0", "_": "-", "\\": "\\", "{": "{", "}": "}"}


def rtf_text(content: bytes) -> str:
    """Return the readable text; garbage gives what can be read of it."""
    shown: list[str] = []
    hidden_from: int | None = None
    depth = 0
    for token in _TOKEN.finditer(content.decode("cp1252", "replace")):
        depth += (token["open"] is not None) - (token["close"] is not None)
        if hidden_from is not None and depth < hidden_from:
            hidden_from = None
        if hidden_from is None and (token["word"] in _HIDDEN or token["symbol"] == "*"):
            hidden_from = depth
        if hidden_from is None:
            shown.append(_shown(token))
    return "".join(shown).strip()


def _shown(token: re.Match[str]) -> str:
    if token["hex"]:
        return bytes.fromhex(token["hex"]).decode("cp1252", "replace")
    if token["unicode"]:
        number = int(token["unicode"]) % 65536
        return "\ufffd" if 0xD800 <= number < 0xE000 else chr(number)
    if token["word"]:
        return _BREAKS.get(token["word"], "")
    return token["text"] or _SYMBOLS.get(token["symbol"] or "", "")
