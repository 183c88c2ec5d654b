import click
from django.core.management import call_command


@click.command()
@click.option("--concurrency", default=1, show_default=True, help="Tâches menées ensemble.")
def tasks(concurrency: int) -> None:
    """Run the ordinary tasks: audit seals every minute, extracts, reminders."""
    call_command("procrastinate", "worker", concurrency=concurrency, verbosity=0)
