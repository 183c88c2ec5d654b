"""A channel or a destination as its file declares it. Every fault is located; nothing is half read."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal, cast, get_args

from passerelle.care.channels.rules.declared import (
    ACKNOWLEDGES,
    DAYS,
    DOORS,
    FAMILIES,
    TRANSPORTS,
    VALIDATIONS,
    Acknowledge,
    Channel,
    Contract,
    Destination,
    Door,
    Profile,
    Retry,
    Silence,
    Source,
    Transport,
    TransportKind,
    Validation,
)
from passerelle.care.channels.rules.reading.nodes import Entry, Fault, root
from passerelle.care.channels.rules.reading.options import destination_options, source_options
from passerelle.care.channels.rules.reading.steps import steps_of

Kind = Literal["channel", "destination"]
KINDS: tuple[Kind, ...] = get_args(Kind)
_CODE = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,58}[a-z0-9])?")
_CODE_FORM = "minuscules sans accent, chiffres et tirets"
_MESSAGE = re.compile(r"[A-Z][A-Z0-9]{2}\^(?:[A-Z][A-Z0-9]{2}|\*)")
_MESSAGE_FORM = "« ADT^A01 », ou « ADT^* » pour tous les événements"
CHANNEL_KEYS = (
    "channel", "label", "note", "establishment", "enabled", "source", "profile", "contract", "mapping", "destinations",
    "silence",
)  # fmt: skip
DESTINATION_KEYS = (
    "destination", "label", "note", "establishment", "enabled", "simulator", "transport", "sends", "changes", "retry",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Declared:
    """One file, read: what it declares and its very text."""

    kind: Kind
    content: str
    file: str
    meaning: Channel | Destination

    @property
    def code(self) -> str:
        return self.meaning.code


def declared(content: bytes, *, file: str, faults: list[Fault]) -> Declared | None:
    """Read a file; None when it holds a fault, and `faults` says all of them."""
    before = len(faults)
    entry = root(content, file, faults)
    if entry is None:
        return None
    kinds = [kind for kind in KINDS if entry.is_mapping and kind in entry.mapping(None)]
    if len(kinds) != 1:
        entry.fault("la première clé est attendue : « channel » ou « destination », suivie de son code")
        return None
    (kind,) = kinds
    sha256 = hashlib.sha256(content).hexdigest()
    meaning = _channel(entry, sha256) if kind == "channel" else _destination(entry, sha256)
    return None if len(faults) > before else Declared(kind, content.decode(), file, meaning)


def numbered(meaning: Channel | Destination, version: int, *, since: datetime | None = None) -> Channel | Destination:
    """Return the same under the version it was stored as, and for a channel since when."""
    if isinstance(meaning, Channel):
        return replace(meaning, version=version, since=since)
    return replace(meaning, version=version)


def _channel(entry: Entry, sha256: str) -> Channel:
    required = ("channel", "label", "establishment", "source", "profile")
    found = entry.mapping(CHANNEL_KEYS, required=required)
    return Channel(
        code=_code(found, "channel"),
        label=_text(found, "label"),
        establishment=_code(found, "establishment"),
        source=_source(found.get("source")),
        profile=_profile(found.get("profile")),
        contract=_contract(found.get("contract")),
        mapping=steps_of(found["mapping"]) if "mapping" in found else (),
        destinations=found["destinations"].texts(_CODE, _CODE_FORM) if "destinations" in found else (),
        silence=_silence(found["silence"]) if "silence" in found else None,
        version=0,
        sha256=sha256,
        enabled=found["enabled"].boolean() if "enabled" in found else True,
        note=_text(found, "note", longest=2000),
    )


def _destination(entry: Entry, sha256: str) -> Destination:
    found = entry.mapping(DESTINATION_KEYS, required=("destination", "label", "transport", "sends"))
    return Destination(
        code=_code(found, "destination"),
        label=_text(found, "label"),
        establishment=_code(found, "establishment") or None,
        transport=_transport(found.get("transport")),
        sends=found["sends"].texts(_MESSAGE, _MESSAGE_FORM) if "sends" in found else (),
        changes=found["changes"].boolean() if "changes" in found else False,
        retry=_retry(found.get("retry")),
        version=0,
        sha256=sha256,
        enabled=found["enabled"].boolean() if "enabled" in found else True,
        simulator=found["simulator"].boolean() if "simulator" in found else False,
        note=_text(found, "note", longest=2000),
    )


def _code(found: Mapping[str, Entry], key: str) -> str:
    return found[key].name(_CODE, _CODE_FORM) if key in found else ""


def _text(found: Mapping[str, Entry], key: str, *, longest: int = 120) -> str:
    return found[key].text(longest=longest) if key in found else ""


def _source(entry: Entry | None) -> Source:
    if entry is None:
        return Source("mllp", ())
    found = entry.mapping(("door", "facilities", "applications", "options"), required=("door", "facilities"))
    door = cast("Door", found["door"].choice(DOORS) if "door" in found else "mllp")
    facilities = found["facilities"].texts() if "facilities" in found else ()
    if "facilities" in found and not facilities:
        found["facilities"].fault("au moins un code d’émetteur (MSH-4) est attendu")
    applications = found["applications"].texts() if "applications" in found else ()
    return Source(door, facilities, applications, source_options(door, found.get("options"), entry))


def _profile(entry: Entry | None) -> Profile:
    if entry is None:
        return Profile()
    found = entry.mapping(("family", "messages", "validation"), required=("family",))
    validation = found["validation"].choice(VALIDATIONS) if "validation" in found else "none"
    return Profile(
        family=found["family"].choice(FAMILIES) if "family" in found else "",
        messages=found["messages"].texts(_MESSAGE, _MESSAGE_FORM) if "messages" in found else (),
        validation=cast("Validation", validation),
    )


def _contract(entry: Entry | None) -> Contract:
    if entry is None:
        return Contract()
    found = entry.mapping(("acknowledge", "wait_seconds"), required=("acknowledge",))
    acknowledge = found["acknowledge"].choice(ACKNOWLEDGES) if "acknowledge" in found else "stored"
    wait_seconds = found["wait_seconds"].number(0.1, 60) if "wait_seconds" in found else 10.0
    return Contract(cast("Acknowledge", acknowledge), wait_seconds)


def _silence(entry: Entry) -> Silence:
    found = entry.mapping(("minutes", "from", "to", "days"), required=("minutes",))
    if ("from" in found) != ("to" in found):
        entry.fault("« from » et « to » vont ensemble")
    days = [item.choice(DAYS) for item in found["days"].items()] if "days" in found else DAYS
    return Silence(
        minutes=found["minutes"].integer(1, 10_080) if "minutes" in found else 1,
        from_time=found["from"].clock() if "from" in found else None,
        to_time=found["to"].clock() if "to" in found else None,
        days=tuple(sorted({DAYS.index(day) + 1 for day in days})),
    )


def _transport(entry: Entry | None) -> Transport:
    if entry is None:
        return Transport("file")
    found = entry.mapping(("kind", "options"), required=("kind",))
    kind = cast("TransportKind", found["kind"].choice(TRANSPORTS) if "kind" in found else "file")
    options: dict[str, Any] = destination_options(kind, found.get("options"), entry)
    return Transport(kind, options)


def _retry(entry: Entry | None) -> Retry:
    if entry is None:
        return Retry()
    found = entry.mapping(("first_seconds", "longest_seconds", "attempts"))
    usual = Retry()
    return Retry(
        first_seconds=found["first_seconds"].number(0.05, 3600) if "first_seconds" in found else usual.first_seconds,
        longest_seconds=found["longest_seconds"].number(1, 86_400)
        if "longest_seconds" in found
        else usual.longest_seconds,
        attempts=found["attempts"].integer(0, 10_000) if "attempts" in found else 0,
    )
