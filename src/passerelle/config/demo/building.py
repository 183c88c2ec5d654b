"""Build the territory: chunk by chunk on two processes, resumed where it stopped, done once."""

from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import ExitStack
from datetime import date, datetime
from multiprocessing import get_context

from django.db import connection

from passerelle.care.channels import api as channels
from passerelle.care.record import api as record
from passerelle.config.demo.appointments import fill_agendas
from passerelle.config.demo.carepaths import follow_protocols
from passerelle.config.demo.choices import choose_their_doctor, decide
from passerelle.config.demo.chunks import CHUNK_PERSONS, chunk_sizes
from passerelle.config.demo.dense import deepen
from passerelle.config.demo.devices import follow_at_home
from passerelle.config.demo.family import gather_family
from passerelle.config.demo.ledger import chunks_done, close_ledger, open_ledger
from passerelle.config.demo.liaison import link_with_town
from passerelle.config.demo.look_alikes import plant
from passerelle.config.demo.messages import exchange_messages
from passerelle.config.demo.personas import patient_persona, shown_name
from passerelle.config.demo.preadmissions import prepare_comings
from passerelle.config.demo.reminders import send_reminders
from passerelle.config.demo.savings import count_what_was_saved
from passerelle.config.demo.territory import Territory, is_built, territory_of
from passerelle.config.demo.worker import draw_and_load, use_database
from passerelle.cooperation.governance import api as governance
from passerelle.cooperation.projects import api as projects
from passerelle.core.access import api as access
from passerelle.core.audit import api as audit
from passerelle.core.directory import api as directory
from passerelle.core.parameters import api as parameters
from passerelle.evidence.warehouse import api as warehouse

Progress = Callable[[str, int, int], None]

WORKERS = 2
_BUILDER = audit.Actor(account_id=None, name="Territoire de démonstration", role="operator")

__all__ = ["Progress", "Territory", "build", "is_built"]


def build(*, persons: int, today: date, at: datetime, progress: Progress, workers: int = WORKERS) -> Territory:
    """Build the demonstration territory, or find again the one that is there.

    A building that was interrupted goes on with its own persons and day: chunks already loaded are not loaded again.
    `progress` is told a label, what is done and what there is to do. With one worker all happens in this process.
    """
    directory.load_directory(at=at, demo=True)
    parameters.load_parameters(at=at)
    record.publish_terminology(at=at)
    if not channels.current().channels:
        channels.load_folder(path=channels.TERRITORY, by=_BUILDER, at=at, note="Territoire de démonstration")
    ledger = open_ledger(persons=persons, today=today, at=at)
    found = territory_of(ledger.persons, ledger.today)
    if ledger.built_at is not None:
        return found
    _load_all(found, progress, workers)
    _people_the_house(found, at)
    _cooperate(found, at)
    close_ledger(at=at)
    return found


def _people_the_house(found: Territory, at: datetime) -> None:
    """Open the accounts of the cast, and give its patient a record."""
    access.ensure_personas(at=at)
    person = patient_persona(found.persons, truth=found.truth, hospitals=found.hospitals)
    if person is not None:
        account_id = access.link_patient_persona(person_id=person.id, display_name=shown_name(person))
        choose_their_doctor(person.id, account_id, shown_name(person), at=at)
        decide(person, account_id, at=at)
        deepen(person, truth=found.truth, hospitals=found.hospitals)
    gather_family(found, at=at)
    plant(found, at=at)
    link_with_town(at=at)
    fill_agendas(today=found.today, at=at)
    follow_protocols(patient_id=person.id if person is not None else None, at=at)
    follow_at_home(at=at)
    exchange_messages(at=at)
    prepare_comings(at=at)
    send_reminders(today=found.today, at=at)


def _cooperate(found: Territory, at: datetime) -> None:
    """Load the bodies, projects and session of the demonstration: their papers show the extract as it is now."""
    warehouse.refresh(at=at)
    governance.load_demo(at=at, today=found.today)
    starts = {code: project.started_on for code, project in found.truth.projects.items()}
    projects.load_demo(at=at, today=found.today, starts=starts)
    count_what_was_saved(today=found.today, at=at)


def _load_all(found: Territory, progress: Progress, workers: int) -> None:
    sizes = chunk_sizes(found.persons)
    done = chunks_done()
    wanted = [number for number in range(len(sizes)) if number not in done]
    loaded = len(done)
    progress("Patients et parcours fictifs", _persons(loaded, found.persons), found.persons)
    for _ in _loaded(found, wanted, workers):
        loaded += 1
        progress("Patients et parcours fictifs", _persons(loaded, found.persons), found.persons)


def _persons(chunks: int, persons: int) -> int:
    return min(chunks * CHUNK_PERSONS, persons)


def _loaded(found: Territory, wanted: list[int], workers: int) -> Iterator[int]:
    """Yield each chunk as it is loaded."""
    if workers == 1:
        for number in wanted:
            yield draw_and_load(number, found.persons, found.today, found.hospitals)
        return
    name = connection.settings_dict["NAME"]
    with ExitStack() as stack:
        pool = stack.enter_context(
            ProcessPoolExecutor(workers, get_context("spawn"), initializer=use_database, initargs=(str(name),))
        )
        stack.callback(pool.shutdown, cancel_futures=True)
        waiting = [pool.submit(draw_and_load, number, found.persons, found.today, found.hospitals) for number in wanted]
        for future in as_completed(waiting):
            yield future.result()
