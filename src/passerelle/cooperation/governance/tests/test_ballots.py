from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest
from django.db import DatabaseError, connection, transaction

from passerelle.cooperation.governance import api as governance
from passerelle.cooperation.governance.models import AgendaItem, Ballot, Decision, Mandate, Vote
from passerelle.cooperation.governance.selectors.decisions import decision_page
from passerelle.core.audit.api import Actor
from passerelle.core.audit.models import AuditEvent

from .conftest import AT, BODY, CELL, member

pytestmark = pytest.mark.django_db


def mandates(count: int) -> list[Mandate]:
    return list(Mandate.objects.filter(is_voting=True).order_by("establishment__rank")[:count])


def enter(ballot_id: UUID, count: int, choice: governance.Choice = governance.Choice.FOR) -> None:
    for mandate in mandates(count):
        governance.enter_vote(ballot_id=ballot_id, mandate=mandate, choice=choice, by=CELL, at=AT)


@pytest.fixture
def ballot_id(item_id: UUID) -> UUID:
    return governance.open_vote(item_id=item_id, by=CELL, at=AT)


def test_the_thirteen_parties_vote_and_the_associated_hospital_does_not(ballot_id: UUID) -> None:
    codes = [voter["code"] for voter in Ballot.objects.get(pk=ballot_id).electorate]

    assert len(codes) == 13
    assert "laveran" not in codes
    assert "essai" not in codes


def test_a_member_votes_once_for_their_establishment(ballot_id: UUID) -> None:
    viewer = member("arles")
    vote = {"ballot_id": ballot_id, "establishment": "arles", "by": viewer.actor(), "at": AT}

    governance.cast_vote(**vote, choice=governance.Choice.FOR)

    with pytest.raises(governance.AlreadyVoted):
        governance.cast_vote(**vote, choice=governance.Choice.AGAINST)
    assert [vote.choice for vote in Vote.objects.all()] == ["for"]


def test_nobody_votes_for_an_establishment_they_do_not_sit_for(ballot_id: UUID) -> None:
    viewer = member("arles")

    with pytest.raises(governance.NotAVoter):
        governance.cast_vote(
            ballot_id=ballot_id, establishment="salon", choice=governance.Choice.FOR, by=viewer.actor(), at=AT
        )


def test_a_stranger_to_every_mandate_does_not_borrow_the_ones_without_account(ballot_id: UUID) -> None:
    nobody = Actor(account_id=None, name="Inconnu")

    with pytest.raises(governance.NotAVoter):
        governance.cast_vote(ballot_id=ballot_id, establishment="salon", choice=governance.Choice.FOR, by=nobody, at=AT)


def test_a_mandate_is_over_on_its_last_day(ballot_id: UUID) -> None:
    viewer = member("arles")
    Mandate.objects.filter(establishment_id="arles").update(ends_on=AT.date())

    with pytest.raises(governance.NotAVoter):
        governance.cast_vote(
            ballot_id=ballot_id, establishment="arles", choice=governance.Choice.FOR, by=viewer.actor(), at=AT
        )


def test_the_military_hospital_sits_without_a_vote_even_with_a_voting_mandate(ballot_id: UUID) -> None:
    mandate = Mandate.objects.get(establishment_id="laveran")
    mandate.is_voting = True
    mandate.save()

    with pytest.raises(governance.NotAVoter):
        governance.enter_vote(ballot_id=ballot_id, mandate=mandate, choice=governance.Choice.FOR, by=CELL, at=AT)


def test_without_quorum_a_vote_is_not_closed(ballot_id: UUID) -> None:
    enter(ballot_id, 6)

    with pytest.raises(governance.QuorumNotReached):
        governance.close_vote(ballot_id=ballot_id, by=CELL, at=AT)

    assert not Decision.objects.exists()


def test_the_seventh_establishment_reaches_the_quorum(ballot_id: UUID) -> None:
    enter(ballot_id, 7)

    decision = governance.close_vote(ballot_id=ballot_id, by=CELL, at=AT)

    assert decision.outcome == "adopted"
    assert decision.tally == {"for": 7, "against": 0, "abstain": 0, "present": 7, "voters": 13}


def test_the_last_vote_closes_the_ballot_by_itself(ballot_id: UUID) -> None:
    enter(ballot_id, 13)

    assert Decision.objects.get().number == "comite-strategique-2026-001"
    with pytest.raises(governance.BallotClosed):
        governance.close_vote(ballot_id=ballot_id, by=CELL, at=AT)


def test_decisions_of_a_year_are_numbered_without_a_gap(session_id: UUID) -> None:
    for _ in range(2):
        item = governance.add_item(session_id=session_id, title="Point", summary="", subject=None, by=CELL, at=AT)
        enter(governance.open_vote(item_id=item, by=CELL, at=AT), 13)

    numbers = Decision.objects.order_by("number").values_list("number", flat=True)

    assert list(numbers) == ["comite-strategique-2026-001", "comite-strategique-2026-002"]


def test_the_decision_keeps_the_figures_as_they_were_when_the_vote_opened(
    ballot_id: UUID, figures: dict[str, object]
) -> None:
    figures["findings"] = ["La durée moyenne de séjour ne change pas."]
    enter(ballot_id, 13)

    papers = decision_page("comite-strategique-2026-001").papers

    assert papers.findings == ("La durée moyenne de séjour baisse de 0,8 jour.",)
    assert papers.is_intact


def test_a_tampered_exhibit_is_reported(ballot_id: UUID) -> None:
    enter(ballot_id, 13)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("UPDATE governance_decision SET exhibit_json = replace(exhibit_json, '0,8', '1,8')")

    assert not decision_page("comite-strategique-2026-001").papers.is_intact


@pytest.mark.parametrize("statement", ["UPDATE governance_{} SET {}", "DELETE FROM governance_{}"])
@pytest.mark.parametrize(
    ("table", "change"),
    [
        ("vote", "choice = 'against'"),
        ("decision", "outcome = 'rejected'"),
        ("ballot", "exhibit_json = '{{}}'"),
        ("ballot", "closed_at = NULL"),
    ],
)
def test_the_database_itself_refuses_to_rewrite_what_was_decided(
    ballot_id: UUID, statement: str, table: str, change: str
) -> None:
    enter(ballot_id, 13)

    with pytest.raises(DatabaseError, match="final"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement.format(table, change))


def test_the_database_refuses_a_vote_in_a_closed_ballot(ballot_id: UUID) -> None:
    enter(ballot_id, 7)
    governance.close_vote(ballot_id=ballot_id, by=CELL, at=AT)
    late = mandates(8)[7]

    with pytest.raises(DatabaseError, match="closed"), transaction.atomic():
        Vote.objects.create(
            ballot_id=ballot_id, establishment_id=late.establishment_id, choice="for", mandate=late, cast_at=AT
        )


def test_a_vote_opens_once_and_in_an_open_session_only(item_id: UUID, ballot_id: UUID) -> None:
    with pytest.raises(governance.BallotAlreadyOpen):
        governance.open_vote(item_id=item_id, by=CELL, at=AT)

    tomorrow = AT + timedelta(days=1)
    convened = governance.convene_session(governance.Meeting(BODY, tomorrow), by=CELL, at=AT)
    item = governance.add_item(session_id=convened, title="Point", summary="", subject=None, by=CELL, at=AT)
    with pytest.raises(governance.SessionNotOpen):
        governance.open_vote(item_id=item, by=CELL, at=AT)


def test_a_body_without_vote_rule_opens_no_vote(territory: None) -> None:
    session = governance.convene_session(governance.Meeting("cmg", AT), by=CELL, at=AT)
    governance.open_session(session_id=session, by=CELL, at=AT)
    item = governance.add_item(session_id=session, title="Point", summary="", subject=None, by=CELL, at=AT)

    with pytest.raises(governance.NoVoteRule):
        governance.open_vote(item_id=item, by=CELL, at=AT)


def test_papers_that_nobody_prepares_open_no_vote(session_id: UUID) -> None:
    subject = governance.Subject("unknown", str(uuid4()))
    item = governance.add_item(session_id=session_id, title="Point", summary="", subject=subject, by=CELL, at=AT)

    with pytest.raises(LookupError):
        governance.open_vote(item_id=item, by=CELL, at=AT)
    assert not Ballot.objects.exists()


def test_a_session_closes_after_its_votes(session_id: UUID, ballot_id: UUID) -> None:
    with pytest.raises(governance.BallotStillOpen):
        governance.close_session(session_id=session_id, by=CELL, at=AT)
    enter(ballot_id, 13)

    governance.close_session(session_id=session_id, by=CELL, at=AT)

    with pytest.raises(governance.SessionNotOpen):
        governance.record_attendance(session_id=session_id, mandate=mandates(1)[0], at=AT)
    with pytest.raises(governance.SessionNotOpen):
        governance.open_session(session_id=session_id, by=CELL, at=AT)


def test_each_vote_and_the_decision_leave_their_event_with_the_digest(ballot_id: UUID) -> None:
    enter(ballot_id, 13)

    events = AuditEvent.objects.filter(action__in=["vote_opened", "vote_cast", "decision_frozen"])

    assert [events.filter(action=name).count() for name in ("vote_opened", "vote_cast", "decision_frozen")] == [
        1,
        13,
        1,
    ]
    frozen = events.get(action="decision_frozen")
    assert frozen.detail["exhibit_sha256"] == Decision.objects.get().exhibit_sha256


def test_the_demonstration_loads_twice_without_doubling_anything(territory: None) -> None:
    Mandate.objects.all().delete()

    for _ in range(2):
        governance.load_demo(at=AT, today=date(2026, 3, 2))

    assert (Mandate.objects.count(), Decision.objects.count(), AgendaItem.objects.count()) == (14, 1, 1)
    assert "12\u00a0voix pour, 0\u00a0contre, 1\u00a0abstention" in Decision.objects.get().explanation
