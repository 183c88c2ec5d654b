"""What a channel changes for a message that arrives."""

from uuid import uuid4

import pytest

from passerelle.care.channels import api as channels
from passerelle.care.exchange.handlers import Rejected, register_handler
from passerelle.care.exchange.models import Message
from passerelle.care.exchange.rules.entering import Arrival
from passerelle.care.exchange.rules.verdict import House, judge
from passerelle.care.exchange.services.applying import apply_waiting
from passerelle.care.exchange.services.deciding import replay
from passerelle.care.exchange.services.lanes import route_new_messages
from passerelle.care.exchange.services.receiving import receive
from passerelle.care.exchange.tests.declaring import BY, MLLP, declare
from passerelle.care.exchange.tests.samples import AT, admission, code_of
from passerelle.protocols import hl7v2

pytestmark = pytest.mark.usefixtures("facility", "nothing_is_remembered")


@pytest.fixture
def nothing_is_remembered():
    channels.forget()
    yield
    channels.forget()


def received(raw):
    answer = hl7v2.parse(receive(raw, peer="essai", at=AT))
    return answer.get("MSA-1"), answer.get("ERR-2.1"), answer.get("ERR-8")


def test_without_channel_a_message_is_treated_as_ever() -> None:
    assert code_of(receive(admission("M1"), peer="essai", at=AT)) == "AA"
    assert Message.objects.values_list("channel", "form").get() == ("", None)


def test_the_channel_that_takes_a_message_is_kept_with_it(tmp_path) -> None:
    declare(tmp_path, MLLP)
    received(admission("M1"))
    received(admission("M2", application="AUTRE"))
    assert dict(Message.objects.values_list("control_id", "channel")) == {"M1": "essai-gam", "M2": ""}


@pytest.mark.usefixtures("recorder")
def test_a_mapped_message_is_kept_as_it_came_and_read_as_mapped(tmp_path) -> None:
    declare(tmp_path, MLLP + 'mapping: [{set: PV1-10, to: "181"}, {replace: "PID-3.1", find: "1001", by: "2002"}]\n')
    raw = admission("M1")

    assert received(raw)[0] == "AA"
    route_new_messages()
    seen = []
    register_handler(seen.append, order=1, name="watching")
    apply_waiting(clock=lambda: AT)

    message = Message.objects.get()
    assert bytes(message.raw) == raw
    assert seen[0].message.get("PV1-10") == "181"
    assert seen[0].event.patient.ipp.value == "2002"
    assert [key for key in message.keys if key.startswith("2002|PI")]
    assert not [key for key in message.keys if key.startswith("1001|PI")]


def test_a_mapping_that_changes_nothing_keeps_no_second_form(tmp_path) -> None:
    declare(tmp_path, MLLP + "mapping: [{set: PV1-2, to: I}]\n")
    received(admission("M1"))
    assert Message.objects.get().form is None


def test_a_mapping_may_mend_what_would_be_refused(tmp_path) -> None:
    broken = admission("M1").replace(b"20260302101500||INSERT", b"jadis||INSERT")
    assert received(broken)[0] == "AE"
    declare(tmp_path, MLLP + 'mapping: [{translate: ZBE-2, table: {jadis: "20260302101500"}}]\n')
    assert received(broken)[0] == "AA"


def test_a_mapping_that_cannot_be_written_is_a_located_refusal(tmp_path) -> None:
    declare(tmp_path, MLLP + "mapping: [{set: PV1-10, to: 東}]\n")
    raw = admission("M1").replace(b"UNICODE UTF-8", b"8859/1")
    assert received(raw)[:2] == ("AE", "MSH")


def test_a_type_of_message_that_the_channel_does_not_expect_is_rejected_at_its_field(tmp_path) -> None:
    declare(tmp_path, MLLP.replace("{family: pam-fr}", "{family: pam-fr, messages: [ADT^A31]}"))
    code, where, why = received(admission("M1"))
    assert (code, where) == ("AR", "MSH")
    assert "n’attend pas ADT^A01" in why


def test_a_stopped_channel_asks_to_come_again_and_takes_the_same_bytes_later(tmp_path) -> None:
    declare(tmp_path, MLLP + "enabled: false\n")
    code, _, why = received(admission("M1"))
    assert (code, "est arrêté" in why) == ("AR", True)

    declare(tmp_path, MLLP)

    assert received(admission("M1"))[0] == "AA"


def test_a_door_that_knows_its_channel_takes_only_its_senders(tmp_path) -> None:
    declare(tmp_path, MLLP)
    house = House(lambda code: "essai", accepts_trials=False, declared=channels.current)
    arrival = Arrival(uuid4(), admission("M1", facility="AUTRE"), "essai", AT, door="folder", channel="essai-gam")
    draft = judge(arrival, house)
    assert (draft.ack_code, draft.error_where, draft.channel) == ("AE", "MSH^1^4", "essai-gam")


CERTIFICATE, OTHER = "a" * 64, "b" * 64
PINNED = MLLP.replace("[GAM]}", f"[GAM], options: {{certificates: [{CERTIFICATE}]}}}}")


@pytest.mark.parametrize(
    ("application", "sender", "certificate", "code"),
    [
        ("GAM", "CHU-X", CERTIFICATE, "AA"),
        ("GAM", "CHU-X", None, "AE"),
        ("GAM", "CHU-X", OTHER, "AE"),
        ("AUTRE", "CHU-X", None, "AE"),
        ("AUTRE", "CHU-X", CERTIFICATE, "AA"),
        ("GAM", "CHU-Y", CERTIFICATE, "AE"),
        ("GAM", "CHU-Y", None, "AA"),
        ("GAM", "CHU-Y", OTHER, "AE"),
    ],
)
def test_a_certificate_speaks_for_its_establishment_and_a_pinned_one_only_by_it(
    tmp_path, application, sender, certificate, code
) -> None:
    declare(tmp_path, PINNED)
    house = House(lambda _: "essai", accepts_trials=False, declared=channels.current)
    raw = admission("M1", application=application, facility=sender)
    draft = judge(Arrival(uuid4(), raw, "essai", AT, certificate=certificate), house)
    assert draft.ack_code == code


@pytest.mark.parametrize(("validation", "code"), [("none", "AA"), ("report", "AA"), ("reject", "AE")])
def test_a_channel_says_whether_the_french_profile_is_required(tmp_path, validation, code) -> None:
    declare(tmp_path, MLLP.replace("{family: pam-fr}", f"{{family: pam-fr, validation: {validation}}}"))
    wrong = admission("M1").replace(b"|PROV|", b"|WRONG|")
    answer = hl7v2.parse(receive(wrong, peer="essai", at=AT))
    assert answer.get("MSA-1") == code
    if code == "AE":
        assert "PID^1^32" in {err.get("2") + "^1^" + err.get("2.3") for err in answer.all("ERR")}


def test_a_parked_message_is_replayed_under_the_mapping_of_now(tmp_path, recorder) -> None:
    declare(tmp_path, MLLP + "mapping: [{set: PV1-10, to: faux}]\n")
    recorder.failures["M1"] = Rejected("PV1-10", "discipline inconnue")
    received(admission("M1"))
    route_new_messages()
    apply_waiting(clock=lambda: AT)
    message = Message.objects.get()
    assert message.state == "parked"
    declare(tmp_path, MLLP + 'mapping: [{set: PV1-10, to: "181"}]\n')
    recorder.failures.clear()

    replay(message_id=message.pk, by=BY, at=AT, reason="transformation corrigée")
    seen = []
    register_handler(seen.append, order=1, name="watching")
    apply_waiting(clock=lambda: AT)

    assert seen[0].message.get("PV1-10") == "181"
    assert bytes(Message.objects.get().raw) == admission("M1")
