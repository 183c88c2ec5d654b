from typing import Any

from django.core.management.base import BaseCommand

from passerelle.config.paths import PROJECT
from passerelle.config.reference import pages


class Command(BaseCommand):
    help = "Write the reference pages that the code itself can tell (docs/reference)."

    def handle(self, *args: Any, **options: Any) -> None:
        """Write each page."""
        del args, options
        for name, text in pages().items():
            (PROJECT / "docs" / "reference" / name).write_text(text)
            self.stdout.write(name)
