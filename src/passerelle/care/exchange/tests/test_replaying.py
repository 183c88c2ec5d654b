"""Messages taken again: edited copies, the same bytes judged afresh, many at once."""

import itertools
import re
import uuid
from datetime import timedelta

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from passerelle.care.exchange import tasks
from passerelle.care.exchange.api import Rejected, apply_waiting, receive, register_handler, route_new_messages
from passerelle.care.exchange.models import Copy, Message, ReplayRun, RunState, State, Step
from passerelle.care.exchange.replaying import copies, runs
from passerelle.care.exchange.replaying.choosing import chosen_group, chosen_search
from passerelle.care.exchange.replaying.rehearsal import rehearse
from passerelle.care.exchange.rules.editing import NotEncodable, editable
from passerelle.care.exchange.selectors import dead
from passerelle.care.exchange.selectors.asked import Search
from passerelle.care.exchange.services.deciding import ReasonRequired, dismiss
from passerelle.care.exchange.tests.declaring import MLLP, declare
from passerelle.care.exchange.tests.samples import AT, admission, open_facility
from passerelle.core.access.api import Role, Viewer
from passerelle.core.audit import api as audit
from passerelle.core.audit.models import AuditEvent
from passerelle.protocols import hl7v2

pytestmark = pytest.mark.django_db

GAELLE = audit.Actor(account_id=uuid.UUID(int=1), name="Gaëlle", role="integrator")
HUGO = audit.Actor(account_id=uuid.UUID(int=2), name="Hugo", role="integrator")
KEEPER = Viewer(assignments=frozenset({(Role.INTEGRATOR, None)}))


def send(*messages):
    for raw in messages:
        receive(raw, peer="10.1.1.1:4000", at=AT)


def work():
    while route_new_messages() + apply_waiting(clock=lambda: AT):
        pass


def one(control_id):
    return Message.objects.get(control_id=control_id)


def state_of(control_id):
    return one(control_id).state


def park(recorder, *control_ids, why="UF inconnue : 6268"):
    for number, control_id in enumerate(control_ids):
        recorder.failures[control_id] = Rejected("ZBE^1^7", why)
        send(admission(control_id, ipp=f"90{number}"))
    work()


def copy(original, change, *, reason="faute de saisie"):
    text = change(editable(bytes(original.raw)))
    return copies.send_copy(original_id=original.pk, text=text, by=GAELLE, at=AT, reason=reason)


def group():
    (found,) = dead.dead_letters(KEEPER)
    return found


def chosen(found):
    return chosen_group((found.state, found.establishment, found.facility, found.where, found.cause), told="essai")


def ask(by=GAELLE, choice=None):
    return runs.ask_run(choice=choice or chosen(group()), by=by, at=AT, reason="UF créée")


def finish(run):
    while runs.advance(run_id=run.pk, at=AT):
        pass
    run.refresh_from_db()


# ---------------------------------------------------------------- an edited copy


def test_a_copy_of_a_refused_message_is_a_new_message_and_the_original_stays_as_it_came(facility, recorder):
    send(admission("M1", kind="ADT^A99^ADT_A01"))
    original = one("M1")

    made = Message.objects.get(pk=copy(original, lambda text: text.replace("ADT^A99", "ADT^A01")))
    work()

    assert (made.accepted, made.control_id) == (True, "M1-C1")
    assert recorder.seen == ["M1-C1"]
    again = Message.objects.get(pk=original.pk)
    assert (again.raw, again.state) == (original.raw, State.REFUSED)
    assert dead.dead_letters(KEEPER) == []
    link = Copy.objects.get()
    assert (link.original_id, link.author_name, link.reason, link.is_edited) == (
        original.pk, "Gaëlle", "faute de saisie", True,
    )  # fmt: skip
    assert AuditEvent.objects.filter(action="message_replayed", target=f"message:{original.pk}").count() == 1


def test_a_copy_of_a_parked_message_takes_its_place_and_frees_those_behind(facility, recorder):
    park(recorder, "M1")
    send(admission("M2", ipp="900"))
    work()

    copy(one("M1"), lambda text: text.replace("6268", "1810"))
    work()

    assert state_of("M1") == State.SET_ASIDE
    assert recorder.seen == ["M2", "M1-C1"]


def test_a_copy_keeps_the_control_id_its_author_gives_it(facility, recorder):
    park(recorder, "M1")

    made = copy(one("M1"), lambda text: text.replace("|M1|P|", "|NEUF|P|"))

    assert Message.objects.get(pk=made).control_id == "NEUF"


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        (lambda text: text.replace("ADT^A99", "ADT^A98"), copies.CopyRefused),
        (lambda text: "ceci n’est pas un message", copies.CopyRefused),
        (lambda text: text.replace("ADT^A99", "ADT^A01").replace("|M1|P|", "|M0|P|"), copies.CopyRefused),
        (lambda text: "", copies.CopyRefused),
    ],
)
def test_a_copy_that_would_be_refused_changes_nothing(facility, recorder, change, refusal):
    send(admission("M0"), admission("M1", kind="ADT^A99^ADT_A01"))

    with pytest.raises(refusal):
        copy(one("M1"), change)

    assert Message.objects.count() == 2
    assert not Copy.objects.exists()
    assert not Step.objects.exists()


def test_a_copy_needs_a_reason(facility, recorder):
    park(recorder, "M1")

    with pytest.raises(ReasonRequired):
        copy(one("M1"), lambda text: text, reason="  ")


def test_a_character_that_the_charset_cannot_write_is_refused(facility, recorder):
    raw = admission("M1", family="ESSAI").replace(b"UNICODE UTF-8", b"8859/1").replace(b"ADT^A01^", b"ADT^A99^")
    send(raw.replace(b"ESSAI^", "ESSAÏ^".encode("latin-1")))

    assert "ESSAÏ" in editable(bytes(one("M1").raw))
    with pytest.raises(NotEncodable):
        copy(one("M1"), lambda text: text.replace("ESSAÏ", "Ł"))


def test_looking_at_a_copy_tells_its_answer_and_its_changes_and_writes_nothing(facility, recorder):
    send(admission("M1", kind="ADT^A99^ADT_A01"))
    text = editable(bytes(one("M1").raw)).replace("ADT^A99", "ADT^A01").replace("ESSAI^CAMILLE", "ESSAI^CAMILLA")

    shown = copies.preview(original_id=one("M1").pk, text=text, at=AT)

    assert (shown.is_accepted, shown.control_id) == (True, "M1-C1")
    assert [change.place for change in shown.changes] == ["MSH-9", "MSH-10", "PID-5"]
    assert Message.objects.count() == 1


def test_the_text_of_a_message_comes_back_to_the_same_bytes(facility):
    raw = admission("M1", family="É'ÇŒ")

    from passerelle.care.exchange.rules.editing import edited

    assert edited(editable(raw).replace("\n", "\r\n"), original=raw) == raw


# ---------------------------------------------------------------- the same bytes, judged again


def test_what_an_unknown_sender_sent_is_taken_once_it_is_known(facility, recorder):
    send(admission("M1", facility="CH-NEUF"), admission("M2", facility="CH-NEUF"))
    open_facility("CH-NEUF", "neuf", role="partie")

    run = ask()
    finish(run)
    work()

    assert (run.state, run.replayed, run.refused) == (RunState.DONE, 2, 0)
    assert recorder.seen == ["M1", "M2"]
    assert dead.dead_letters(KEEPER) == []
    assert set(Copy.objects.values_list("is_edited", flat=True)) == {False}


def test_what_is_refused_again_is_counted_and_stays_in_the_list(facility, recorder):
    send(admission("M1", facility="CH-NEUF"))

    run = ask()
    finish(run)

    assert (run.replayed, run.refused) == (0, 1)
    assert group().count == 1


def test_what_is_classed_leaves_the_list_and_keeps_its_state(facility, recorder):
    send(admission("M1", facility="CH-NEUF"))

    dismiss(message_ids=dead.ids_of_group(group()), by=GAELLE, at=AT, reason="essai du fournisseur")

    assert dead.dead_letters(KEEPER) == []
    assert state_of("M1") == State.REFUSED


# ---------------------------------------------------------------- groups, rehearsals, runs


def test_failures_are_grouped_by_cause(facility, recorder):
    park(recorder, "M1", "M2", "M3")
    send(admission("M9", facility="CH-NEUF"))

    groups = dead.dead_letters(KEEPER)

    assert [(found.state, found.count) for found in groups] == [("parked", 3), ("refused", 1)]
    assert groups[0].cause == "UF inconnue : 6268"
    assert dead.group_of(KEEPER, groups[0].token) == groups[0]


@pytest.mark.parametrize("token", ["", "x", "W10", "é", "eyJhIjoxfQ", "bnVsbA"])
def test_an_address_that_we_never_wrote_leads_nowhere(db, token):
    assert dead.parts_of(token) is None


def test_a_rehearsal_runs_the_handlers_and_leaves_nothing(facility, recorder):
    park(recorder, "M1", "M2", "M3")
    recorder.failures.pop("M1")
    before = list(Message.objects.order_by("seq").values_list("control_id", "state", "attempts"))
    steps = Step.objects.count()

    told = rehearse(group().ranks, total=3, at=AT)

    assert (told.tried, told.succeeded) == (3, 1)
    ((cause, count),) = told.told_failures
    assert cause.startswith("ZBE-7")
    assert cause.endswith("UF inconnue : 6268")
    assert count == 2
    assert list(Message.objects.order_by("seq").values_list("control_id", "state", "attempts")) == before
    assert Step.objects.count() == steps


def test_a_rehearsal_undoes_what_a_handler_writes(facility, recorder):
    park(recorder, "M1")
    recorder.failures.clear()
    written = []

    def writer(inbound):
        Step.objects.create(message_id=inbound.message_id, at=AT, kind="delayed", note="écrit par un exécutant")
        written.append(inbound.message.control_id)

    from passerelle.care.exchange.handlers import register_handler

    register_handler(writer, order=6, name="writer")
    told = rehearse(group().ranks, total=1, at=AT)

    assert (written, told.succeeded) == (["M1"], 1)
    assert not Step.objects.filter(note="écrit par un exécutant").exists()


def test_a_group_is_replayed_and_each_message_tells_by_whom(facility, recorder):
    park(recorder, "M1", "M2")
    recorder.failures.clear()

    run = ask()
    finish(run)
    work()

    assert (run.total, run.replayed, run.state) == (2, 2, RunState.DONE)
    assert {state_of("M1"), state_of("M2")} == {State.APPLIED}
    assert list(Step.objects.filter(kind="replayed").values_list("actor_name", "note").distinct()) == [
        ("Gaëlle", "UF créée")
    ]
    assert AuditEvent.objects.filter(target=f"replay:{run.pk}").count() == 2


def test_above_a_thousand_messages_another_person_agrees_first(facility, recorder, monkeypatch):
    monkeypatch.setattr(runs, "ALONE_UP_TO", 1)
    park(recorder, "M1", "M2")
    recorder.failures.clear()

    run = ask()
    assert run.state == RunState.PROPOSED
    assert runs.advance(run_id=run.pk, at=AT) is False
    with pytest.raises(runs.SamePerson):
        runs.approve_run(run_id=run.pk, by=GAELLE, at=AT)
    runs.approve_run(run_id=run.pk, by=HUGO, at=AT)
    finish(run)

    assert (run.replayed, run.approved_by) == (2, "Hugo")


def test_the_limit_is_a_thousand():
    assert runs.ALONE_UP_TO == 1000


def test_stopping_and_taking_up_again_does_not_go_round_the_second_person(facility, recorder, monkeypatch):
    monkeypatch.setattr(runs, "ALONE_UP_TO", 1)
    park(recorder, "M1", "M2")

    run = ask()
    runs.stop_run(run_id=run.pk, by=GAELLE, at=AT)
    runs.resume_run(run_id=run.pk, by=GAELLE, at=AT)

    assert ReplayRun.objects.get().state == RunState.PROPOSED


def test_a_stopped_run_is_taken_up_where_it_was_and_does_nothing_twice(facility, recorder, monkeypatch):
    monkeypatch.setattr(runs, "_SLICE", 2)
    park(recorder, "M1", "M2", "M3", "M4", "M5")
    recorder.failures.clear()
    run = ask()
    assert runs.advance(run_id=run.pk, at=AT) is True

    runs.stop_run(run_id=run.pk, by=GAELLE, at=AT)
    assert runs.advance(run_id=run.pk, at=AT) is False
    work()
    assert recorder.seen == ["M1", "M2"]
    runs.resume_run(run_id=run.pk, by=HUGO, at=AT)
    finish(run)
    work()

    assert recorder.seen == ["M1", "M2", "M3", "M4", "M5"]
    assert run.replayed == 5


def test_a_run_gives_way_after_its_time_and_says_that_something_is_left(facility, recorder, monkeypatch):
    monkeypatch.setattr(runs, "_SLICE", 1)
    park(recorder, "M1", "M2", "M3")
    run = ask()
    ticks = itertools.count()

    left = runs.work_at(run_id=run.pk, clock=lambda: AT + timedelta(seconds=next(ticks)), longest=timedelta(seconds=2))

    assert left is True
    assert ReplayRun.objects.get().replayed < 3


def test_what_failed_after_the_run_was_asked_is_not_part_of_it(facility, recorder):
    park(recorder, "M1")
    run = ask()
    recorder.failures["M2"] = Rejected("ZBE^1^7", "UF inconnue : 6268")
    send(admission("M2", ipp="999"))
    work()

    finish(run)

    assert run.total == 1
    assert state_of("M2") == State.PARKED


def test_applied_messages_are_taken_again_by_filter_in_their_order(facility, recorder):
    send(admission("M1"), admission("M2"), admission("M3", kind="ADT^A31^ADT_A05"))
    work()
    assert recorder.seen == ["M1", "M2", "M3"]

    run = ask(choice=chosen_search(KEEPER, Search(kind="ADT^A01"), told="admissions"))
    finish(run)
    work()

    assert run.total == 2
    assert recorder.seen == ["M1", "M2", "M3", "M1", "M2"]
    assert {state_of("M1"), state_of("M2"), state_of("M3")} == {State.APPLIED}


def test_a_run_by_filter_stays_in_the_establishments_of_who_asked(facility, recorder):
    open_facility("CH-AUBAGNE", "aubagne", role="partie")
    send(admission("M1"), admission("M2", facility="CH-AUBAGNE"))
    work()
    bob = Viewer(assignments=frozenset({(Role.INTEGRATOR, "aubagne")}))

    run = ask(choice=chosen_search(bob, Search(kind="ADT^A01"), told="admissions"))

    assert run.total == 1


def test_a_run_without_message_is_not_made(facility, recorder):
    choice = chosen_search(KEEPER, Search(kind="ADT^A47"), told="")

    with pytest.raises(runs.NothingConcerned):
        ask(choice=choice)

    assert not ReplayRun.objects.exists()


def test_control_ids_of_copies_never_repeat(facility, recorder):
    send(admission("M1", kind="ADT^A99^ADT_A01"))
    made = [
        copy(one("M1"), lambda text: re.sub("ADT.A99", "ADT^A01", text), reason=f"essai {rank}") for rank in range(3)
    ]

    ids = list(Message.objects.filter(pk__in=made).order_by("seq").values_list("control_id", flat=True))
    assert ids == ["M1-C1", "M1-C2", "M1-C3"]


def test_a_rehearsal_reads_messages_as_their_channel_declares_them_now(facility, recorder, tmp_path):
    declare(tmp_path, MLLP)
    park(recorder, "M1")
    recorder.failures.clear()
    declare(tmp_path, MLLP + "mapping: [{set: PV1-10, to: '181'}]\n")
    read = []
    register_handler(lambda inbound: read.append(inbound.message.get("PV1-10")), order=6, name="reader")

    rehearse(group().ranks, total=1, at=AT)

    assert read == ["181"]


def test_a_run_reads_messages_again_as_their_channel_declares_them_now(facility, recorder, tmp_path):
    declare(tmp_path, MLLP)
    send(admission("M0", ipp="800"))
    work()
    park(recorder, "M1", "M2")
    recorder.failures.clear()
    declare(tmp_path, MLLP + "mapping: [{set: PV1-10, to: '181'}]\n")

    finish(ask())
    work()

    assert [bool(one(name).form) for name in ("M0", "M1", "M2")] == [False, True, True]
    read = hl7v2.parse(bytes(one("M1").form))
    assert (read.get("PV1-10"), read.control_id) == ("181", "M1")
    assert {state_of("M1"), state_of("M2")} == {State.APPLIED}


# ---------------------------------------------------------------- by the ordinary tasks


def queued():
    return list(ProcrastinateJob.objects.filter(task_name="exchange.replay").values_list("args__run_id", flat=True))


def test_the_task_does_a_run_to_its_end(facility, recorder):
    park(recorder, "M1", "M2")
    recorder.failures.clear()
    run = ask()

    tasks.replay_run(run_id=str(run.pk))

    assert ReplayRun.objects.get().state == RunState.DONE
    assert queued() == []


def test_a_run_whose_worker_was_killed_is_queued_again_the_next_minute_and_once(facility, recorder):
    park(recorder, "M1")
    run = ask()

    tasks.watch_every_minute(timestamp=0)
    tasks.watch_every_minute(timestamp=60)

    assert queued() == [str(run.pk)]


def test_a_run_too_long_for_its_turn_comes_back_to_the_queue(facility, recorder, monkeypatch):
    monkeypatch.setattr(tasks, "_LONGEST_SLICE", timedelta())
    monkeypatch.setattr(runs, "_SLICE", 1)
    park(recorder, "M1", "M2", "M3")
    run = ask()

    tasks.replay_run(run_id=str(run.pk))

    assert ReplayRun.objects.get().replayed == 1
    assert queued() == [str(run.pk)]
