import json
import stat
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from passerelle.evidence.warehouse import api as warehouse
from passerelle.evidence.warehouse.services import extract as service
from passerelle.evidence.warehouse.services.secret import pseudonym_key

from .journeys import AT, encounter, load, load_places, patient, patients, unit_of

pytestmark = pytest.mark.django_db

START = datetime(2025, 5, 3, 8, tzinfo=UTC)


@pytest.fixture(autouse=True)
def var(settings, tmp_path: Path) -> Path:
    settings.PASSERELLE_VAR = tmp_path
    load_places()
    return tmp_path


def rows(columns: str = "*") -> list[tuple[object, ...]]:
    with warehouse.connect() as connection:
        return connection.execute(f"SELECT {columns} FROM stays ORDER BY ALL").fetchall()


def test_a_stay_of_the_record_becomes_a_row() -> None:
    load(encounter(patient(), unit_of("aphm-timone"), START, 3.5))

    made = warehouse.refresh(at=AT)

    assert (made.rows, made.refreshed_at, made.schema_version) == (1, AT, 1)
    assert rows("site, unit_kind, class, age_band, sex, exit_month, length_days") == [
        ("aphm-timone", "chirurgie", "IMP", "70-74", "F", "2025-05", 3.5)
    ]


def test_the_file_holds_no_name_number_day_or_free_text(var: Path) -> None:
    who = patient()
    stay = encounter(who, unit_of("aphm-timone"), START, 3)
    load(stay)

    made = warehouse.refresh(at=AT)

    content = made.path.read_bytes() + (var / "warehouse" / "manifest.json").read_bytes()
    with duckdb.connect() as connection:
        told = connection.execute("SELECT * FROM read_parquet(?)", [str(made.path)]).fetchall()
    plain = (content + json.dumps(told).encode()).lower()
    known = [
        *("ZAFIMANIRY", "Célestine", "Zafimaniry", "Cholécystite", "0491000000", "1951", "2025-05-03", "1951-07-13"),
        *(stay.resource["id"], stay.resource["identifier"][0]["value"], f"IPP{who.local_identity_id.hex[:10]}"),
        *(str(who.person_id), who.person_id.hex, str(who.local_identity_id), who.local_identity_id.hex),
    ]
    assert [word for word in known if word.lower().encode() in plain] == []


def test_one_person_has_one_pseudonym_in_every_establishment() -> None:
    here, there = patients("aphm", "arles")
    somebody_else = patient("arles")
    load(
        encounter(here, unit_of("aphm-nord"), START, 1),
        encounter(there, unit_of("arles-principal"), START, 1),
        encounter(somebody_else, unit_of("arles-principal"), START, 1),
    )

    warehouse.refresh(at=AT)

    assert [count for _, count in rows("person, count(*) OVER (PARTITION BY person)")].count(2) == 2
    assert len(rows("DISTINCT person")) == 2


def test_an_opposed_person_and_the_test_establishment_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    opposed, other = patient(), patient("arles")
    monkeypatch.setattr(service, "_oppositions", [])
    warehouse.register_opposition(lambda: frozenset({opposed.person_id}))
    load(encounter(opposed, unit_of("aphm-nord"), START, 1), encounter(other, unit_of("arles-principal"), START, 1))

    assert warehouse.refresh(at=AT).rows == 1
    assert rows("establishment") == [("arles",)]


def test_the_key_is_readable_by_its_owner_only_and_stays_the_same(var: Path) -> None:
    load(encounter(patient(), unit_of("aphm-nord"), START, 1))
    warehouse.refresh(at=AT)
    before = rows("person")

    warehouse.refresh(at=AT + timedelta(hours=1))

    assert rows("person") == before
    assert stat.S_IMODE((var / "warehouse.key").stat().st_mode) == 0o600
    assert (var / "warehouse.key").read_bytes() not in warehouse.current_extract().path.read_bytes()


def test_processes_that_make_the_key_at_once_agree(tmp_path: Path) -> None:
    keys: list[bytes] = []
    threads = [threading.Thread(target=lambda: keys.append(pseudonym_key(tmp_path))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(keys) == 8
    assert len(set(keys)) == 1


def test_a_crash_leaves_the_former_extract_and_the_next_run_sweeps(var: Path) -> None:
    load(encounter(patient(), unit_of("aphm-nord"), START, 1))
    former = warehouse.refresh(at=AT)
    (var / "warehouse" / "stays-crashed.draft").write_bytes(b"half a file")
    obstacle = var / "warehouse" / ".manifest.json"
    obstacle.mkdir()
    with pytest.raises(IsADirectoryError):
        warehouse.refresh(at=AT + timedelta(hours=1))
    obstacle.rmdir()

    assert warehouse.current_extract() == former
    assert len(rows()) == 1
    latest = warehouse.refresh(at=AT + timedelta(hours=2))
    assert [path.name for path in sorted((var / "warehouse").glob("*stays*"))] == [latest.path.name]


def test_an_empty_record_gives_an_empty_extract() -> None:
    assert warehouse.refresh(at=AT).rows == 0
    assert rows() == []


def test_before_the_first_extract_nothing_can_be_asked() -> None:
    assert warehouse.current_extract() is None
    with pytest.raises(warehouse.NoExtract, match="Aucun extrait"):
        warehouse.connect()


def test_the_connection_reads_the_extract_and_no_other_file(tmp_path: Path) -> None:
    warehouse.refresh(at=AT)
    (tmp_path / "secret.csv").write_text("a\n1\n")

    with warehouse.connect() as connection, pytest.raises(duckdb.Error):
        connection.execute(f"SELECT * FROM read_csv('{tmp_path / 'secret.csv'}')")


def test_the_manifest_says_how_fresh_the_record_was() -> None:
    load(encounter(patient(), unit_of("aphm-nord"), START, 1))

    assert warehouse.refresh(at=AT).source_watermark.startswith("2026-03-02")
