"""The templates in force: those of this package, and those that packages above bring when they start."""

from importlib.resources import files
from importlib.resources.abc import Traversable

from passerelle.core.notify.rules.templates import Template, TemplateRefused, read

_book: dict[str, Template] = {}


def register_templates(file: Traversable) -> None:
    """Take the templates of a YAML file in service; the same file again changes nothing.

    Raises:
        TemplateRefused: one may not serve (a word of health, too long, words not declared), or its code is taken.
    """
    for template in read(file.read_text(encoding="utf-8")):
        known = _book.get(template.code)
        if known is not None and known != template:
            raise TemplateRefused(template.code, ["ce code est déjà pris"])
        _book[template.code] = template


def register_own() -> None:
    register_templates(files("passerelle.core.notify").joinpath("messages", "notify.yaml"))


def template(code: str) -> Template | None:
    return _book.get(code)


def templates() -> list[Template]:
    return sorted(_book.values(), key=lambda one: (one.channel, one.code))
