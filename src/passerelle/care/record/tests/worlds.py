"""Invented worlds for the decision: persons in three hospitals, pieces of every kind, choices, and who looks."""

import random
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
from django.apps import apps
from django.db import connection

from passerelle.care.identity import api as identity
from passerelle.care.record.rules.documents import RESTRICTIONS
from passerelle.care.record.rules.kinds import KIND_OF, NOBODY
from passerelle.core.access.api import Kind, Role, Viewer

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
PLACES = ("aphm", "arles", "salon")
LABELS = (
    f"{RESTRICTIONS}|MASQUE_PS",
    f"{RESTRICTIONS}|INVISIBLE_PATIENT",
    f"{RESTRICTIONS}|INVISIBLE_REP_LEGAUX",
    f"{RESTRICTIONS}|CONNEXION_SECRETE",
    f"{RESTRICTIONS}|RESTRICTION_INCONNUE",
    "http://terminology.hl7.org/CodeSystem/v3-Confidentiality|V",
    "http://terminology.hl7.org/CodeSystem/v3-Confidentiality|N",
)
SEEN_TYPES = (
    "Patient",
    "Encounter",
    "DocumentReference",
    "Observation",
    "Appointment",
    "AllergyIntolerance",
    "Condition",
    "MedicationRequest",
    "DiagnosticReport",
    "ServiceRequest",
    "Consent",
    "Provenance",
)
_INSERT = (
    "INSERT INTO record_resource (type, id, local_identity_id, version, last_updated, source, body, deleted,"
    " establishment, status, date_start, date_end, security, codes)"
    " VALUES (%s, %s, %s, 1, %s, %s, %s, false, %s, %s, %s, %s, %s, %s)"
)


@dataclass
class World:
    """What was made: the files of each person, and every piece by type."""

    dice: random.Random
    files: dict[UUID, dict[str, UUID]] = field(default_factory=dict)
    pieces: dict[str, list[UUID]] = field(default_factory=dict)
    stays: list[tuple[UUID, UUID]] = field(default_factory=list)
    documents: list[tuple[UUID, UUID]] = field(default_factory=list)
    doctor: UUID = NOBODY
    clinician: UUID = NOBODY
    kind_of_documents: str = "11490-0"

    @property
    def persons(self) -> list[UUID]:
        return list(self.files)

    def new_id(self) -> UUID:
        return UUID(int=self.dice.getrandbits(128), version=4)


def a_world(seed: int, *, persons: int = 5, pieces: int = 40, choices: int = 15) -> World:
    """Make a world; the places must be there."""
    world = World(random.Random(seed))
    world.doctor, world.clinician = world.new_id(), world.new_id()
    for _ in range(persons):
        _add_person(world)
    for person in world.persons:
        for place, file in world.files[person].items():
            add_piece(world, "Patient", file, place, id_=file)
            if world.dice.random() < 0.6:
                _add_stay(world, person, file, place)
    for _ in range(pieces):
        _add_any(world)
    for _ in range(choices):
        _decide(world)
    _add_emergency(world)
    _let_wait(world)
    for kind, type_ in (
        (Kind.DIRECTORY, "Practitioner"),
        (Kind.TERMINOLOGY, "ValueSet"),
        (Kind.SUBSCRIPTION, "Subscription"),
        (Kind.GROUP, "Group"),
    ):
        assert KIND_OF[type_] is kind
        add_piece(world, type_, NOBODY, world.dice.choice(("", *PLACES)))
    return world


def viewers(world: World) -> list[Viewer]:
    """Return who looks at a world: each kind of tie, alone and together, through applications and not."""
    dice, child = world.dice, world.dice.choice(world.persons)

    def somebody(*held: tuple[Role, str | None], **more: Any) -> Viewer:
        told: dict[str, Any] = {"account_id": world.new_id(), "name": "Essai", "second_factor": True}
        return Viewer(**(told | {"assignments": frozenset(held)} | more))

    return [
        somebody((Role.CLINICIAN, "aphm"), account_id=world.clinician, professional_rpps="90000000017"),
        somebody((Role.CLINICIAN, "arles"), (Role.DIRECTOR, "salon")),
        somebody((Role.TOWN_DOCTOR, None), account_id=world.doctor, professional_rpps="90000000025"),
        somebody((Role.TOWN_DOCTOR, None), (Role.CLINICIAN, "aphm"), account_id=world.doctor),
        somebody((Role.ADMISSION_CLERK, "aphm")),
        somebody((Role.BED_MANAGER, "arles")),
        somebody((Role.DPO, None)),
        somebody((Role.PATIENT, None), person_id=child),
        somebody((Role.PATIENT, None), person_id=dice.choice(world.persons)),
        somebody((Role.APPLICATION, "aphm"), account_id=None, application="labo", scopes=frozenset({"system/*.rs"})),
        somebody(
            (Role.CLINICIAN, "aphm"),
            account_id=world.clinician,
            scopes=frozenset({"user/Observation.rs", "patient/Condition.rs"}),
            launched_for=child,
        ),
        somebody((Role.PATIENT, None), person_id=child, scopes=frozenset({"patient/*.rs"})),
        Viewer(),
    ]


def add_piece(
    world: World,
    type_: str,
    file: UUID,
    place: str,
    *,
    id_: UUID | None = None,
    labels: tuple[str, ...] = (),
    names: tuple[str, ...] = (),
    source: str = "essai",
    days: float = 10,
    **columns: Any,
) -> UUID:
    """Store a piece as the columns keep it; `names` are what it refers to."""
    id_ = id_ or world.new_id()
    body = {"resourceType": type_, "id": str(id_), "basedOn": [{"reference": one} for one in names]}
    start = NOON - timedelta(days=days)
    values = [type_, id_, file, NOON, source, orjson.dumps(body).decode(), place, columns.get("status", "final")]
    with connection.cursor() as cursor:
        cursor.execute(
            _INSERT,
            [*values, start, columns.get("end"), list(labels) or None, [f"http://loinc.org|{world.kind_of_documents}"]],
        )
    world.pieces.setdefault(type_, []).append(id_)
    return id_


def _add_person(world: World) -> None:
    person = world.new_id()
    places = world.dice.sample(PLACES, world.dice.randint(1, 3))
    world.files[person] = {place: world.new_id() for place in places}
    rows = [
        identity.BulkIdentity(
            id=file,
            person_id=person,
            establishment=place,
            ipp=str(world.new_id().int)[:12],
            authority_namespace=place.upper(),
            authority_oid="",
            birth_name="FICTIF",
            given_names=("Camille",),
            birth_date=date(2012, 6, 15),
            sex="F",
            since=NOON - timedelta(days=900),
        )
        for place, file in world.files[person].items()
    ]
    identity.bulk_load(rows, source="essai")


def _add_stay(world: World, person: UUID, file: UUID, place: str) -> None:
    days = world.dice.choice((5, 100, 500))
    end = NOON - timedelta(days=days - 2)
    status = world.dice.choice(("finished", "finished", "cancelled"))
    stay = add_piece(world, "Encounter", file, place, days=days, status=status, end=end)
    world.stays.append((person, stay))


def _add_any(world: World) -> None:
    person = world.dice.choice(world.persons)
    place, file = world.dice.choice(list(world.files[person].items()))
    type_ = world.dice.choice([one for one in SEEN_TYPES if one not in {"Patient", "Encounter"}])
    labels = tuple(world.dice.sample(LABELS, world.dice.choice((0, 0, 0, 1, 2))))
    stays = [f"Encounter/{stay}" for whose, stay in world.stays if whose == person]
    documents = [f"DocumentReference/{one}" for whose, one in world.documents if whose == person]
    names = [world.dice.choice(known) for known in (stays, documents) if known and world.dice.random() < 0.4]
    origin = world.dice.choice(("essai", "essai", f"account:{world.doctor}"))
    where = place if world.dice.random() < 0.8 else world.dice.choice(PLACES)
    id_ = add_piece(world, type_, file, where, labels=labels, names=tuple(names), source=origin)
    if type_ == "DocumentReference":
        world.documents.append((person, id_))


def _decide(world: World) -> None:
    """Let somebody choose, mask, oppose, keep secret, be represented or protected, now or in the past."""
    person = world.dice.choice(world.persons)
    starts_at = NOON - timedelta(days=world.dice.choice((1, 30)))
    ends_at = world.dice.choice((None, None, NOON - timedelta(hours=1), NOON + timedelta(days=30)))
    told = {
        "person_id": person,
        "starts_at": starts_at,
        "ends_at": ends_at,
        "at": starts_at,
        "by_name": "Essai",
        "door": "self",
    }
    name, more = world.dice.choice(
        [
            ("CareTeamMember", {"rpps": "90000000025", "label": "Ville", "level": _level(world)}),
            ("CareTeamMember", {"account_id": world.doctor, "label": "Ville", "level": _level(world)}),
            ("CareTeamMember", {"establishment": world.dice.choice(PLACES), "label": "Lieu", "level": _level(world)}),
            ("CareTeamMember", {"establishment": "aphm", "unit": "5010", "label": "Unité", "level": "all"}),
            ("Opposition", {"scope": "establishment", "establishment": world.dice.choice(PLACES)}),
            ("Opposition", {"scope": "professional", "rpps": "90000000025"}),
            ("Opposition", {"scope": "professional", "account_id": world.clinician}),
            ("Opposition", {"scope": "sharing"}),
            ("Opposition", {"scope": "emergency"}),
            ("ProtectedIdentity", {"reason": "violence"}),
            ("Representation", _represented(world, person)),
            *(("MaskedDocument", {"document_id": one}) for whose, one in world.documents if whose == person),
            *(("MinorSecret", {"item": "stay", "item_id": one}) for whose, one in world.stays if whose == person),
            *(
                ("MinorSecret", {"item": "document", "item_id": one})
                for whose, one in world.documents
                if whose == person
            ),
        ]
    )
    if name == "Representation":
        told["ends_at"] = NOON + timedelta(days=300)
    apps.get_model("consent", name).objects.create(**told, **more)


def _level(world: World) -> str:
    return world.dice.choice(("summary", "all", "all_masked"))


def _represented(world: World, person: UUID) -> dict[str, Any]:
    others = [one for one in world.persons if one != person]
    return {"representative_id": world.dice.choice(others), "nature": "parent"}


def _let_wait(world: World) -> None:
    """Let pieces of some places wait to be told, longer or shorter than since they were made; some were told."""
    for place in world.dice.sample(PLACES, 2):
        for kind in ("result", world.kind_of_documents):
            told = {"label": "Essai", "days": world.dice.choice((8, 12))}
            rules = apps.get_model("patientspace", "ReleaseRule").objects
            rules.update_or_create(establishment=place, kind=kind, defaults=told)
    for person, document in world.dice.sample(world.documents, len(world.documents) // 4):
        apps.get_model("patientspace", "Announcement").objects.create(
            item_id=document, person_id=person, at=NOON, by_account=world.clinician, by_name="Essai"
        )


def _add_emergency(world: World) -> None:
    holder = apps.get_model("access", "Account").objects.create(
        id=world.clinician, email=f"{world.clinician}@exemple.invalid", display_name="Essai", opened_at=NOON
    )
    apps.get_model("access", "EmergencyAccess").objects.create(
        account=holder,
        person_id=world.dice.choice(world.persons),
        reason="Inconscient",
        at=NOON - timedelta(hours=1),
        expires_at=NOON + timedelta(hours=1),
    )
