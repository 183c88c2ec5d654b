"""What every page says while it lasts."""

import pytest
from django.template.loader import render_to_string

from passerelle.core.ui import notices
from passerelle.core.ui.api import Notice, register_notices


@pytest.fixture
def providers(monkeypatch):
    monkeypatch.setattr(notices, "_providers", {})


def test_notices_come_in_the_order_of_their_names(providers, rf):
    register_notices("b", lambda _: [Notice(title="Deux"), Notice(title="Trois")])
    register_notices("a", lambda _: [Notice(title="Un")])

    assert [one.title for one in notices.notices_of(rf.get("/"))] == ["Un", "Deux", "Trois"]


def test_the_same_name_replaces(providers, rf):
    register_notices("a", lambda _: [Notice(title="Un")])
    register_notices("a", lambda _: [])

    assert notices.notices_of(rf.get("/")) == []


def test_a_notice_shows_its_link_and_its_button():
    notice = Notice(
        title="Porte ouverte",
        text="Jusqu’à midi.",
        url="/voir/",
        action="Voir",
        form_url="/fermer/",
        form_label="Fermer",
    )

    page = render_to_string("ui/parts/notices.html", {"notices": [notice]})

    assert 'href="/voir/"' in page
    assert 'action="/fermer/"' in page
    assert "Porte ouverte" in page


def test_no_notice_leaves_nothing():
    assert render_to_string("ui/parts/notices.html", {"notices": []}).strip() == ""
