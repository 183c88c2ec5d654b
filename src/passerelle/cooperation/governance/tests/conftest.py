from collections.abc import Iterator
from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from passerelle.cooperation.governance import api as governance
from passerelle.cooperation.governance.models import Mandate
from passerelle.cooperation.governance.services import exhibits
from passerelle.core.access import api as access
from passerelle.core.audit.api import Actor
from passerelle.core.directory import api as directory
from passerelle.core.parameters import api as parameters

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
TODAY = date(2026, 3, 2)
CELL = Actor(account_id=None, name="Cellule", role="cell")
BODY = "comite-strategique"


@pytest.fixture
def territory(db: None) -> None:
    directory.load_directory(at=AT)
    parameters.load_parameters(at=AT)
    governance.load_bodies(at=AT)
    for row in directory.establishments():
        Mandate.objects.create(
            body_id=BODY,
            establishment_id=row.code,
            person_name=f"Direction {row.short_name}",
            function="Direction",
            is_voting=row.role != "associe",
            starts_on=date(2023, 1, 1),
        )


@pytest.fixture
def session_id(territory: None) -> UUID:
    session = governance.convene_session(governance.Meeting(BODY, AT, place="Salle du conseil"), by=CELL, at=AT)
    governance.open_session(session_id=session, by=CELL, at=AT)
    return session


@pytest.fixture
def figures() -> Iterator[dict[str, object]]:
    """The papers of a subject, that a test may change after they were frozen."""
    papers: dict[str, object] = {
        "title": "Un projet",
        "findings": ["La durée moyenne de séjour baisse de 0,8 jour."],
        "tables": [{"title": "Avant, après", "columns": ["Site", "Avant"], "rows": [["Nord", "6,1 jours"]]}],
    }
    exhibits.register_exhibit("example", lambda subject_id, at: papers)
    yield papers
    exhibits._providers.pop("example")


@pytest.fixture
def item_id(session_id: UUID, figures: dict[str, object]) -> UUID:
    return governance.add_item(
        session_id=session_id,
        title="Un projet",
        summary="Exposé",
        subject=governance.Subject("example", "7"),
        by=CELL,
        at=AT,
    )


def member(establishment: str, email: str = "membre@example.org", role: access.Role | None = None) -> access.Viewer:
    """Open an account that sits for an establishment, and return who looks."""
    account = access.open_account(email=email, display_name="Membre", by=None, at=AT)
    access.grant_role(
        account=account,
        role=role or access.Role.COMMITTEE_MEMBER,
        establishment=establishment,
        starts_on=date(2023, 1, 1),
        by=None,
        at=AT,
    )
    if role is None:
        Mandate.objects.filter(body_id=BODY, establishment_id=establishment).update(account=account)
    return access.viewer_of(account, on=TODAY, second_factor=True)
