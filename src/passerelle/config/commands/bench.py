import json
from collections.abc import Mapping

import click

from passerelle.care.devices.api import benchmark as devices_benchmark
from passerelle.care.exchange import benchmark as exchange_benchmark
from passerelle.care.exchange.benchmark import search as search_benchmark
from passerelle.care.matching.benchmark import running as identity_benchmark
from passerelle.config.commands import bench_exchange, bench_parsing
from passerelle.config.database import ensure_database
from passerelle.config.record_benchmark import running as record_benchmark


@click.group()
def bench() -> None:
    """Mesurer : chaque chiffre à côté d’une limite de la même exécution."""


@bench.command()
@click.option("--to", "target", help="HÔTE:PORT d’une écoute MLLP, la nôtre ou celle d’un autre moteur.")
@click.option(
    "--connections", type=int, help="Connexions ; sans cette option 13 puis 100 (réception seule : 20 et 100)."
)
@click.option("--seconds", default=10.0, show_default=True, help="Durée de chaque mesure.")
@click.option("--repetitions", default=3, show_default=True, help="Mesures de chaque sorte ; la médiane est montrée.")
@click.option("--per-patient", default=1, show_default=True, help="Messages de chaque patient : admission, mutations.")
@click.option("--search", is_flag=True, help="Mesurer plutôt les recherches de la console, sur --rows messages.")
@click.option("--rows", default=10_000_000, show_default=True, help="Messages inventés où chercher.")
@click.option("--json", "as_json", is_flag=True, help="Un objet JSON sur la dernière ligne.")
def exchange(  # noqa: PLR0913 - one parameter for each option
    target: str | None,
    connections: int | None,
    seconds: float,
    repetitions: int,
    per_patient: int,
    search: bool,  # noqa: FBT001 - click
    rows: int,
    as_json: bool,  # noqa: FBT001 - click
) -> None:
    """Measure the whole path of messages and durable receiving, beside the limits of the same database."""
    ensure_database()
    if search:
        _show(search_benchmark.run(rows=rows, tell=_tell), as_json=as_json)
        return
    measured = exchange_benchmark.run(
        to=_address(target),
        connections=connections,
        seconds=seconds,
        repetitions=repetitions,
        per_patient=per_patient,
    )
    figures = {**measured, **bench_parsing.figures()}
    if as_json:
        _show(figures, as_json=True)
    else:
        click.echo(bench_exchange.table(figures))


@bench.command()
@click.option("--persons", default=2_048_070, show_default=True, help="Personnes inventées dans la base.")
@click.option("--json", "as_json", is_flag=True, help="Un objet JSON sur la dernière ligne.")
def identity(persons: int, as_json: bool) -> None:  # noqa: FBT001 - click
    """Decide arrivals and search people in a base of invented persons, made for the measure and dropped after."""
    ensure_database()
    _show(identity_benchmark.run(persons, _tell), as_json=as_json)


@bench.command()
@click.option("--base", help="Adresse d’une interface FHIR à mesurer, la nôtre ou celle d’un autre serveur.")
@click.option("--token", default="", help="Jeton d’accès à cette interface.")
@click.option("--patients", default=100_000, show_default=True, help="Patients fictifs du dossier mesuré.")
@click.option("--clients", default=16, show_default=True, help="Clients, une demande en cours chacun.")
@click.option("--seconds", default=5.0, show_default=True, help="Durée de chaque mesure.")
@click.option("--repetitions", default=3, show_default=True, help="Mesures de chaque sorte ; la médiane est montrée.")
@click.option("--json", "as_json", is_flag=True, help="Un objet JSON sur la dernière ligne.")
def record(  # noqa: PLR0913 - one parameter for each option
    base: str | None,
    token: str,
    patients: int,
    clients: int,
    seconds: float,
    repetitions: int,
    as_json: bool,  # noqa: FBT001 - click
) -> None:
    """Read, search and write the record by FHIR, access decision and journal on, beside a bare handler and a COPY."""
    load = record_benchmark.Load(clients, seconds, repetitions)
    if base is not None:
        _show(record_benchmark.run_at(base, token, load, tell=_tell), as_json=as_json)
        return
    ensure_database()
    _show(record_benchmark.run(load, patients=patients, tell=_tell), as_json=as_json)


@bench.command()
@click.option("--measures", default=20_000, show_default=True, help="Mesures de chaque essai.")
@click.option("--devices", "fleet", default=500, show_default=True, help="Appareils, chacun chez une personne.")
@click.option("--repetitions", default=3, show_default=True, help="Essais ; la médiane est montrée.")
@click.option("--json", "as_json", is_flag=True, help="Un objet JSON sur la dernière ligne.")
def devices(measures: int, fleet: int, repetitions: int, as_json: bool) -> None:  # noqa: FBT001 - click
    """Take in measures of devices durably, in the record too, beside a bare COPY and commit."""
    ensure_database()
    _show(devices_benchmark(measures=measures, devices=fleet, repetitions=repetitions, tell=_tell), as_json=as_json)


def _tell(line: str) -> None:
    click.echo(line, err=True)


def _address(target: str | None) -> tuple[str, int] | None:
    if target is None:
        return None
    host, _, port = target.rpartition(":")
    if not port.isdigit():
        message = f"« {target} » n’a pas la forme HÔTE:PORT."
        raise click.BadParameter(message, param_hint="--to")
    return host or "127.0.0.1", int(port)


def _show(figures: Mapping[str, object], *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(figures))
        return
    for name, value in figures.items():
        click.echo(f"{name:>24}  {value}")
