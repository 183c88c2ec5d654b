"""Those who control search the journal, verify it, and take it away as a table that computes nothing."""

import csv
import io
import uuid
from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st

from passerelle.core.access.api import Role
from passerelle.core.access.tests.cast import account, sign_in
from passerelle.core.audit.actions import Action, Actor
from passerelle.core.audit.export import csv_lines, neutral
from passerelle.core.audit.models import AuditEvent
from passerelle.core.audit.selectors.journal import PAGE, JournalQuery, JournalRow, journal_page
from passerelle.core.audit.services.recording import record

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
PERSON = uuid.UUID(int=42)
BOB = Actor(uuid.UUID(int=2), "Dr Bob Fictif", "clinician", "aubagne")


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path):
    settings.PASSERELLE_VAR = tmp_path


@pytest.fixture
def dpo(client):
    sign_in(client, account("mona", Role.DPO))
    return client


def _read_by(actor=BOB, *, at=NOON, person=PERSON, **more):
    record(Action.DOCUMENT_OPENED, by=actor, at=at, target="document:1", person_id=person, **more)


def _found(**asked):
    return [row.at for row in journal_page(JournalQuery(**asked)).rows]


def test_a_search_keeps_a_person_an_actor_an_action_and_a_period():
    _read_by()
    _read_by(at=NOON + timedelta(days=1))
    _read_by(Actor(None, "Dr Alice"), person=uuid.UUID(int=43), outcome="denied")

    assert _found(person_id=PERSON) == [NOON + timedelta(days=1), NOON]
    assert _found(actor="bob dr", last_day=NOON.date()) == [NOON]
    assert _found(actor="alice", outcome="denied") == [NOON]
    assert _found(action="message_read") == []
    assert _found(first_day=NOON.date() + timedelta(days=1)) == [NOON + timedelta(days=1)]


def test_a_day_is_a_day_of_paris():
    just_before_midnight_utc = datetime(2026, 3, 1, 23, 30, tzinfo=UTC)
    _read_by(at=just_before_midnight_utc)

    assert _found(first_day=NOON.date() + timedelta(days=1), person_id=PERSON) == [just_before_midnight_utc]


def test_pages_follow_each_other_without_hole_nor_repeat(dpo):
    for minute in range(PAGE + 20):
        _read_by(at=NOON + timedelta(minutes=minute))

    first = journal_page(JournalQuery(person_id=PERSON))
    second = journal_page(JournalQuery(person_id=PERSON, before_id=first.next_id))

    assert len({row.id for row in (*first.rows, *second.rows)}) == PAGE + 20
    assert second.next_id is None
    page = dpo.get(reverse("audit:journal"), {"person_id": str(PERSON)}).content.decode()
    assert f"before_id={first.next_id}" in page


def test_a_page_costs_the_same_for_one_line_and_for_fifty(django_assert_num_queries):
    _read_by()
    with django_assert_num_queries(2):
        journal_page(JournalQuery())
    for minute in range(PAGE):
        _read_by(at=NOON + timedelta(minutes=minute))
    with django_assert_num_queries(2):
        journal_page(JournalQuery())


def test_the_page_shows_the_words_and_not_the_codes(dpo):
    _read_by(reason="<b>garde</b>")

    page = dpo.get(reverse("audit:journal")).content.decode()

    assert "Document ouvert" in page
    assert "Clinicien hospitalier" in page
    assert "&lt;b&gt;garde&lt;/b&gt;" in page


def test_a_search_that_cannot_be_read_is_told(dpo):
    page = dpo.get(reverse("audit:journal"), {"person_id": "x"}).content.decode()

    assert "À corriger avant de continuer" in page


def test_reading_and_taking_the_journal_away_are_events_too(dpo):
    dpo.get(reverse("audit:journal"))
    dpo.get(reverse("audit:export"))

    assert AuditEvent.objects.filter(action="audit_read", role="dpo").count() == 1
    assert AuditEvent.objects.filter(action="audit_exported", role="dpo").count() == 1


def test_verifying_says_whether_the_journal_is_sound_and_remembers_it(dpo):
    _read_by()

    page = dpo.post(reverse("audit:verification"), follow=True).content.decode()

    assert "Journal intact" in page
    assert "Vérifié le" in page
    assert AuditEvent.objects.get(action="audit_verified").detail["ok"] is True


def test_the_export_is_a_table_for_a_french_spreadsheet(dpo):
    _read_by(Actor(None, "=HYPERLINK(1)"), reason='a;b"c\nd')

    answer = dpo.get(reverse("audit:export"), {"person_id": str(PERSON)})

    text = b"".join(answer.streaming_content).decode()
    assert text.startswith("\ufeffNuméro;Moment;")
    assert answer["Content-Disposition"].startswith('attachment; filename="journal-')
    lines = list(csv.reader(io.StringIO(text[1:]), delimiter=";"))
    assert len(lines) == 2
    assert lines[1][1] == "01/03/2026 13:00:00"
    assert lines[1][4] == "'=HYPERLINK(1)"
    assert lines[1][9] == 'a;b"c\nd'


@settings(deadline=None)
@given(
    text=st.sampled_from(["", " ", "\u00a0", "'"]).flatmap(
        lambda start: st.text(alphabet="=+-@\t\r\nabc é", max_size=6).map(lambda rest: start + rest)
    )
)
def test_no_cell_starts_a_formula(text):
    cell = neutral(text)

    assert not cell.lstrip(" \u00a0").startswith(("=", "+", "-", "@", "\t", "\r", "\n"))
    assert cell.endswith(text)


def test_every_column_is_neutral():
    evil = "=1+1"
    row = JournalRow(1, NOON, evil, True, evil, evil, evil, evil, None, evil, evil, evil, evil)

    line = list(csv_lines([row]))[1]

    assert ";=" not in line


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.CLINICIAN, Role.PATIENT, Role.DIRECTOR])
def test_the_others_find_no_journal(client, role):
    sign_in(client, account("alice", role))

    assert client.get(reverse("audit:journal")).status_code == 404
    assert client.get(reverse("audit:export")).status_code == 404
