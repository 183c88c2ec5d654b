from __future__ import annotations

from functools import lru_cache
from typing import TypeAlias

from passerelle.protocols.hl7v2 import path as paths
from passerelle.protocols.hl7v2.charset import Charset
from passerelle.protocols.hl7v2.escapes import unescape
from passerelle.protocols.hl7v2.lines import Page
from passerelle.protocols.hl7v2.separators import DEFAULT, Separators
from passerelle.protocols.hl7v2.splitting import split

#: Repetitions of components of subcomponents.
Values: TypeAlias = list[list[list[str]]]
_LAST_PLACE = 12
_LONGEST_KEPT = 400
_CONTROL_ID = paths.steps("10")
_HEADER = tuple((place, paths.steps(place)) for place in ("3", "4", "5", "6", "9.1", "9.2", "9.3", "10", "11", "12"))


class Repetition:
    """One occurrence of a field; `text` is as it came, `get` is what it means."""

    __slots__ = ("_components", "charset", "separators", "text")

    def __init__(self, text: str, separators: Separators, charset: str) -> None:
        self.text = text
        self.separators = separators
        self.charset = charset
        self._components: list[str] | None = None

    def get(self, place: str) -> str:
        """Return a component (`4`, its first subcomponent) or a subcomponent (`4.2`), unescaped, "" when absent."""
        component, subcomponent = paths.leaf(place)
        components = self._components or self._split()
        if component >= len(components):
            return ""
        text = components[component]
        if text.isalnum():  # nor delimiter nor escape in it, as most often
            return "" if subcomponent else text
        return unescape(_nth(text, subcomponent, self.separators.subcomponent), self.separators, self.charset)

    def component(self, n: int) -> str:
        """Return the whole n-th component with its subcomponents, as it came, "" when absent."""
        components = self._split()
        return components[n - 1] if n <= len(components) else ""

    def _split(self) -> list[str]:
        self._components = components = self._components or split(self.text, self.separators.component)
        return components

    def __repr__(self) -> str:
        return f"Repetition({len(self.text)} characters)"


class Segment:
    """A line of a message, split only as deep as it is read."""

    __slots__ = ("_content", "charset", "name", "separators")

    def __init__(self, name: str, content: str | list[str], separators: Separators, charset: str) -> None:
        self.name = name
        #: The line until its fields are asked for; an MSH and a large line come in fields.
        self._content = content
        self.separators = separators
        self.charset = charset

    @property
    def text(self) -> str:
        """Return the line as it came."""
        content = self._content
        if isinstance(content, str):
            return content
        return self.separators.field.join(content[:1] + content[2:] if self.name == "MSH" else content)

    @property
    def fields(self) -> list[str]:
        """Return the raw texts; place 0 is the name, place n is field n, also in MSH whose field 1 is its separator."""
        content = self._content
        if isinstance(content, str):
            self._content = content = content.split(self.separators.field)
        return content

    def field(self, n: int) -> str:
        """Return the raw text of field n, "" when absent."""
        fields = self.fields
        return fields[n] if 0 < n < len(fields) else ""

    def get(self, place: str) -> str:
        """Return one leaf such as `3[2].4.2`, unescaped, "" when absent; what the path leaves out is the first."""
        return self.at(paths.steps(place))

    def at(self, steps: paths.Steps) -> str:
        """Return the leaf that steps already read lead to."""
        field, repetition, component, subcomponent = steps
        fields = self.fields
        text = fields[field] if 0 < field < len(fields) else ""
        if text.isalnum():  # nor delimiter nor escape in it, as most often
            return "" if repetition or component or subcomponent else text
        if not text or self._is_delimiters(field):
            return text
        separators = self.separators
        if repetition or separators.repetition in text:
            text = _nth(text, repetition, separators.repetition)
        if component or separators.component in text:
            text = _nth(text, component, separators.component)
        if subcomponent or separators.subcomponent in text:
            text = _nth(text, subcomponent, separators.subcomponent)
        return unescape(text, separators, self.charset) if separators.escape in text else text

    def repetitions(self, n: int) -> list[Repetition]:
        """Return the occurrences of field n; none when it is empty."""
        text = self.field(n)
        if not text:
            return []
        separators, charset = self.separators, self.charset
        if self._is_delimiters(n):
            return [Repetition(text, separators, charset)]
        return [Repetition(one, separators, charset) for one in text.split(separators.repetition)]

    def values(self, n: int) -> Values:
        """Return every leaf of field n, unescaped: repetitions, components, subcomponents; none when it is empty."""
        text = self.field(n)
        if not text:
            return []
        return [[[text]]] if self._is_delimiters(n) else self._values(text)

    def tree(self) -> list[Values]:
        """Return the `values` of every field; place n is field n, place 0 is the name."""
        found = [self._values(text) if text else [] for text in self.fields]
        if self.name == "MSH":
            found[1:3] = [[[[text]]] for text in self.fields[1:3]]
        return found

    def _values(self, text: str) -> Values:
        separators = self.separators
        repetition, component, subcomponent = separators.repetition, separators.component, separators.subcomponent
        if separators.escape in text:
            return [
                [[unescape(leaf, separators, self.charset) for leaf in split(part, subcomponent)] for part in parts]
                for parts in (split(one, component) for one in split(text, repetition))
            ]
        if subcomponent not in text:
            if repetition not in text:
                return [[[leaf] for leaf in split(text, component)]] if component in text else [[[text]]]
            return [[[leaf] for leaf in one.split(component)] for one in text.split(repetition)]
        return [[part.split(subcomponent) for part in one.split(component)] for one in text.split(repetition)]

    def _is_delimiters(self, n: int) -> bool:
        return n <= 2 and self.name == "MSH"

    def __repr__(self) -> str:
        return f"Segment({self.name})"


def _header_of(msh: Segment) -> dict[str, str]:
    fields = msh.fields
    if msh.separators is DEFAULT and len(fields) > _LAST_PLACE:
        usual = _usual_header(*fields[3:7], fields[9], fields[11], fields[12])
        if usual is not None:
            return usual | {"10": msh.at(_CONTROL_ID)}
    return {place: msh.at(steps) for place, steps in _HEADER}


@lru_cache(maxsize=1_024)  # senders are few, and say the same of themselves in each message
def _usual_header(*texts: str) -> dict[str, str] | None:
    """Return what does not change from one message of a sender to the next; None when an escape is to be read."""
    if any(DEFAULT.escape in text or len(text) > _LONGEST_KEPT for text in texts):
        return None
    fields = ["MSH", "", "", *texts[:4], "", "", texts[4], "", *texts[5:]]
    msh = Segment("MSH", fields, DEFAULT, "utf-8")
    return {place: msh.at(steps) for place, steps in _HEADER}


class Message:
    """A message as it came, and what it says; nothing of it can be changed."""

    __slots__ = ("_content", "_page", "_raw", "_segments", "_told", "charset", "charset_fallback", "separators")

    def __init__(self, raw: bytes, content: str | bytes, page: Page, charset: Charset) -> None:
        self._raw = raw
        #: The text, or the bytes of it while nobody asked for it whole.
        self._content = content
        self.separators = page.separators
        self.charset, self.charset_fallback = charset
        self._page = page
        #: The segments that were asked for, by their place.
        self._segments: dict[int, Segment] = {}
        self._told: dict[str, str] | None = None

    @property
    def segments(self) -> list[Segment]:
        """Return the segments, in order."""
        return [self._at(place) for place in range(len(self._page.names))]

    def to_bytes(self) -> bytes:
        """Return the very bytes that were parsed, envelope included."""
        return self._raw

    @property
    def text(self) -> str:
        """Return the whole text, without what surrounds it."""
        content = self._content
        return content if isinstance(content, str) else content.decode(self.charset)

    def segment(self, name: str) -> Segment | None:
        """Return the first segment of that name."""
        names = self._page.names
        return self._at(names.index(name)) if name in names else None

    def all(self, name: str) -> list[Segment]:
        """Return the segments of that name, in order."""
        names = self._page.names
        if name not in names:
            return []
        return [self._at(place) for place, one in enumerate(names) if one == name]

    def count(self, name: str) -> int:
        """Count the segments of that name."""
        return self._page.names.count(name)

    def _at(self, place: int) -> Segment:
        found = self._segments.get(place)
        if found is None:
            page = self._page
            self._segments[place] = found = Segment(page.names[place], page.lines[place], page.separators, self.charset)
        return found

    def get(self, place: str) -> str:
        """Return one leaf such as `PID-3[2].4.2` or `OBX[2]-5`, unescaped, "" when absent; HL7 null stays `""`."""
        wanted = paths.path(place)
        left = wanted.occurrence
        if left == 0:
            found = self.segment(wanted.segment)
            return found.at(wanted.steps) if found else ""
        for segment in self.segments:
            if segment.name == wanted.segment:
                if left == 0:
                    return segment.at(wanted.steps)
                left -= 1
        return ""

    @property
    def control_id(self) -> str:
        return self._header["10"]

    @property
    def code(self) -> str:
        return self._header["9.1"]

    @property
    def trigger(self) -> str:
        return self._header["9.2"]

    @property
    def structure(self) -> str:
        return self._header["9.3"]

    @property
    def sending_application(self) -> str:
        return self._header["3"]

    @property
    def sending_facility(self) -> str:
        return self._header["4"]

    @property
    def receiving_application(self) -> str:
        return self._header["5"]

    @property
    def receiving_facility(self) -> str:
        return self._header["6"]

    @property
    def processing_id(self) -> str:
        return self._header["11"]

    @property
    def version(self) -> str:
        return self._header["12"]

    @property
    def _header(self) -> dict[str, str]:
        """Return what MSH says, read once: each part of the way of a message asks for it again."""
        told = self._told
        if told is None:
            self._told = told = _header_of(self._at(0))
        return told

    def __repr__(self) -> str:
        return f"Message({self.code}^{self.trigger}, {len(self._raw)} bytes)"


def _nth(text: str, place: int, separator: str) -> str:
    if place == 0:
        return text.partition(separator)[0]
    parts = text.split(separator, place + 1)
    return parts[place] if place < len(parts) else ""
