"""The people of the journeys, and what each can do: given, when, then."""

import itertools
import re
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from playwright.sync_api import Page, expect

from tests.journeys.main_job.house import House

_ranks = itertools.count(1)


class Someone:
    """Whoever sits before a browser."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def given_i_entered_as(self, persona: str) -> None:
        self.page.goto("/connexion/")
        form = self.page.locator(f'form[action="/connexion/personnage/{persona}/"]')
        closed = self.page.locator("details:not([open])", has=form)
        if closed.count():
            closed.locator("summary").first.click()
        form.get_by_role("button").click()
        self.page.wait_for_url(lambda address: "/connexion/" not in address)

    def then_nothing_scrolls_sideways(self) -> None:
        page_width, screen_width = self.page.evaluate(
            "[document.documentElement.scrollWidth, document.documentElement.clientWidth]"
        )
        assert page_width <= screen_width


class Establishment:
    """An establishment's application, which sends messages."""

    def __init__(self, house: House, folder: Path) -> None:
        self.house = house
        self.folder = folder
        self.rank = next(_ranks)
        self.ipp = f"7700{self.rank:04d}"
        self.nda = f"8800{self.rank:04d}"
        self.family_name = f"ROMARIN{'ABCDEFGH'[self.rank % 8]}"
        self.answer = ""

    def when_it_admits_a_patient(self, facility: str = "CH-AUBAGNE") -> None:
        now = datetime.now(ZoneInfo("Europe/Paris")).strftime("%Y%m%d%H%M%S%z")
        segments = [
            f"MSH|^~\\&|GAM|{facility}|PASSERELLE|GHT|{now}||ADT^A01^ADT_A01|J{now[:14]}{self.rank}|T|2.5^FRA^2.11"
            "|||||FRA|UNICODE UTF-8|FR||2.11^IHE_FRANCE-2.11-PAM",
            f"EVN||{now}||||{now}|{facility}",
            f"PID|1||{self.ipp}^^^CH-AUBAGNE&990000060&N^PI||{self.family_name}^ÉLÉONORE^ÉLÉONORE^^^^L||19580214|F|||"
            f"1 RUE DE LA DÉMONSTRATION^^AUBAGNE^^13400^FRA^H|||||||{self.nda}^^^CH-AUBAGNE&990000060&M^AN"
            "||||||||||||N||PROV~FICT",
            f"PV1|1|I|1810^^^CH-AUBAGNE|R|||||||||||||||{self.nda}^^^CH-AUBAGNE&990000060&M^VN"
            f"|||||||||||||||||||||||||{now}|||||||V",
            f"ZBE|{self.nda}-1^CH-AUBAGNE^990000060^N|{now}||INSERT|N||Médecine^^^^^^UF^^^1810|Médecine^^^^^^UF^^^1810|HMS",
        ]
        path = self.folder / f"admission-{self.rank}.hl7"
        path.write_text("\n".join(segments) + "\n")
        self.answer = self.house.send(path)

    def then_it_is_acknowledged(self, code: str) -> None:
        assert re.search(rf"\b{code}\b", self.answer), self.answer


class Integrator(Someone):
    def when_i_search_the_messages_for(self, identifier: str) -> None:
        self.page.goto("/echanges/messages/")
        self.page.get_by_label("IPP, INS, NDA ou MSH-10").fill(identifier)
        self.page.get_by_role("button", name="Chercher").click()

    def when_i_open_the_first(self) -> None:
        self.page.get_by_role("main").get_by_role("table").get_by_role("link").first.click()

    def then_i_read(self, *sentences: str) -> None:
        for sentence in sentences:
            expect(self.page.get_by_role("main")).to_contain_text(sentence)


class Clinician(Someone):
    def when_i_look_for(self, name: str) -> None:
        self.page.goto("/patients/")
        self.page.get_by_label("Nom, prénom, IPP ou INS").fill(name)
        self.page.get_by_role("button", name="Chercher").click()
        expect(self.page.get_by_role("table")).to_be_visible()

    def when_i_open_the_record_of(self, name: str) -> None:
        self.page.get_by_role("main").get_by_role("table").get_by_role("link", name=name).first.click()

    def when_i_open_the_first_document(self) -> str:
        link = self.page.get_by_role("main").locator("a[href*='/documents/']").first
        title = link.inner_text().strip()
        link.click()
        return title

    def then_i_read(self, *sentences: str) -> None:
        for sentence in sentences:
            expect(self.page.get_by_role("main")).to_contain_text(sentence)


class Patient(Someone):
    def my_name(self) -> tuple[str, str]:
        """Return the given name and the family name of the greeting, as the page writes them."""
        greeting = self.page.get_by_text("Bonjour").inner_text()
        given, family = greeting.removeprefix("Bonjour ").removesuffix(".").removesuffix("(fictif)").split(maxsplit=1)
        return given, family.strip()

    def when_i_open(self, link: str) -> None:
        self.page.get_by_role("main").get_by_role("link", name=link).first.click()

    def then_i_read(self, *sentences: str) -> None:
        for sentence in sentences:
            expect(self.page.get_by_role("main")).to_contain_text(sentence)


class Member(Someone):
    def when_i_open_the_session_of_today(self) -> None:
        self.page.goto("/instances/seances/")
        self.page.get_by_role("row", name="Comité stratégique").filter(has_text="Ouverte").get_by_role("link").click()

    def when_i_vote(self, choice: str) -> None:
        self.page.get_by_role("link", name="Lire les pièces et voter").first.click()
        self.page.get_by_role("radio", name=choice).check()
        self.page.get_by_role("button", name="Voter", exact=True).click()

    def then_my_vote_is_noted_for(self, establishment: str) -> None:
        row = self.page.get_by_role("row", name=establishment)
        expect(row).to_contain_text("a voté")

    def then_i_can_vote_no_more(self) -> None:
        expect(self.page.get_by_role("button", name="Voter", exact=True)).to_have_count(0)


class Cell(Someone):
    def when_i_close_the_vote(self) -> None:
        self.page.goto("/instances/seances/")
        self.page.get_by_role("row", name="Comité stratégique").filter(has_text="Ouverte").get_by_role("link").click()
        self.page.get_by_role("link", name="Poursuivre la réalité virtuelle péri-opératoire").click()
        self.page.get_by_role("button", name="Clore le vote").click()

    def then_the_decision_keeps_the_figures(self) -> None:
        expect(self.page).to_have_url(re.compile("/instances/decisions/"))
        main = self.page.get_by_role("main")
        expect(main).to_contain_text("Les chiffres sur lesquels la décision a été prise")
        expect(main).to_contain_text(re.compile(r"Écart entre les deux évolutions"))
        expect(main).to_contain_text("vérifiée")
