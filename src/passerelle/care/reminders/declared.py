"""The rules in force: those of the reviewed file."""

from functools import cache
from importlib.resources import files

from passerelle.care.reminders.rules.declared import Rule, read


@cache
def rules() -> tuple[Rule, ...]:
    """Return the rules in force."""
    folder = files("passerelle.care.reminders").joinpath("declarations")
    return read(folder.joinpath("reminders.yaml").read_text(encoding="utf-8"))
