"""A real browser for the journeys: `phone` and `desktop` pages that never leave our server, and `axe` to end with.

A journey is marked `browser`, takes `live_server` and a page, and is skipped where Chromium is absent.
"""

import re
import shutil
import time
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, Route, sync_playwright
from pytest_django.live_server_helper import LiveServer

from passerelle.care.identitovigilance.tests.cast import account_of
from passerelle.core.access.api import Role

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PHONE = {"width": 360, "height": 740}
DESKTOP = {"width": 1280, "height": 800}
# What is shown as sentences: not the bytes of a message, not what is typed in a field.
SENTENCES = """() => {
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), told = [];
    for (let node = walker.nextNode(); node; node = walker.nextNode())
        if (!node.parentElement.closest("pre, code, textarea, option, script, .mono")) told.push(node.data);
    return told;
}"""
LOOSE = re.compile(r"\S [:;?!](?:\s|$)|« | »")
# What a page holds itself, and the browser's own viewer of PDF.
OWN = ("data:", "blob:", "chrome:", "chrome-extension:")
AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for the whole session."""
    executable = next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)
    if executable is None:
        pytest.skip("Chromium est absent de cette machine")
    with pytest.MonkeyPatch.context() as environment:
        # Playwright keeps an event loop in this thread; the tests' own queries are not made from it.
        environment.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        with sync_playwright() as playwright:
            launched = playwright.chromium.launch(executable_path=executable, args=ARGUMENTS)
            yield launched
            launched.close()


OpenPage = Callable[..., Page]
SignIn = Callable[..., Page]


@pytest.fixture
def origin(live_server: LiveServer) -> str:
    """Return the address the journeys are made on; a folder of journeys may put another house here."""
    return str(live_server.url)


@pytest.fixture
def open_page(browser: Browser, origin: str) -> Iterator[OpenPage]:
    """Open pages of the house: `open_page(viewport=…, color_scheme="dark", java_script_enabled=False)`.

    At the end of the test, a request to another origin, a refused one of ours or an error in the console fails it.
    """
    complaints: list[str] = []
    contexts: list[BrowserContext] = []

    def opened(**options: Any) -> Page:
        context = browser.new_context(base_url=origin, locale="fr-FR", timezone_id="Europe/Paris", **options)
        context.set_default_timeout(10_000)
        contexts.append(context)
        page = context.new_page()
        _watch(page, origin, complaints)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert complaints == []


def _watch(page: Page, origin: str, complaints: list[str]) -> None:
    def route(asked: Route, request: Request) -> None:
        if urlsplit(request.url).netloc == urlsplit(origin).netloc or request.url.startswith(OWN):
            asked.continue_()
        else:
            complaints.append(f"hors de l’origine\u00a0: {request.url}")
            asked.abort()

    def heard(message: ConsoleMessage) -> None:
        if message.type == "error" and "Failed to load resource" not in message.text:
            complaints.append(f"console\u00a0: {message.text}")

    page.route("**/*", route)
    page.on("console", heard)
    page.on("pageerror", lambda error: complaints.append(f"script\u00a0: {error}"))


@pytest.fixture
def signed_in(client: Client, origin: str) -> SignIn:
    """Return a way to sign a page in: the session of somebody new who gave two factors."""

    def sign_in(page: Page, role: Role, establishment: str | None, name: str) -> Page:
        account = account_of(role, establishment, name)
        client.force_login(account)
        session = client.session
        session["passerelle_second_factor"] = str(account.pk)
        session["passerelle_proved_at"] = time.time()
        session.save()
        page.context.add_cookies([{"name": "sessionid", "value": session.session_key, "url": origin}])
        return page

    return sign_in


@pytest.fixture
def phone(open_page: OpenPage) -> Page:
    return open_page(viewport=PHONE, is_mobile=True, has_touch=True)


@pytest.fixture
def desktop(open_page: OpenPage) -> Page:
    return open_page(viewport=DESKTOP)


@pytest.fixture
def phone_without_scripts(open_page: OpenPage) -> Page:
    return open_page(viewport=PHONE, java_script_enabled=False)


@pytest.fixture(scope="session")
def axe() -> Callable[[Page], None]:
    """Fail when a rule of axe is broken on the page as it stands."""
    engine = Axe()

    def check(page: Page) -> None:
        page.wait_for_load_state("load")  # a click returns before the styles are there
        results = engine.run(page, options={"runOnly": AXE_TAGS})
        told = [
            f"{broken['id']}: {node['target']} {node['failureSummary']}"
            for broken in results.response["violations"]
            for node in broken["nodes"]
        ]
        assert told == [], f"{page.url}\n" + "\n".join(told)

    return check


@pytest.fixture(scope="session")
def reads_well(axe: Callable[[Page], None]) -> Callable[[Page], None]:
    """Fail when a rule of axe is broken, when the page scrolls sideways, or when a sentence lacks a no-break space."""

    def check(page: Page) -> None:
        axe(page)
        wide, screen = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
        assert wide <= screen, f"{page.url} déborde\u00a0: {wide} px"
        levels = page.eval_on_selector_all("h1, h2, h3, h4", "all => all.map(one => Number(one.tagName[1]))")
        assert levels[:1] == [1], f"{page.url}\u00a0: {levels}"
        assert all(after - before <= 1 for before, after in pairwise(levels)), f"{page.url}\u00a0: {levels}"
        told = page.evaluate(SENTENCES)
        assert [text for text in told if LOOSE.search(text)] == [], page.url

    return check


@pytest.fixture
def screenshots(pytestconfig: pytest.Config) -> Callable[[Page, str], None]:
    """Keep a full-page picture under `var/screenshots`, for eyes and for the documentation."""
    folder = Path(pytestconfig.rootpath) / "var" / "screenshots"
    folder.mkdir(parents=True, exist_ok=True)

    def keep(page: Page, name: str) -> None:
        page.screenshot(path=folder / f"{name}.png", full_page=True)

    return keep
