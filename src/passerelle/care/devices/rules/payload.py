"""What a device says, from JSON to a measure in the units of the catalogue.

The message, in UTF-8: `{"measured_at": "…+01:00", "sent_at": "…", "values": [{"code": "8480-6", "value": 128,
"unit": "mm[Hg]"}], "battery": 82}`. Moments bear their offset; `sent_at` is the clock of the device at sending.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

import msgspec

from passerelle.care.devices.rules import refusals
from passerelle.care.devices.rules.catalogue import Catalogue, Kind, Quantity
from passerelle.care.devices.rules.refusals import NotAMeasure

MAX_BYTES: Final = 16_384
_MOST_DIGITS: Final = 12
_PLACES: Final = Decimal("0.0001")
#: value, its unit, the unit wanted, the analyte → the value in that unit; ValueError when it cannot be.
Convert = Callable[[Decimal, str, str, str], Decimal]


class _Value(msgspec.Struct, frozen=True):
    code: str
    value: Decimal
    unit: str


class _Message(msgspec.Struct, frozen=True):
    measured_at: datetime
    values: list[_Value]
    sent_at: datetime | None = None
    battery: int | None = None


_decoder: Final = msgspec.json.Decoder(_Message)
_encoder: Final = msgspec.json.Encoder(decimal_format="number")


@dataclass(frozen=True, slots=True)
class Reading:
    """A measure as understood: `values` by LOINC code, in the units of the catalogue."""

    kind: Kind
    measured_at: datetime
    sent_at: datetime | None
    values: Mapping[str, Decimal]
    battery: int | None = None


def read(raw: bytes, catalogue: Catalogue, convert: Convert) -> Reading:
    """Return the measure of a message.

    Raises:
        NotAMeasure: it has no such shape, unit or possible value.
    """
    if len(raw) > MAX_BYTES:
        raise NotAMeasure(refusals.UNREADABLE, "message", f"plus de {MAX_BYTES} octets")
    try:
        told = _decoder.decode(raw)
    except (msgspec.MsgspecError, UnicodeDecodeError, ValueError, ArithmeticError) as fault:
        raise NotAMeasure(refusals.UNREADABLE, "message", _plain(fault)) from fault
    _check_moment("measured_at", told.measured_at)
    if told.sent_at is not None:
        _check_moment("sent_at", told.sent_at)
    kind = _kind_of(told, catalogue)
    return Reading(
        kind=kind,
        measured_at=told.measured_at,
        sent_at=told.sent_at,
        values=_values(told, catalogue, convert),
        battery=told.battery if told.battery is not None and 0 <= told.battery <= 100 else None,
    )


def _plain(fault: Exception) -> str:
    return f"ce n’est pas un message de mesure ({str(fault)[:160]})"


def _check_moment(name: str, moment: datetime) -> None:
    if moment.tzinfo is None:
        raise NotAMeasure(refusals.UNREADABLE, name, "le moment ne dit pas son décalage horaire")


def _kind_of(told: _Message, catalogue: Catalogue) -> Kind:
    codes = [one.code for one in told.values]
    if len(codes) != len(set(codes)):
        raise NotAMeasure(refusals.UNREADABLE, "values", "une grandeur y est deux fois")
    kind = catalogue.kind_of(frozenset(codes))
    if kind is None:
        named = ", ".join(codes) or "rien"
        raise NotAMeasure(refusals.WRONG_KIND, "values", f"ces grandeurs ne font pas une mesure\u00a0: {named}"[:300])
    return kind


def _values(told: _Message, catalogue: Catalogue, convert: Convert) -> dict[str, Decimal]:
    return {
        one.code: in_house(catalogue.quantities[one.code], one.value, one.unit, f"values[{rank}]", convert)
        for rank, one in enumerate(told.values)
    }


def in_house(quantity: Quantity, value: Decimal, unit: str, where: str, convert: Convert) -> Decimal:
    """Return a value in the unit of its quantity, rounded at four places.

    Raises:
        NotAMeasure: the unit is another, or the value is not physically possible.
    """
    if not value.is_finite() or abs(value.adjusted()) > _MOST_DIGITS:
        raise NotAMeasure(refusals.IMPOSSIBLE, f"{where}.value", "ce n’est pas un nombre d’une mesure")
    if unit != quantity.unit:
        try:
            value = convert(value, unit, quantity.unit, quantity.analyte)
        except (ValueError, ArithmeticError) as fault:
            why = f"«\u00a0{unit[:40]}\u00a0» n’est pas une unité de {quantity.long.lower()} ({quantity.unit})"
            raise NotAMeasure(refusals.UNIT, f"{where}.unit", why) from fault
    if not quantity.is_possible(value):
        low, high = quantity.possible
        why = f"{quantity.long}\u00a0: {value:f}\u00a0{quantity.shown} est hors de ce qui est possible ({low} à {high})"
        raise NotAMeasure(refusals.IMPOSSIBLE, f"{where}.value", why[:300])
    return _short(value)


def _short(value: Decimal) -> Decimal:
    return value.quantize(_PLACES).normalize() + 0


def as_message(values: Mapping[str, Any], catalogue: Catalogue, **told: Any) -> bytes:
    """Return the message that a device sends, of values in the units of the catalogue."""
    lines = [{"code": code, "value": value, "unit": catalogue.quantities[code].unit} for code, value in values.items()]
    return _encoder.encode({**told, "values": lines})
