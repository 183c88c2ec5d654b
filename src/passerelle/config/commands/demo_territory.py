"""Build the demonstration territory in this database, or find it again."""

import sys
import time

import click
from django.core.management import call_command
from django.utils import timezone

from passerelle.config.database import ensure_database
from passerelle.config.demo.building import build, is_built

_BAR_WIDTH = 32


@click.command()
@click.option("--persons", default=20_000, help="Personnes fictives.")
def territory(persons: int) -> None:
    """Migrate, collect what pages need, and build; a second call finds everything again."""
    started = time.monotonic()
    _say("Base de données")
    ensure_database()
    call_command("migrate", verbosity=0, interactive=False)
    call_command("collectstatic", verbosity=0, interactive=False)
    was_built = is_built()
    bar = ProgressBar()
    found = build(persons=persons, today=timezone.localdate(), at=timezone.now(), progress=bar)
    bar.end()
    if was_built:
        _say(f"Territoire de démonstration retrouvé : {found.persons} personnes fictives, {found.today:%d/%m/%Y}")
    else:
        _say(f"Territoire de démonstration construit en {time.monotonic() - started:.0f} s")


class ProgressBar:
    """One line that grows on a terminal; a line at each tenth elsewhere."""

    def __init__(self) -> None:
        self._is_terminal = sys.stderr.isatty()
        self._tenth = -1
        self._open = False

    def __call__(self, label: str, done: int, total: int) -> None:
        share = done / total if total else 1.0
        if self._is_terminal:
            filled = round(share * _BAR_WIDTH)
            bar = "█" * filled + "·" * (_BAR_WIDTH - filled)
            click.echo(f"\r  {label} {bar} {share:4.0%} ({done} sur {total})", nl=False, err=True)
            self._open = True
        elif int(share * 10) > self._tenth:
            self._tenth = int(share * 10)
            click.echo(f"  {label} : {share:.0%}", err=True)

    def end(self) -> None:
        if self._open:
            click.echo(err=True)


def _say(text: str) -> None:
    click.echo(f"• {text}")
