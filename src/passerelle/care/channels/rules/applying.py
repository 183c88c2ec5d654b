"""Run the steps of a mapping. What no step names keeps its very bytes, and the message that came is never changed."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from passerelle.care.channels.rules.declared import Channel
from passerelle.care.channels.rules.steps import EVERY, Act, Condition, Otherwise, Place, Step
from passerelle.protocols import hl7v2
from passerelle.protocols.hl7v2 import Hl7Error, Separators

_BREAK = re.compile(r"(\r\n?|\n)")
_WINDOWS = "cp1252"


class MappingFailed(Hl7Error):
    """La transformation du canal ne peut pas s’écrire dans le jeu de caractères du message."""


@dataclass(slots=True)
class _Line:
    """A segment with the breaks that follow it; what is cut from it joins again to the same text."""

    text: str
    tail: str

    @property
    def name(self) -> str:
        return self.text[:3]


def apply_mapping(channel: Channel, message: hl7v2.Message) -> hl7v2.Message:
    """Return the message as the steps of the channel leave it; the very same object when they change nothing.

    Raises:
        MappingFailed: a step writes a character that the charset of the message does not have.
    """
    return transformed(channel.mapping, message)


def transformed(steps: tuple[Step, ...], message: hl7v2.Message) -> hl7v2.Message:
    """Return the message as these steps leave it, each seeing what the one before did."""
    if not steps:
        return message
    text = message.text
    page = _Page(text, message.separators, message.charset)
    for step in steps:
        if all(page.holds(condition) for condition in step.when):
            page.run(step)
    changed = page.text()
    return message if changed == text else hl7v2.parse(_encoded(changed, message.charset))


class _Page:
    def __init__(self, text: str, separators: Separators, charset: str) -> None:
        self._separators = separators
        self._charset = charset
        self._head, self._lines = _cut(text, separators.field)

    def text(self) -> str:
        return self._head + "".join(line.text + line.tail for line in self._lines)

    def holds(self, condition: Condition) -> bool:
        return (self._meant(condition.place) in condition.values) is not condition.is_negated

    def run(self, step: Step) -> None:
        if step.act is Act.DROP:
            self._lines = [line for line in self._lines if line.name != step.segment]
            return
        if step.place is None:
            return
        if step.act is Act.COPY:
            raw = self._raw(step.source) if step.source else ""
            self._write(step.place, lambda _: raw)
            return
        self._write(step.place, self._change(step))

    def _change(self, step: Step) -> Callable[[str], str]:
        escaped = hl7v2.escape(step.value, self._separators)
        if step.act is Act.SET:
            return lambda _: escaped
        if step.act is Act.CLEAR:
            return lambda _: ""
        if step.act is Act.REPLACE:
            find = hl7v2.escape(step.find, self._separators)
            return lambda raw: raw.replace(find, escaped)
        return lambda raw: self._translated(step, raw)

    def _translated(self, step: Step, raw: str) -> str:
        meant = self._unescape(raw)
        if meant in step.table:
            return hl7v2.escape(step.table[meant], self._separators)
        return raw if step.otherwise is Otherwise.KEEP else ""

    def _meant(self, place: Place) -> str:
        return self._unescape(self._raw(place))

    def _unescape(self, raw: str) -> str:
        return hl7v2.unescape(raw, self._separators, self._charset)

    def _raw(self, place: Place) -> str:
        """Return the text at a place, as it came; with `[*]`, that of the first."""
        for line in self._named(place):
            parts, index = self._field(line, place)
            return _leaf(parts[index], self._path(place)) if index < len(parts) else ""
        return ""

    def _write(self, place: Place, change: Callable[[str], str]) -> None:
        for line in self._named(place):
            parts, index = self._field(line, place)
            before = parts[index] if index < len(parts) else ""
            after = _changed(before, self._path(place), change)
            if after != before:
                parts += [""] * (index + 1 - len(parts))
                parts[index] = after
                line.text = self._separators.field.join(parts)

    def _named(self, place: Place) -> Iterator[_Line]:
        named = [line for line in self._lines if line.name == place.segment]
        if place.occurrence == EVERY:
            yield from named
        else:
            yield from named[place.occurrence - 1 : place.occurrence]

    def _field(self, line: _Line, place: Place) -> tuple[list[str], int]:
        # MSH-1 is the separator itself: the text after the first one is MSH-2.
        return line.text.split(self._separators.field), place.field - (place.segment == "MSH")

    def _path(self, place: Place) -> tuple[tuple[str, int], ...]:
        separators = self._separators
        levels = (
            (separators.repetition, place.repetition),
            (separators.component, place.component),
            (separators.subcomponent, place.subcomponent),
        )
        return tuple((separator, number) for separator, number in levels if number)


def _cut(text: str, field: str) -> tuple[str, list[_Line]]:
    pieces = [*_BREAK.split(text), ""]
    head, lines = "", list[_Line]()
    for line, tail in zip(pieces[::2], pieces[1::2], strict=True):
        if (line[3:4] == field and line[:3].isalnum()) or (len(line) == 3 and line.isalnum() and line.isupper()):
            lines.append(_Line(line, tail))
        elif not lines:
            head += line + tail
        elif line:
            lines[-1].text += lines[-1].tail + line
            lines[-1].tail = tail
        else:
            lines[-1].tail += tail
    return head, lines


def _leaf(text: str, path: tuple[tuple[str, int], ...]) -> str:
    for separator, number in path:
        parts = text.split(separator)
        place = 0 if number == EVERY else number - 1
        text = parts[place] if place < len(parts) else ""
    return text


def _changed(text: str, path: tuple[tuple[str, int], ...], change: Callable[[str], str]) -> str:
    if not path:
        return change(text)
    (separator, number), *rest = path
    parts = text.split(separator)
    if number == EVERY:
        return separator.join(_changed(part, tuple(rest), change) for part in parts) if text else text
    before = parts[number - 1] if number <= len(parts) else ""
    after = _changed(before, tuple(rest), change)
    if after == before:
        return text
    parts += [""] * (number - len(parts))
    parts[number - 1] = after
    return separator.join(parts)


def _encoded(text: str, codec: str) -> bytes:
    try:
        return text.encode(codec)
    except UnicodeEncodeError as fault:
        if codec == _WINDOWS and (raw := _in_windows(text)) is not None:
            return raw
        character = f"U+{ord(text[fault.start]):04X}"
        why = f"la transformation du canal écrit {character}, que le jeu de caractères du message n’a pas"
        raise MappingFailed(where="MSH^1^18", why=why, code="102") from fault


def _in_windows(text: str) -> bytes | None:
    """Encode with the five bytes that CP1252 leaves undefined, which are read as the controls of the same number."""
    raw = bytearray()
    for character in text:
        try:
            raw += character.encode(_WINDOWS)
        except UnicodeEncodeError:
            if not 0x80 <= ord(character) < 0xA0:
                return None
            raw.append(ord(character))
    return bytes(raw)
