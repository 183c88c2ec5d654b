"""What a legal parameter is, and the ways it may be missing."""

from dataclasses import dataclass
from datetime import date

Scalar = int | float | str | bool
CENTS = "centimes d’euro"
SHARE = "part "


class ParameterError(LookupError):
    """A legal parameter cannot be given."""

    def __init__(self, key: str, on: date) -> None:
        super().__init__(f"{key} on {on.isoformat()}: {self.__class__.__doc__}")
        self.key = key
        self.on = on


class UnknownParameter(ParameterError):
    """No row bears this key."""


class NoParameterInForce(ParameterError):
    """The key is known, but no row is in force on that day."""


class WrongParameterKind(TypeError):
    """The value is not of the kind the caller asked for."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """A value in force on a day, with what one needs to say where it comes from."""

    key: str
    label: str
    value: Scalar
    unit: str
    valid_from: date
    valid_until: date | None
    source: str
    is_house_rule: bool
    check_by: date

    @property
    def as_int(self) -> int:
        """Return the value as an integer.

        Raises:
            WrongParameterKind: it is not one.
        """
        if isinstance(self.value, bool) or not isinstance(self.value, int):
            raise WrongParameterKind(f"{self.key}: {self.value!r} is not an integer")
        return self.value

    @property
    def as_text(self) -> str:
        """Return the value as text.

        Raises:
            WrongParameterKind: it is not text.
        """
        if not isinstance(self.value, str):
            raise WrongParameterKind(f"{self.key}: {self.value!r} is not text")
        return self.value

    @property
    def shown_value(self) -> str:
        """Return the value as a French page writes it."""
        if isinstance(self.value, bool):
            return "oui" if self.value else "non"
        if isinstance(self.value, str):
            return self.value
        if self._is_share:
            return f"{self.value * 100:g}".replace(".", ",") + "\u00a0%"
        return f"{self.value:,}".replace(",", "\u00a0").replace(".", ",")

    @property
    def is_money(self) -> bool:
        """Tell whether the value is an amount in cents."""
        return self.unit == CENTS

    @property
    def shown_unit(self) -> str:
        """Return the unit to write after the value: none after a word, « des voix » after a share of them."""
        if isinstance(self.value, str):
            return ""
        return self.unit.removeprefix(SHARE) if self._is_share else self.unit

    @property
    def _is_share(self) -> bool:
        return isinstance(self.value, float) and self.unit.startswith(SHARE)

    def is_overdue(self, today: date) -> bool:
        """Tell whether someone should have checked this value again."""
        return today >= self.check_by
