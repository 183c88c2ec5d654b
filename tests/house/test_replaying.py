"""Thirty days of messages taken again give the same state: what is newer is never written over."""

from datetime import datetime, timedelta
from random import Random
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from django.db import connection

from passerelle.care.exchange import api as exchange
from passerelle.care.exchange.models import Message, State
from passerelle.care.exchange.replaying import runs
from passerelle.care.exchange.replaying.choosing import chosen_search
from passerelle.care.exchange.selectors.around import effects
from passerelle.care.exchange.selectors.asked import Search
from passerelle.core.access.api import Role, Viewer
from passerelle.core.audit import api as audit
from passerelle.core.directory import api as directory
from passerelle.core.parameters import api as parameters

PARIS = ZoneInfo("Europe/Paris")
FIRST_DAY = datetime(2026, 2, 1, 8, 0, tzinfo=PARIS)
GAELLE = audit.Actor(account_id=UUID(int=1), name="Gaëlle", role="integrator")
KEEPER = Viewer(assignments=frozenset({(Role.INTEGRATOR, None), (Role.CLINICIAN, "aubagne")}))
AUTHORITY = "CH-AUBAGNE&990000060&N"
# What the state is: everything but the moments of writing, and the versions that a replay may add.
STATE = {
    "resources": "SELECT type, id, local_identity_id, deleted, body FROM record_resource ORDER BY type, id",
    "identities": (
        "SELECT id, ipp, birth_name, used_name, given_names, birth_date, sex, phone, status, ins_matricule, attributes,"
        " superseded_by_id, trait_moments FROM identity_localidentity ORDER BY id"
    ),
    "stays": "SELECT stay_id, trigger, source, content FROM record_stayevent ORDER BY stay_id, source, trigger",
}


def stamp(at):
    return f"{at:%Y%m%d%H%M%S}"


def message(number, patient, trigger, at, *, prior="", phone="0491000000"):
    """Return a message of one stay of a patient; the names change with time, so that an old one would show."""
    nda, now = f"88{patient:04d}{at:%d}", stamp(at)
    structure = {"A28": "ADT_A05", "A31": "ADT_A05", "A40": "ADT_A39", "A02": "ADT_A02", "A03": "ADT_A03"}
    movement = {"A01": "HMS", "A02": "HMS", "A03": "HMS"}.get(trigger)
    is_stay = movement is not None
    account = f"{nda}^^^CH-AUBAGNE&990000060&M^AN" if is_stay else ""
    kind = f"ADT^{trigger}^{structure.get(trigger, 'ADT_A01')}"
    segments = [
        f"MSH|^~\\&|GAM|CH-AUBAGNE|PASSERELLE|GHT|{now}||{kind}|R{number:05d}"
        "|T|2.5^FRA^2.11|||||FRA|UNICODE UTF-8|FR||2.11^IHE_FRANCE-2.11-PAM",
        f"EVN||{now}||||{now}",
        f"PID|1||77{patient:04d}^^^{AUTHORITY}^PI||REJEU{'ABCDEFGHIJ'[patient]}{at:%d}^ÉLISE^ÉLISE^^^^L||19580214|F"
        f"|||||^PRN^PH^^^^^^^^^{phone}|||||{account}||||||||||||N||PROV~FICT|{now}",
    ]
    if prior:
        segments.append(f"MRG|{prior}^^^{AUTHORITY}^PI")
    if is_stay:
        out = now if trigger == "A03" else ""
        segments += [
            f"PV1|1|I|1810^^^CH-AUBAGNE|R|||||||||||||||{nda}^^^CH-AUBAGNE&990000060&M^VN|||||||||||||||||||||||||"
            f"{stamp(at.replace(hour=8, minute=0))}|{out}||||||V",
            f"ZBE|{nda}-{trigger}^CH-AUBAGNE^990000060^N|{now}||INSERT|N||Médecine^^^^^^UF^^^1810|"
            f"Médecine^^^^^^UF^^^1810|{movement}",
        ]
    else:
        segments.append("PV1|1|N")
    return ("\r".join(segments) + "\r").encode()


def month():
    """Yield thirty days of admissions, moves, discharges, changes of identity and two merges, in their order."""
    chance, number = Random(7), 0
    for day in range(30):
        at = FIRST_DAY + timedelta(days=day)
        for patient in sorted(chance.sample(range(10), 2)):
            for hour, trigger in enumerate(("A28" if day == 0 else "A31", "A01", "A02", "A03")):
                number += 1
                moment = at + timedelta(hours=hour, minutes=patient)
                yield message(number, patient, trigger, moment, phone=f"04910000{day:02d}"), moment
        if day in {10, 20}:
            number += 1
            moment = at + timedelta(hours=6)
            yield message(number, 1, "A40", moment, prior=f"77{8 if day == 10 else 9:04d}"), moment


def state():
    with connection.cursor() as cursor:
        found = {}
        for name, sql in STATE.items():
            cursor.execute(sql)
            found[name] = cursor.fetchall()
    return found


def work(at):
    while exchange.route_new_messages() + exchange.apply_waiting(clock=lambda: at):
        pass


@pytest.fixture
def a_month(settings, db):
    settings.DEMO = True
    directory.load_directory(at=FIRST_DAY, demo=True)
    parameters.load_parameters(at=FIRST_DAY)
    for raw, at in month():
        exchange.receive(raw, peer="127.0.0.1:1", at=at)
        work(at)


def replay_everything(at):
    choice = chosen_search(KEEPER, Search(), told="tout")
    run = runs.ask_run(choice=choice, by=GAELLE, at=at, reason="preuve")
    while runs.advance(run_id=run.pk, at=at):
        pass
    work(at)
    run.refresh_from_db()
    return run


def test_a_month_taken_again_gives_the_same_state(a_month):
    before = state()
    assert len(before["resources"]) > 50
    assert set(Message.objects.values_list("state", flat=True)) == {State.APPLIED}

    run = replay_everything(FIRST_DAY + timedelta(days=40))

    assert run.replayed == Message.objects.count() > 200
    assert set(Message.objects.values_list("state", flat=True)) == {State.APPLIED}
    after = state()
    for name, rows in before.items():
        assert after[name] == rows, name


def test_one_old_message_taken_again_alone_changes_nothing(a_month):
    before = state()
    oldest = Message.objects.order_by("seq").first()
    Message.objects.filter(pk=oldest.pk).update(state=State.RECEIVED)

    work(FIRST_DAY + timedelta(days=40))

    assert Message.objects.get(pk=oldest.pk).state == State.APPLIED
    assert state() == before


def test_a_message_tells_what_it_wrote_and_in_whose_identity(a_month):
    latest = Message.objects.filter(trigger="A03").order_by("-seq").first()
    first = Message.objects.order_by("seq").first()

    told = [effect.title for effect in effects(KEEPER, latest)]
    assert any(title.startswith("Séjour, version") for title in told)
    assert any(title.startswith("Identité 77") for title in told)
    assert any("remplacée depuis" in effect.text for effect in effects(KEEPER, first))
    stay = next(effect for effect in effects(KEEPER, latest) if effect.title.startswith("Séjour"))
    assert stay.href.startswith("/patients/")
