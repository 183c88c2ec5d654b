"""Reads of legal parameters: always for a day."""

from datetime import date

from django.db.models import Q

from passerelle.core.parameters.models import LegalParameter
from passerelle.core.parameters.rules import NoParameterInForce, Parameter, UnknownParameter


def legal(key: str, on: date) -> Parameter:
    """Return the parameter in force on a day.

    Raises:
        UnknownParameter: no row bears this key.
        NoParameterInForce: the key has rows, none in force on that day.
    """
    rows = LegalParameter.objects.filter(key=key)
    row = rows.filter(_in_force(on)).first()
    if row is not None:
        return _parameter(row)
    if rows.exists():
        raise NoParameterInForce(key, on)
    raise UnknownParameter(key, on)


def parameters_in_force(on: date) -> list[Parameter]:
    """Return every parameter in force on a day, the first to be checked again first."""
    rows = LegalParameter.objects.filter(_in_force(on)).order_by("check_by", "key")
    return [_parameter(row) for row in rows]


def _in_force(on: date) -> Q:
    return Q(valid_from__lte=on) & (Q(valid_until=None) | Q(valid_until__gt=on))


def _parameter(row: LegalParameter) -> Parameter:
    return Parameter(
        key=row.key,
        label=row.label,
        value=row.value,
        unit=row.unit,
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        source=row.source,
        is_house_rule=row.is_house_rule,
        check_by=row.check_by,
    )
