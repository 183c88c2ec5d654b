"""What is asked of our own record: drawn in its database, over all that the measured application may read."""

import json
import random
from typing import Any, Final

import psycopg

from passerelle.config.record_benchmark.key import ESTABLISHMENT
from passerelle.config.record_benchmark.work import Targets

_MOST: Final = 2_000
_CHANCE: Final = 20_261_122
#: Below so many patients, every block of the table is looked at.
_FEW_PATIENTS: Final = 20_000
_BLOCKS: Final = "FROM record_resource TABLESAMPLE SYSTEM (%s) REPEATABLE (20261122)"
_RESULTS: Final = (
    f"SELECT id::text, local_identity_id::text, codes[1] {_BLOCKS}"
    " WHERE type = 'Observation' AND establishment = %s AND NOT deleted ORDER BY id"
)
_PATIENTS: Final = (
    f"SELECT id::text, body {_BLOCKS} WHERE type = 'Patient' AND establishment = %s AND NOT deleted ORDER BY id"
)


def drawn(parameters: dict[str, Any], patients: int) -> Targets:
    """Draw results and patients of the establishment of the application, the same ones for the same base."""
    chance, found = random.Random(_CHANCE), Targets()  # noqa: S311 - a drawing, not a secret
    share = min(100.0, 100.0 * _FEW_PATIENTS / patients)
    with psycopg.connect(**parameters, autocommit=True) as session:
        results = session.execute(_RESULTS, [share, ESTABLISHMENT]).fetchall()
        people = session.execute(_PATIENTS, [share, ESTABLISHMENT]).fetchall()
    for id_, file, code in chance.sample(results, min(_MOST, len(results))):
        found.observations.append(id_)
        if code:
            found.coded.append((file, code))
    for id_, body in chance.sample(people, min(_MOST, len(people))):
        found.patients.append(id_)
        name = (json.loads(body).get("name") or [{}])[0]
        if name.get("family") and name.get("given"):
            found.names.append((str(name["family"]), str(name["given"][0])))
    return found
