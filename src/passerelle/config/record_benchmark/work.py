"""What is asked of the server: made from what it holds, found through its own interface (ours: `drawing.py`)."""

import itertools
import json
import random
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from passerelle.config.record_benchmark.load import Server

_PAGE = 200
_CHANCE = 20_261_122
_CODES = (("2345-7", "Glucose", "mmol/L"), ("2160-0", "Créatinine", "umol/L"), ("2951-2", "Sodium", "mmol/L"))
Requests = Callable[[int], bytes]


@dataclass(slots=True)
class Targets:
    """What there is to ask for: ids of observations, pairs of patient and code, names, patients to write for."""

    observations: list[str] = field(default_factory=list)
    coded: list[tuple[str, str]] = field(default_factory=list)
    names: list[tuple[str, str]] = field(default_factory=list)
    patients: list[str] = field(default_factory=list)


def ask(server: Server, path: str, body: bytes | None = None) -> dict[str, Any]:
    """Ask once, and return the JSON of the answer."""
    headers = {"Accept": "application/fhir+json", "Content-Type": "application/fhir+json"}
    if server.token:
        headers["Authorization"] = f"Bearer {server.token}"
    address = f"http://{server.host}:{server.port}{server.path}{path}"
    request = urllib.request.Request(address, data=body, headers=headers)
    with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310 - the same
        found: dict[str, Any] = json.load(answer)
        return found


def targets_of(server: Server, *, most: int = 2_000) -> Targets:
    """Find what the server holds, page after page, in an order of our own so that neighbours are not read together."""
    found = Targets()
    for observation in itertools.islice(_all(server, f"/Observation?_count={_PAGE}"), most):
        found.observations.append(observation["id"])
        subject = str(observation.get("subject", {}).get("reference", "")).removeprefix("Patient/")
        codings = observation.get("code", {}).get("coding", [])
        if subject and codings:
            found.coded.append((subject, f"{codings[0].get('system', '')}|{codings[0].get('code', '')}"))
    for patient in itertools.islice(_all(server, f"/Patient?_count={_PAGE}"), most):
        found.patients.append(patient["id"])
        name = (patient.get("name") or [{}])[0]
        if name.get("family") and name.get("given"):
            found.names.append((str(name["family"]), str(name["given"][0])))
    chance = random.Random(_CHANCE)  # noqa: S311 - an order, not a secret
    for kept in (found.observations, found.coded, found.names, found.patients):
        chance.shuffle(kept)
    return found


def _all(server: Server, path: str) -> Iterator[dict[str, Any]]:
    while path:
        page = ask(server, path)
        yield from (entry["resource"] for entry in page.get("entry", ()))
        following = next((link["url"] for link in page.get("link", ()) if link["relation"] == "next"), "")
        path = following.partition(server.path)[2] if following else ""


def reads(server: Server, targets: Targets) -> Requests:
    """Return reads by id."""
    made = [server.request("GET", f"/Observation/{id_}") for id_ in targets.observations]
    return lambda rank: made[rank % len(made)]


def floor_reads(server: Server, targets: Targets) -> Requests:
    """Return the same reads for the bare handler."""
    made = [server.request("GET", f"/{id_}") for id_ in targets.observations]
    return lambda rank: made[rank % len(made)]


def searches_by_code(server: Server, targets: Targets) -> Requests:
    """Return searches of a patient's results of one code, newest first, 20 of them."""
    made = [
        server.request("GET", f"/Observation?patient={patient}&code={quote(code)}&_sort=-date&_count=20")
        for patient, code in targets.coded
    ]
    return lambda rank: made[rank % len(made)]


def searches_by_name(server: Server, targets: Targets) -> Requests:
    """Return searches of people by family and given name."""
    made = [
        server.request("GET", f"/Patient?family={quote(family)}&given={quote(given)}&_count=20")
        for family, given in targets.names
    ]
    return lambda rank: made[rank % len(made)]


def creations(server: Server, targets: Targets) -> Requests:
    """Return creations of results, each of another patient than the one before."""
    return lambda rank: server.request("POST", "/Observation", json.dumps(_result(targets, rank)).encode())


def transactions(server: Server, targets: Targets) -> Requests:
    """Return transactions of ten creations of results of one patient."""

    def transaction(rank: int) -> bytes:
        entries = [
            {
                "fullUrl": f"urn:uuid:00000000-0000-4000-8000-{place:012d}",
                "resource": _result(targets, rank, place),
                "request": {"method": "POST", "url": "Observation"},
            }
            for place in range(10)
        ]
        bundle = {"resourceType": "Bundle", "type": "transaction", "entry": entries}
        return server.request("POST", "" if server.path else "/", json.dumps(bundle).encode())

    return transaction


def _result(targets: Targets, rank: int, place: int = 0) -> dict[str, Any]:
    code, label, unit = _CODES[(rank + place) % len(_CODES)]
    day, second = rank % 28 + 1, (rank // 28 + place) % 86_400
    moment = f"2026-10-{day:02d}T{second // 3600:02d}:{second // 60 % 60:02d}:{second % 60:02d}Z"
    return {
        "resourceType": "Observation",
        "status": "final",
        "category": [
            {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/observation-category", "code": "laboratory"}]}
        ],
        "code": {"coding": [{"system": "http://loinc.org", "code": code, "display": label}]},
        "subject": {"reference": f"Patient/{targets.patients[rank % len(targets.patients)]}"},
        "effectiveDateTime": moment,
        "valueQuantity": {
            "value": rank % 200 + 1,
            "unit": unit,
            "system": "http://unitsofmeasure.org",
            "code": unit,
        },
    }
