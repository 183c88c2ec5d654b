"""The living page shows every component in every state: it is the visual test bed of the shell."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PAGES = ["/", "/ui/", "/ui/feuille/", "/accessibilite/", "/page-qui-n-existe-pas/"]
SCREENS = [pytest.param(360, id="phone"), pytest.param(1280, id="desktop")]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", SCREENS)
@pytest.mark.parametrize("address", PAGES)
def test_no_rule_of_axe_is_broken(
    open_page: Callable[..., Page],
    axe: Callable[[Page], None],
    screenshots: Callable[[Page, str], None],
    address: str,
    width: int,
    theme: str,
) -> None:
    page = open_page(viewport={"width": width, "height": 800}, color_scheme=theme)

    page.goto(address)

    axe(page)
    screenshots(page, f"{address.strip('/') or 'accueil'}-{width}-{theme}")


@pytest.mark.parametrize("address", PAGES)
def test_nothing_scrolls_sideways_at_320_pixels(open_page: Callable[..., Page], address: str) -> None:
    page = open_page(viewport={"width": 320, "height": 640})

    page.goto(address)

    assert page.evaluate("document.documentElement.scrollWidth") == 320


def test_the_chosen_appearance_is_remembered_without_scripts(phone_without_scripts: Page) -> None:
    page = phone_without_scripts
    page.goto("/accessibilite/")

    page.locator("summary", has_text="Affichage").click()
    page.get_by_role("button", name="Sombre").click()

    expect(page).to_have_url(re.compile("/accessibilite/$"))
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    page.goto("/")
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")


def test_the_keyboard_goes_straight_to_the_content(desktop: Page) -> None:
    desktop.goto("/")

    desktop.keyboard.press("Tab")
    expect(desktop.get_by_role("link", name="Aller au contenu")).to_be_focused()
    desktop.keyboard.press("Enter")

    expect(desktop.locator("#contenu")).to_be_focused()


def test_motion_stops_for_those_who_ask(open_page: Callable[..., Page]) -> None:
    page = open_page(reduced_motion="reduce")
    page.goto("/ui/")

    turns = page.locator(".loading").evaluate("it => getComputedStyle(it, '::before').animationIterationCount")

    assert turns == "1"


def test_forced_colours_break_no_rule(open_page: Callable[..., Page], axe: Callable[[Page], None]) -> None:
    page = open_page(forced_colors="active")

    page.goto("/ui/")

    axe(page)
