"""The services a patient may be addressed to."""

from passerelle.core.directory import api as directory

_SEPARATOR = "|"


def services() -> list[tuple[str, list[tuple[str, str]]]]:
    """Return each establishment with its units, as the choices of a form: `establishment|unit` and a label."""
    units: dict[str, list[tuple[str, str]]] = {}
    for unit in directory.units():
        units.setdefault(unit.establishment, []).append((f"{unit.establishment}{_SEPARATOR}{unit.code}", unit.label))
    return [
        (row.name, [(f"{row.code}{_SEPARATOR}", "Service à choisir par l’établissement"), *units.get(row.code, [])])
        for row in directory.establishments()
    ]


def service_asked(choice: str) -> tuple[str, str, str]:
    """Return the establishment, the unit ("" when it is left to the establishment) and the label of a choice."""
    establishment, _, unit_code = choice.partition(_SEPARATOR)
    labels = {key: label for _, group in services() for key, label in group}
    return establishment, unit_code, labels.get(choice, "Service à choisir par l’établissement")
