"""Small tolerant readers of CDA elements: absent or senseless parts give None or ""."""

import base64
import binascii
import re
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal, InvalidOperation
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

from passerelle.protocols.cda.model import InstanceId

Element: TypeAlias = Any
V3 = "{urn:hl7-org:v3}"
XSI_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"
_PARIS = ZoneInfo("Europe/Paris")
_FIRST_YEAR, _LAST_YEAR = 1800, 2999
_TIME = re.compile(r"(\d{4})(\d\d)?(\d\d)?(\d\d)?(\d\d)?(\d\d)?(?:\.\d+)?([+-])?(\d\d)?(\d\d)?")


def path(*names: str) -> str:
    """Return the ElementPath of these nested CDA elements."""
    return "/".join(V3 + name for name in names)


def child(node: Element | None, *names: str) -> Element | None:
    """Return the first element at this path below the node."""
    return None if node is None else node.find(path(*names))


def children(node: Element | None, *names: str) -> list[Element]:
    """Return all the elements at this path below the node."""
    return [] if node is None else list(node.findall(path(*names)))


def attribute(node: Element | None, name: str) -> str:
    """Return a trimmed attribute, "" when absent."""
    return "" if node is None else (node.get(name) or "").strip()


def text_of(node: Element | None) -> str:
    """Return the text of an element and all below, spaces collapsed."""
    return "" if node is None else " ".join("".join(node.itertext()).split())


def instance_id(node: Element | None) -> InstanceId | None:
    """Return an identifier, None without a root."""
    root = attribute(node, "root")
    return InstanceId(root, attribute(node, "extension")) if root else None


def moment_of(node: Element | None) -> datetime | None:
    """Return an HL7 TS as a moment; without offset it is in Europe/Paris."""
    found = _TIME.fullmatch(attribute(node, "value"))
    if not found:
        return None
    year, month, day, hour, minute, second = (
        int(part or low) for part, low in zip(found.groups()[:6], "011000", strict=True)
    )
    try:
        moment = datetime(year, month, day, hour, minute, min(second, 59), tzinfo=_zone(found))
    except (ValueError, OverflowError):
        return None
    return moment if _FIRST_YEAR <= moment.year <= _LAST_YEAR else None


def _zone(found: re.Match[str]) -> timezone | ZoneInfo:
    sign, hours, minutes = found.groups()[6:]
    if not sign or not hours:
        return _PARIS
    offset = timedelta(hours=int(hours), minutes=int(minutes or 0))
    return timezone(-offset if sign == "-" else offset)


def date_of(node: Element | None) -> date | None:
    """Return an HL7 TS of at least a day as a date."""
    digits = attribute(node, "value")[:8]
    if len(digits) < 8 or not digits.isascii() or not digits.isdigit():
        return None
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return None


def decimal_of(text: str) -> Decimal | None:
    """Return a finite number."""
    try:
        number = Decimal(text.strip().replace(",", "."))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def content_of(node: Element | None) -> bytes:
    """Return what an ED element carries: base64 decoded, or its text; b"" when it cannot be read."""
    if node is None:
        return b""
    text = "".join(node.itertext())
    if attribute(node, "representation") != "B64":
        return text.encode()
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        return b""
