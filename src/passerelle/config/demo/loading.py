"""One chunk of the territory into the database: identities, then resources, by COPY, in one transaction."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from random import Random

from django.db import transaction

from passerelle.care.identity import api as identity
from passerelle.care.record import api as record
from passerelle.config.demo import resources
from passerelle.config.demo.chunks import Chunk
from passerelle.config.demo.clinic import papers_of, results_of
from passerelle.config.demo.facts import Facts
from passerelle.config.demo.hospitals import Hospitals
from passerelle.config.demo.ledger import note_chunk
from passerelle.config.demo.people import random_id
from passerelle.config.demo.resources import Json
from passerelle.config.demo.shapes import TEST_OID, LocalFile, Person, Stay
from passerelle.config.demo.truth import Truth

SOURCE = "simulation"


@dataclass(slots=True)
class Rows:
    """What one chunk becomes, type by type."""

    identities: list[identity.BulkIdentity] = field(default_factory=list)
    resources: dict[str, list[record.BulkRow]] = field(default_factory=dict)
    contents: list[record.BulkContent] = field(default_factory=list)

    def add(self, resource: Json, file: LocalFile, at: datetime) -> None:
        row = record.BulkRow(resource, file.id, file.establishment, at)
        self.resources.setdefault(resource["resourceType"], []).append(row)


def load_chunk(chunk: Chunk, *, truth: Truth, hospitals: Hospitals) -> int:
    """Load a chunk and note it done, all or nothing; return how many resources."""
    rows = rows_of(chunk, seed=truth.seed, hospitals=hospitals)
    add_facts(rows, chunk, truth=truth, hospitals=hospitals)
    with transaction.atomic():
        identity.bulk_load(rows.identities, source=SOURCE)
        load_rows(rows)
        note_chunk(chunk.number)
    return sum(map(len, rows.resources.values()))


def load_rows(rows: Rows) -> None:
    """Load resources and their contents in the current transaction."""
    for type_, several in rows.resources.items():
        record.bulk_load(type_, several, source=SOURCE)
    record.bulk_load_contents(rows.contents)


def add_facts(rows: Rows, chunk: Chunk, *, truth: Truth, hospitals: Hospitals) -> None:
    """Add what is known of each person beside their stays, drawn apart so that the stays and papers stay the same."""
    random = Random(f"{truth.seed}/facts/{chunk.number}")  # noqa: S311 - a simulation, not a secret
    facts = Facts(random, hospitals)
    stays: dict[int, list[Stay]] = {}
    for stay in chunk.stays:
        stays.setdefault(stay.person.number, []).append(stay)
    for person in chunk.persons:
        for fact in facts.of(person, stays.get(person.number, []), age=person.age_on(truth.today)):
            rows.add(fact.resource, fact.file, fact.at)


def rows_of(chunk: Chunk, *, seed: str, hospitals: Hospitals) -> Rows:
    """Return the rows of a chunk; the same chunk and seed give the same rows, ids included."""
    random = Random(f"{seed}/papers/{chunk.number}")  # noqa: S311 - a simulation, not a secret
    rows = Rows()
    for person in chunk.persons:
        for file in person.files.values():
            rows.identities.append(_identity(person, file, hospitals))
            rows.add(resources.patient(person, file, hospitals[file.establishment]), file, file.since)
    for stay in chunk.stays:
        _add_stay(rows, stay, hospitals, random)
    return rows


def _add_stay(rows: Rows, stay: Stay, hospitals: Hospitals, random: Random) -> None:
    hospital = hospitals[stay.file.establishment]
    stay_id = str(resources.stay_key(stay))
    file = stay.file
    rows.add(resources.encounter(stay, stay_id, hospital), file, stay.end or stay.start)
    results = results_of(stay, random)
    for result in results:
        found = resources.observation(
            result, stay, resource_id=str(random_id(random)), stay_id=stay_id, hospital=hospital
        )
        rows.add(found, file, result.effective_at or stay.start)
    for paper in papers_of(stay, results, hospitals, random):
        own, content = random_id(random), random_id(random)
        ids = str(own), str(content), stay_id
        rows.add(resources.document_reference(paper, stay, ids=ids, hospital=hospital), file, paper.at)
        rows.contents.append(record.BulkContent(content, file.id, "text/xml", paper.content, paper.at))


def _identity(person: Person, file: LocalFile, hospitals: Hospitals) -> identity.BulkIdentity:
    hospital = hospitals[file.establishment]
    is_qualified = file.status == "QUAL"
    return identity.BulkIdentity(
        id=file.id,
        person_id=file.person_id,
        establishment=file.establishment,
        ipp=file.ipp,
        authority_namespace=hospital.namespace,
        authority_oid=hospital.universal_id,
        birth_name=file.birth_name,
        given_names=file.given_names,
        birth_date=file.birth_date,
        sex=person.sex,
        since=file.since,
        used_name=person.used_name if person.used_name != person.birth_name else "",
        birth_place=person.birth_place,
        ins_matricule=person.ins if is_qualified else "",
        ins_oid=TEST_OID if is_qualified else "",
        address={
            "street": person.street,
            "city": person.commune.name,
            "postal_code": person.commune.postal,
            "country": "FRA",
            "insee": person.commune.insee,
        },
        phone=person.phone,
        deceased_at=person.deceased_at,
        status=file.status,
    )


def files_of(chunk: Chunk) -> Iterator[LocalFile]:
    """Yield every local file of a chunk."""
    for person in chunk.persons:
        yield from person.files.values()
