"""Whoever keeps the flows, and what they can do: given, when, then."""

import re
from datetime import timedelta

from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from passerelle.care.exchange import api as exchange
from passerelle.care.exchange.alerts.evaluating import evaluate
from passerelle.care.exchange.replaying import runs

HEADER = "MSH|^~\\&|GAM|CH-AUBAGNE|PASSERELLE|GHT|20260302101500+0100||ADT^A01^ADT_A01|{id}|P|2.5^FRA^2.11"
HEADER_END = "|||||FRA|UNICODE UTF-8|FR||2.11^IHE_FRANCE-2.11-PAM"
AUTHORITY = "CH-AUBAGNE&990000060"


def admission(control_id: str, *, ipp: str = "77001", nda: str = "88001") -> str:
    """Return an invented admission at Aubagne, a segment per line; without `nda` it cannot be applied."""
    stay = f"{nda}^^^{AUTHORITY}&M^AN" if nda else ""
    visit = f"{nda}^^^{AUTHORITY}&M^VN" if nda else ""
    return "\n".join(
        (
            HEADER.format(id=control_id) + HEADER_END,
            "EVN||20260302101500+0100||||20260302101500+0100|CH-AUBAGNE",
            f"PID|1||{ipp}^^^{AUTHORITY}&N^PI||ROMARIN^ÉLÉONORE^ÉLÉONORE^^^^L||19580214|F||||||||||{stay}"
            "||||||||||||N||PROV~FICT",
            f"PV1|1|I|1810^^^CH-AUBAGNE|R|||||||||||||||{visit}|||||||||||||||||||||||||20260302101500+0100",
            f"ZBE|{control_id}^CH-AUBAGNE^990000060^N|20260302101500+0100||INSERT|N||Médecine^^^^^^UF^^^1810"
            "|Médecine^^^^^^UF^^^1810|HMS",
        )
    )


def arrives(message: str) -> None:
    """Let a message in by the door, then let the workers do what they do."""
    exchange.receive(message.replace("\n", "\r").encode(), peer="127.0.0.1:4000", at=timezone.now())
    the_workers_work()


def the_workers_work() -> None:
    while exchange.route_new_messages() + exchange.apply_waiting(clock=timezone.now):
        pass
    evaluate(at=timezone.now())


def the_replays_go_on() -> None:
    for run_id in runs.running():
        while runs.work_at(run_id=run_id, clock=timezone.now, longest=timedelta(seconds=5)):
            pass


class Integrator:
    """Whoever sits before a browser and keeps the flows of the group."""

    def __init__(self, page: Page) -> None:
        self.page = page

    @property
    def main(self) -> Locator:
        return self.page.get_by_role("main")

    def given_i_am_at(self, address: str) -> None:
        self.page.goto(address)

    def when_i_follow(self, name: str | re.Pattern[str]) -> None:
        self.main.get_by_role("link", name=name).first.click()

    def when_i_press(self, name: str) -> None:
        self.main.get_by_role("button", name=name, exact=True).click()

    def when_i_say_why(self, reason: str) -> None:
        self.main.get_by_label(re.compile("Pourquoi")).fill(reason)

    def then_i_read(self, *sentences: str | re.Pattern[str]) -> None:
        for sentence in sentences:
            expect(self.main).to_contain_text(sentence)

    def then_i_do_not_read(self, sentence: str) -> None:
        expect(self.main).not_to_contain_text(sentence)
