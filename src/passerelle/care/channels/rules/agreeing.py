"""Whether the declarations go together: each is right alone, and they must not contradict each other."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import yaml

from passerelle.care.channels.rules.declared import Channel, Destination
from passerelle.care.channels.rules.reading.files import Declared
from passerelle.care.channels.rules.reading.nodes import Fault


@dataclass(frozen=True, slots=True)
class Territory:
    """What must be known of the establishments: the codes, and whose a MSH-4 is."""

    establishments: frozenset[str]
    establishment_of_facility: Callable[[str], str | None]


def disagreements(
    files: Sequence[Declared], others: Iterable[Channel | Destination], territory: Territory
) -> list[Fault]:
    """Return what does not go together in these files, among `others` that are in force already."""
    ours = {(one.kind, one.code) for one in files}
    kept = [one for one in others if (_kind(one), one.code) not in ours]
    return [
        *_repeated(files),
        *_strangers(files, territory),
        *_without_destination(files, kept),
        *_clashes(files, kept),
    ]


def _kind(meaning: Channel | Destination) -> str:
    return "channel" if isinstance(meaning, Channel) else "destination"


def _repeated(files: Sequence[Declared]) -> list[Fault]:
    first: dict[tuple[str, str], Declared] = {}
    faults = []
    for one in files:
        known = first.setdefault((one.kind, one.code), one)
        if known is not one:
            faults.append(_fault(one, one.kind, f"« {one.code} » est déjà déclaré dans {known.file}"))
    return faults


def _strangers(files: Sequence[Declared], territory: Territory) -> list[Fault]:
    faults = []
    for one in files:
        establishment = one.meaning.establishment
        if establishment and establishment not in territory.establishments:
            known = ", ".join(sorted(territory.establishments))
            why = f"établissement inconnu de l’annuaire : « {establishment} » ; connus : {known}"
            faults.append(_fault(one, "establishment", why))
        elif isinstance(one.meaning, Channel):
            faults += _foreign_facilities(one, one.meaning, territory)
    return faults


def _foreign_facilities(one: Declared, channel: Channel, territory: Territory) -> list[Fault]:
    faults = []
    for facility in channel.source.facilities:
        owner = territory.establishment_of_facility(facility)
        if owner != channel.establishment:
            whose = f"celui de « {owner} »" if owner else "inconnu de l’annuaire"
            why = f"le code émetteur « {facility} » est {whose}, et le canal est de « {channel.establishment} »"
            faults.append(_fault(one, "source.facilities", why))
    return faults


def _without_destination(files: Sequence[Declared], kept: Sequence[Channel | Destination]) -> list[Fault]:
    known = {one.code for one in (*kept, *(each.meaning for each in files)) if isinstance(one, Destination)}
    return [
        _fault(one, "destinations", f"destination inconnue : « {code} »")
        for one in files
        if isinstance(one.meaning, Channel)
        for code in one.meaning.destinations
        if code not in known
    ]


def _clashes(files: Sequence[Declared], kept: Sequence[Channel | Destination]) -> list[Fault]:
    taken: dict[tuple[str, ...], str] = {}
    for other in kept:
        for _, claim in _claims(other):
            taken[claim] = other.code
    faults = []
    for one in files:
        for key, claim in _claims(one.meaning):
            owner = taken.setdefault(claim, one.code)
            if owner != one.code:
                faults.append(_fault(one, key, f"{_told(claim)} appartient déjà au canal « {owner} »"))
    return faults


def _claims(meaning: Channel | Destination) -> Iterable[tuple[str, tuple[str, ...]]]:
    """Yield what an enabled channel alone may have: a sender at the MLLP door, a folder."""
    if not isinstance(meaning, Channel) or not meaning.enabled:
        return
    source = meaning.source
    if source.door == "mllp":
        for facility in source.facilities:
            for application in source.applications or ("",):
                yield "source.facilities", ("sender", facility, application)
    if "folder" in source.options:
        yield "source.options.folder", ("folder", str(source.options["folder"]))


def _told(claim: tuple[str, ...]) -> str:
    if claim[0] == "folder":
        return f"le dossier « {claim[1]} »"
    return f"l’émetteur {claim[1]}" + (f" / {claim[2]}" if claim[2] else " (toutes applications)")


def _fault(one: Declared, key: str, why: str) -> Fault:
    return Fault(one.file, line_of(one.content, key), key, why)


def line_of(content: str, key: str) -> int:
    """Return the line of `source.facilities` in a text that is YAML; 1 when it is not there."""
    node: yaml.Node | None = yaml.compose(content, Loader=yaml.SafeLoader)
    line = 1
    for name in key.split("."):
        found = _child(node, name)
        if found is None:
            return line
        line, node = found.start_mark.line + 1, found
    return line


def _child(node: yaml.Node | None, name: str) -> yaml.Node | None:
    if not isinstance(node, yaml.MappingNode):
        return None
    children: Mapping[str, yaml.Node] = {str(key.value): value for key, value in node.value}
    return children.get(name)
