from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from passerelle.protocols.hl7v2 import charset as charsets
from passerelle.protocols.hl7v2.separators import DEFAULT, Separators

_LINE_BREAKS = (".br", ".sp")


def unescape(text: str, separators: Separators = DEFAULT, charset: str = "utf-8") -> str:
    r"""Return the text that a leaf means.

    `\.br\` is a line feed, `\H\` and `\N\` (highlighting) vanish, other formatting commands too; a sequence that HL7
    does not define, or that a site defines (`\Zxx\`), stays as it came. Source: HL7 v2.5, chapter 2, section 2.7.
    """
    if separators.escape not in text:
        return text
    pattern, replace = _reader(separators, charset)
    return pattern.sub(replace, text)


def escape(text: str, separators: Separators = DEFAULT) -> str:
    """Return the text as a leaf may carry it; `unescape(escape(text)) == text` for every text."""
    is_plain = separators is DEFAULT and text.isalnum()
    return text if is_plain else text.translate(_writer(separators))


@lru_cache(maxsize=64)
def _reader(separators: Separators, charset: str) -> tuple[re.Pattern[str], Callable[[re.Match[str]], str]]:
    mark = re.escape(separators.escape)
    pattern = re.compile(rf"{mark}([FSTREPHN]|\.[a-z]{{2}}(?:(?!{mark})[+-])?\d{{0,4}}|X(?:[0-9A-Fa-f]{{2}})+){mark}")
    fixed = {
        "F": separators.field,
        "S": separators.component,
        "T": separators.subcomponent,
        "R": separators.repetition,
        "E": separators.escape,
        "P": separators.truncation,
        "H": "",
        "N": "",
    }

    def replace(match: re.Match[str]) -> str:
        command = match[1]
        if command[0] == "X":
            return charsets.decode_with(bytes.fromhex(command[1:]), charset)
        if command[0] == ".":
            return "\n" if command[:3] in _LINE_BREAKS else ""
        return fixed[command]

    return pattern, replace


@lru_cache(maxsize=64)
def _writer(separators: Separators) -> dict[int, str]:
    mark = separators.escape
    table = {code: f"{mark}X{code:02X}{mark}" for code in range(32) if code != 9}
    table[ord("\n")] = f"{mark}.br{mark}"
    for command in ("field", "component", "subcomponent", "repetition", "escape"):
        letter = {"field": "F", "component": "S", "subcomponent": "T", "repetition": "R", "escape": "E"}[command]
        table[ord(getattr(separators, command))] = f"{mark}{letter}{mark}"
    return table
