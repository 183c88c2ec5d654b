"""Files of an owner: kept, read by it alone, forgotten; what was refused waits in quarantine."""

import hashlib
import io
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from passerelle.core.files import api as files
from passerelle.core.files.models import RefusedFile, StoredContent
from passerelle.core.files.tests.drawing import as_bytes, blurred, card, pdf, saved

AT = datetime(2026, 11, 22, 10, tzinfo=UTC)
ALLOWED = files.Allowed()

pytestmark = pytest.mark.django_db


@dataclass(frozen=True)
class Somebody:
    account_id: UUID | None = None
    name: str = "Patient fictif"


def owner() -> files.Owner:
    return files.Owner("essai.piece", uuid4())


def test_a_file_is_read_again_by_its_owner_and_by_no_other():
    mine = owner()

    kept = files.keep(io.BytesIO(as_bytes(blurred(card()))), owner=mine, by=Somebody(), at=AT, allowed=ALLOWED)

    found = files.read(kept.id, mine)
    assert (found.kept, hashlib.sha256(found.content).hexdigest()) == (kept, kept.sha256)
    assert kept.hints == (files.Hint.BLURRED,)
    with pytest.raises(LookupError):
        files.read(kept.id, owner())
    with pytest.raises(LookupError):
        files.read(kept.id, files.Owner("autre.piece", mine.id))


def test_the_files_of_many_owners_are_one_query(django_assert_num_queries):
    owners = [owner() for _ in range(3)]
    for one in owners:
        files.keep(saved(pdf()), owner=one, by=Somebody(), at=AT, allowed=ALLOWED)

    with django_assert_num_queries(1):
        found = files.files_of("essai.piece", [one.id for one in owners])

    assert {one.owner for one in found} == set(owners)


def test_a_refused_file_waits_with_its_reason_and_nothing_is_kept():
    mine = owner()

    with pytest.raises(files.FileRefused):
        files.keep(b"GIF89a", owner=mine, by=Somebody(), at=AT, allowed=ALLOWED)

    (refused,) = files.quarantined(mine)
    assert (refused.reason, refused.size, refused.refused_by_name) == (files.Why.STRANGER, 6, "Patient fictif")
    assert files.files_of("essai.piece", [mine.id]) == []


def test_a_file_that_is_too_heavy_is_read_no_further_than_needed():
    upload = io.BytesIO(b"\xff\xd8\xff" + b"x" * 5_000)

    with pytest.raises(files.FileRefused):
        files.keep(upload, owner=owner(), by=Somebody(), at=AT, allowed=files.Allowed(most_bytes=1_000))

    assert upload.tell() == 1_001


def test_quarantine_empties_with_time():
    mine = owner()
    for moment in (AT, AT + timedelta(days=40)):
        with pytest.raises(files.FileRefused):
            files.keep(b"?", owner=mine, by=Somebody(), at=moment, allowed=ALLOWED)

    files.empty_quarantine(before=AT + timedelta(days=30))

    assert RefusedFile.objects.count() == 1


def test_forgetting_takes_the_bytes_and_only_its_own():
    mine, other = owner(), owner()
    kept = [files.keep(saved(pdf()), owner=one, by=Somebody(), at=AT, allowed=ALLOWED) for one in (mine, mine, other)]

    assert files.forget(other, file_id=kept[0].id) == 0
    assert files.forget(mine, file_id=kept[0].id) == 1
    assert files.forget(mine) == 1
    assert StoredContent.objects.count() == 1


def test_a_file_is_handed_over_to_another_owner():
    mine, other = owner(), owner()
    kept = files.keep(saved(pdf()), owner=mine, by=Somebody(), at=AT, allowed=ALLOWED)

    files.give(kept.id, giver=mine, taker=other)

    assert files.read(kept.id, other).kept.sha256 == kept.sha256
    with pytest.raises(LookupError):
        files.read(kept.id, mine)
    with pytest.raises(LookupError):
        files.give(kept.id, giver=mine, taker=other)


@pytest.mark.parametrize(("content", "shown"), [(as_bytes(card()), "inline"), (saved(pdf()), "attachment")])
def test_what_is_given_back_can_do_nothing_in_a_browser(content, shown):
    mine = owner()
    kept = files.keep(content, owner=mine, by=Somebody(), at=AT, allowed=ALLOWED)

    answer = files.answer(files.read(kept.id, mine))

    assert answer["Content-Disposition"].startswith(shown)
    assert "sandbox" in answer["Content-Security-Policy"]
    assert (answer["X-Content-Type-Options"], answer["Cache-Control"]) == ("nosniff", "no-store")
    assert answer["Content-Type"] == kept.mime
