"""What the pages of channels show."""

from dataclasses import dataclass
from datetime import datetime

from passerelle.care.channels.memory import Unreadable, current
from passerelle.care.channels.models import Declaration, DeclarationKind, Version
from passerelle.care.channels.rules.comparing import Pair, side_by_side
from passerelle.care.channels.rules.declared import Channel, Destination
from passerelle.care.channels.rules.telling import (
    DOOR_NAMES,
    FAMILY_NAMES,
    TRANSPORT_NAMES,
    channel_sentences,
    destination_sentences,
    received,
)
from passerelle.core.directory import api as directory

KINDS = {kind.value: kind.label for kind in DeclarationKind}
_UNREADABLE = ("danger", "illisible par cette version")


@dataclass(frozen=True, slots=True)
class Line:
    """A declaration in a list."""

    kind: str
    code: str
    label: str
    way: str
    profile: str
    status_kind: str
    status_label: str
    version: int


@dataclass(frozen=True, slots=True)
class Group:
    """The declarations of one establishment."""

    name: str
    lines: list[Line]


def channel_groups() -> list[Group]:
    """Return the channels by establishment, in the order of the directory."""
    lines: dict[str, list[Line]] = {}
    for one in sorted(current().channels.values(), key=lambda one: one.code):
        lines.setdefault(one.establishment, []).append(_channel_line(one))
    names = {row.code: row.short_name for row in directory.establishments(with_test=True)}
    known = [Group(name, lines.pop(code)) for code, name in names.items() if code in lines]
    unreadable = _unreadable_lines(DeclarationKind.CHANNEL)
    first = [Group("Illisibles par cette version de Passerelle", unreadable)] if unreadable else []
    return [*first, *known, *(Group(code, left) for code, left in lines.items())]


def destination_lines() -> list[Line]:
    """Return the destinations, by code."""
    read = [_destination_line(one) for one in sorted(current().destinations.values(), key=lambda one: one.code)]
    return [*_unreadable_lines(DeclarationKind.DESTINATION), *read]


def _unreadable_lines(kind: DeclarationKind) -> list[Line]:
    return [_unreadable_line(one) for one in current().unreadable if one.kind == kind]


def _unreadable_line(one: Unreadable) -> Line:
    return Line(one.kind, one.code, one.code, "", "", *_UNREADABLE, one.version)


def _channel_line(one: Channel) -> Line:
    profile = FAMILY_NAMES.get(one.profile.family, one.profile.family)
    return Line("channel", one.code, one.label, DOOR_NAMES[one.source.door], profile, *_status(one), one.version)


def _destination_line(one: Destination) -> Line:
    way = TRANSPORT_NAMES[one.transport.kind]
    return Line("destination", one.code, one.label, way, ", ".join(received(one)), *_status(one), one.version)


def _status(one: Channel | Destination) -> tuple[str, str]:
    if not one.enabled:
        return "neutral", "arrêté" if isinstance(one, Channel) else "arrêtée"
    return "done", "en service"


@dataclass(frozen=True, slots=True)
class VersionLine:
    """A version in the history of a declaration."""

    number: int
    is_current: bool
    loaded_at: datetime
    author: str
    note: str
    restored_from: int | None
    file: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Page:
    """One declaration: what it does, its text, and where it comes from."""

    kind: str
    kind_label: str
    code: str
    label: str
    establishment: str
    note: str
    sentences: list[str]
    status_kind: str
    status_label: str
    is_simulator: bool
    content: str
    current: VersionLine
    versions: list[VersionLine]
    linked: list[Line]


def declaration_page(kind: str, code: str) -> Page | None:
    """Return what is declared under a code; None when nothing is."""
    declaration = Declaration.objects.filter(kind=kind, code=code).first()
    if declaration is None:
        return None
    rows = list(declaration.versions.order_by("-number"))
    versions = [_version_line(row, declaration) for row in rows]
    content = next(row.content for row in rows if row.number == declaration.current)
    now = next(line for line in versions if line.is_current)
    meaning = _meaning(kind, code)
    status_kind, status_label = _status(meaning) if meaning else _UNREADABLE
    return Page(
        kind=kind,
        kind_label=KINDS[kind],
        code=code,
        label=meaning.label if meaning else code,
        establishment=(meaning.establishment or "") if meaning else "",
        note=meaning.note if meaning else "",
        sentences=_sentences(meaning),
        status_kind=status_kind,
        status_label=status_label,
        is_simulator=isinstance(meaning, Destination) and meaning.simulator,
        content=content,
        current=now,
        versions=versions,
        linked=_linked(meaning),
    )


def _meaning(kind: str, code: str) -> Channel | Destination | None:
    return current().channels.get(code) if kind == DeclarationKind.CHANNEL else current().destinations.get(code)


def _sentences(meaning: Channel | Destination | None) -> list[str]:
    if isinstance(meaning, Channel):
        return channel_sentences(meaning, current().destinations)
    return destination_sentences(meaning) if meaning else []


def _linked(meaning: Channel | Destination | None) -> list[Line]:
    """Return the destinations of a channel, or the channels that send to a destination."""
    if isinstance(meaning, Channel):
        known = current().destinations
        return [_destination_line(known[code]) for code in meaning.destinations if code in known]
    if meaning is None:
        return []
    return [_channel_line(one) for one in current().channels.values() if meaning.code in one.destinations]


def _version_line(row: Version, declaration: Declaration) -> VersionLine:
    return VersionLine(
        number=row.number,
        is_current=row.number == declaration.current,
        loaded_at=row.loaded_at,
        author=row.author_name,
        note=row.note,
        restored_from=row.restored_from,
        file=row.file,
        sha256=row.sha256,
    )


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two versions side by side."""

    before: VersionLine
    after: VersionLine
    pairs: list[Pair]


def comparison(kind: str, code: str, before: int, after: int) -> Comparison | None:
    """Return the difference between two versions; None when one of them does not exist."""
    rows = Version.objects.filter(declaration__kind=kind, declaration__code=code, number__in=[before, after])
    found = {row.number: row for row in rows.select_related("declaration")}
    if before not in found or after not in found:
        return None
    left, right = found[before], found[after]
    return Comparison(
        before=_version_line(left, left.declaration),
        after=_version_line(right, right.declaration),
        pairs=side_by_side(left.content, right.content),
    )
