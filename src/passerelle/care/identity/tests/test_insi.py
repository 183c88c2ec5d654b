"""INSi asked from a file: found, nobody, several, down; and what a human makes of the answer."""

from contextlib import contextmanager
from datetime import date, timedelta

import pytest
from msgspec.structs import replace

from passerelle.care.identity.gateway import Gateway, insi_gateway
from passerelle.care.identity.models import InsiCall, InsiCampaign, InsiOperation, InsiState, LocalIdentity
from passerelle.care.identity.selectors import person_of
from passerelle.care.identity.services import asking, campaigns, settling
from passerelle.care.identity.services.evidence import Shown, record_evidence
from passerelle.care.identity.services.resolving import resolve
from passerelle.care.identity.tests.cast import OID_TEST, TRAITS, at, patient
from passerelle.core.audit import models as journal
from passerelle.core.audit.api import Actor
from passerelle.protocols import ins, pamfr
from passerelle.protocols.insi import api as insi

pytestmark = pytest.mark.usefixtures("hospitals")

CLERK = Actor(account_id=None, name="Agent d’essai")
ZOE = replace(TRAITS, birth_name="ÉTOILE-DUPONT", given_names=("Zoé", "Anne"), birth_place="13055")
BODY = "2840313901001"
ZOE_INS = BODY + ins.compute_key(BODY)


@pytest.fixture
def simulator():
    with insi.Simulator() as running:
        yield running


@pytest.fixture
def gateway(simulator, settings):
    settings.INSI = settings.INSI | {"address": simulator.address, "billing_identifier": "990000001"}
    return insi_gateway()


def come(number="1", code="aphm", *, hours=0.0, **more):
    who = patient(number, code, traits=more.pop("traits", ZOE), **more)
    return resolve(who, establishment=code, at=at(hours), source="essai")


def the_file(number="1", code="aphm"):
    return LocalIdentity.objects.get(ipp=number, establishment=code)


def ask(gateway, *, hours=1.0, operation=InsiOperation.SEARCH, number="1", code="aphm"):
    question = asking.Asking(operation, CLERK, at(hours))
    return asking.ask_insi(local_identity_id=the_file(number, code).pk, asking=question, gateway=gateway)


def accept(call, *accepted, hours=2.0):
    return settling.accept_answer(call_id=call.pk, accepted=accepted, by=CLERK, at=at(hours))


def test_an_answer_changes_nothing_until_a_human_takes_it(gateway):
    come()
    call = ask(gateway)

    assert (call.state, call.code, call.asked_by_name) == (InsiState.ANSWERED, "00", "Agent d’essai")
    assert (the_file().ins_matricule, the_file().status) == ("", "PROV")


def test_a_taken_answer_makes_the_identity_recovered(gateway):
    come()
    accept(ask(gateway))
    row = the_file()

    assert (row.ins_matricule, row.ins_oid, row.status) == (ZOE_INS, OID_TEST, "RECUP")
    assert ins.shared_ins(row) is None
    assert row.birth_name == "ÉTOILE-DUPONT"  # the same name for the check: nothing to overwrite


def test_with_a_proof_of_identity_it_is_qualified_in_either_order(gateway):
    come()
    come("7", "arles")
    record_evidence(local_identity_id=the_file().pk, shown=Shown("CN"), by=CLERK, at=at(1))
    accept(ask(gateway))
    accept(ask(gateway, number="7", code="arles"), hours=3)
    record_evidence(local_identity_id=the_file("7", "arles").pk, shown=Shown("PA"), by=CLERK, at=at(4))

    assert the_file().status == the_file("7", "arles").status == "QUAL"
    assert person_of(the_file().pk) == person_of(the_file("7", "arles").pk)
    assert ins.shared_ins(the_file()) == ins.SharedIns(ZOE_INS, OID_TEST)


def test_a_differing_trait_is_taken_only_when_it_is_accepted(gateway):
    come(traits=replace(ZOE, given_names=("Zoé",), birth_place="13001"))
    call = ask(gateway)
    with pytest.raises(settling.TraitsStillDiffer):
        accept(call, "given_names")
    assert the_file().birth_place == "13001"

    accept(call, "given_names", "birth_place")
    row = the_file()
    assert (row.given_names, row.first_given, row.birth_place) == (["ZOE", "ANNE"], "ZOE", "13055")
    assert InsiCall.objects.get(pk=call.pk).accepted == ["ins", "given_names", "birth_place"]


def test_an_answer_is_settled_once(gateway):
    come()
    call = ask(gateway)
    settling.set_answer_aside(call_id=call.pk, by=CLERK, at=at(2))

    assert the_file().ins_matricule == ""
    with pytest.raises(settling.AlreadySettled):
        accept(call)


@pytest.mark.parametrize(
    ("traits", "code"),
    [
        (replace(ZOE, birth_name="INCONNUE"), "01"),
        (pamfr.Traits("GARCIN", ("LOUIS",), date(1972, 6, 21), "M"), "02"),
    ],
)
def test_nobody_or_several_bring_nothing_to_take(gateway, traits, code):
    come(traits=traits)
    call = ask(gateway)

    assert (call.code, call.state) == (code, InsiState.ANSWERED)
    with pytest.raises(settling.NothingFound):
        accept(call)


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"attributes": ["DOUT"]}, asking.IdentityBlocked),
        ({"attributes": ["FICT"]}, asking.IdentityBlocked),
        ({"sex": "U"}, asking.TraitsTooFew),
        ({"birth_date": None}, asking.TraitsTooFew),
        ({"birth_name": "DUP0NT"}, asking.TraitsUnwritable),
    ],
    ids=str,
)
def test_what_may_not_be_asked_is_not_sent(gateway, simulator, change, refusal):
    come()
    LocalIdentity.objects.update(**change)

    with pytest.raises(refusal):
        ask(gateway)
    assert simulator.asked == []


def test_an_installation_without_gateway_says_so(settings):
    settings.INSI = settings.INSI | {"address": ""}
    come()

    with pytest.raises(asking.NoGateway):
        ask(insi_gateway())


def test_a_refusal_of_the_teleservice_is_not_tried_again(gateway):
    come(traits=pamfr.Traits("REFUS", ("PAUL",), date(1991, 2, 3), "M"))
    call = ask(gateway)

    assert (call.state, call.next_try_at) == (InsiState.REFUSED, None)


def test_when_the_teleservice_is_down_the_question_waits_and_is_answered_later(gateway, simulator):
    come()
    simulator.is_down = True
    call = ask(gateway)
    assert (call.state, call.code, call.next_try_at) == (InsiState.WAITING, "insi_102", at(1) + timedelta(minutes=1))

    assert asking.retry_waiting(gateway=gateway, at=at(1)) == 0
    asking.retry_waiting(gateway=gateway, at=at(1.1))
    assert InsiCall.objects.get().attempts == 2
    simulator.is_down = False
    asking.retry_waiting(gateway=gateway, at=at(2))
    assert (InsiCall.objects.get().state, InsiCall.objects.get().code) == (InsiState.ANSWERED, "00")


def test_the_same_question_does_not_wait_twice(gateway, simulator):
    come()
    simulator.is_down = True
    assert ask(gateway).pk == ask(gateway, hours=2).pk


def test_after_a_failure_the_next_clerk_does_not_wait_for_the_same_time_out(gateway, simulator):
    come()
    come("2")
    simulator.is_down = True
    ask(gateway)
    asked = len(simulator.asked)
    question = asking.Asking(InsiOperation.SEARCH, CLERK, at(1) + timedelta(seconds=10))
    call = asking.ask_insi(local_identity_id=the_file("2").pk, asking=question, gateway=gateway)

    assert (call.state, call.attempts) == (InsiState.WAITING, 0)
    assert len(simulator.asked) == asked


def test_a_question_is_given_up_after_about_a_day(gateway, simulator):
    come()
    simulator.is_down = True
    ask(gateway)
    for hours in range(2, 60):
        asking.retry_waiting(gateway=gateway, at=at(hours))

    assert InsiCall.objects.get().state == InsiState.GIVEN_UP


def test_a_question_about_someone_become_doubtful_is_not_sent(gateway, simulator):
    come()
    simulator.is_down = True
    ask(gateway)
    simulator.is_down = False
    LocalIdentity.objects.update(attributes=["DOUT"])
    asking.retry_waiting(gateway=gateway, at=at(2))

    assert InsiCall.objects.get().state == InsiState.REFUSED


def test_a_number_taken_away_takes_the_file_out_of_the_person_it_had_joined(gateway):
    for number, code in (("1", "aphm"), ("7", "arles")):
        come(number, code)
        record_evidence(local_identity_id=the_file(number, code).pk, shown=Shown("CN"), by=CLERK, at=at(1))
        accept(ask(gateway, number=number, code=code))
    change = settling.withdraw_ins(local_identity_id=the_file().pk, reason="usurpation", by=CLERK, at=at(3))

    assert change.must_be_announced
    assert (the_file().status, the_file().ins_matricule) == ("VALI", "")
    assert person_of(the_file().pk) != person_of(the_file("7", "arles").pk)
    with pytest.raises(settling.NoInsHeld):
        settling.withdraw_ins(local_identity_id=the_file().pk, reason="encore", by=CLERK, at=at(4))


def test_a_sender_that_does_not_know_the_answer_does_not_undo_it(gateway):
    come()
    accept(ask(gateway))
    come(hours=5, traits=replace(ZOE, phone="0400000000"))

    assert (the_file().status, the_file().ins_matricule, the_file().phone) == ("RECUP", ZOE_INS, "0400000000")


def test_the_numbers_one_had_before_are_kept_as_former_ones(gateway):
    come(traits=pamfr.Traits("BLANC", ("CAMILLE",), date(1988, 11, 5), "M", "13028"))
    accept(ask(gateway))

    current = dict(the_file().identifiers.filter(type="INS").values_list("value", "is_current"))
    assert sorted(current.values()) == [False, True]


def test_every_question_and_every_decision_leaves_a_trace_without_the_number(gateway):
    come()
    accept(ask(gateway))

    traces = journal.AuditEvent.objects.filter(action__in=["insi_asked", "identity_changed"])
    assert {trace.actor_name for trace in traces} == {"Agent d’essai"}
    assert all(ZOE_INS not in str(trace.detail) for trace in traces)
    assert traces.count() == 2


# ---------------------------------------------------------------- verification and campaigns


@contextmanager
def base(gateway, *names):
    for rank, name in enumerate(names, start=1):
        come(str(rank))
        accept(ask(gateway, number=str(rank)))
        if name == "CHANGED":
            LocalIdentity.objects.filter(ipp=str(rank)).update(birth_place="13001")
    yield


def test_a_verification_says_whether_the_file_is_still_that_of_the_national_bases(gateway):
    with base(gateway, "SAME", "CHANGED"):
        codes = [ask(gateway, operation=InsiOperation.VERIFY, number=number).code for number in ("1", "2")]

    assert codes == ["00", "01"]
    come("3")
    with pytest.raises(asking.NothingToVerify):
        ask(gateway, operation=InsiOperation.VERIFY, number="3")


def test_a_campaign_goes_through_every_number_in_batches(gateway, monkeypatch):
    monkeypatch.setattr(campaigns, "BATCH", 2)
    with base(gateway, "SAME", "CHANGED", "SAME"):
        campaign = campaigns.start_campaign(establishment=None, by=CLERK, at=at(5))
        assert campaigns.advance_campaign(gateway=gateway, at=at(5))
        assert not campaigns.advance_campaign(gateway=gateway, at=at(6))

    done = InsiCampaign.objects.get(pk=campaign.pk)
    assert (done.total, done.confirmed, done.differing, done.failed, done.ended_at) == (3, 2, 1, 0, at(6))
    assert [call.local_identity.ipp for call in campaigns.differing_calls(campaign.pk)] == ["2"]


def test_a_campaign_resumes_where_the_teleservice_left_it(gateway, simulator):
    with base(gateway, "SAME", "SAME"):
        campaign = campaigns.start_campaign(establishment="aphm", by=CLERK, at=at(5))
        simulator.is_down = True
        campaigns.advance_campaign(gateway=gateway, at=at(5))
        simulator.is_down = False
        campaigns.advance_campaign(gateway=gateway, at=at(6))
        asking.retry_waiting(gateway=gateway, at=at(7))

    done = InsiCampaign.objects.get(pk=campaign.pk)
    assert (done.confirmed, done.failed) == (2, 0)


def test_one_campaign_at_a_time_and_a_stopped_one_stays_stopped(gateway):
    campaign = campaigns.start_campaign(establishment=None, by=CLERK, at=at(5))
    with pytest.raises(campaigns.CampaignRefused):
        campaigns.start_campaign(establishment="arles", by=CLERK, at=at(5))
    campaigns.stop_campaign(campaign_id=campaign.pk, at=at(6))

    assert not campaigns.advance_campaign(gateway=gateway, at=at(7))
    assert InsiCampaign.objects.get().is_cancelled


def test_a_gateway_on_this_machine_is_the_simulator(gateway):
    assert isinstance(gateway, Gateway)
    assert gateway.is_simulated
