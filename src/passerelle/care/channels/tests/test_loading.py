from pathlib import Path

import pytest
from django.db import connection

from passerelle.care.channels import api as channels
from passerelle.care.channels.models import Declaration, Version
from passerelle.care.channels.services.loading import NoSuchVersion, ReasonRequired, restore
from passerelle.care.channels.tests.files import BY, CHANNEL, DESTINATION, MOMENT, write
from passerelle.core.audit.models import AuditEvent

pytestmark = pytest.mark.usefixtures("territory")


def load(folder: Path, note: str = "") -> channels.LoadReport:
    return channels.load_folder(path=folder, by=BY, at=MOMENT, note=note)


def refused(folder: Path) -> list[channels.Fault]:
    with pytest.raises(channels.DeclarationsRefused) as refusal:
        load(folder)
    return refusal.value.faults


def test_a_folder_is_loaded_and_read_from_memory(tmp_path) -> None:
    report = load(write(tmp_path, a=CHANNEL, b=DESTINATION), "mise en service")

    assert sorted(report.created) == ["archive", "martigues-laboratoire"]
    channel = channels.channel_of(facility="CH-MARTIGUES", application="SIL", door="mllp")
    assert channel is not None
    assert (channel.code, channel.version) == ("martigues-laboratoire", 1)
    assert [one.code for one in channels.destinations()] == ["archive"]
    version = Version.objects.get(declaration__code="martigues-laboratoire")
    assert (version.author_name, version.note, version.content) == (BY.name, "mise en service", CHANNEL)


def test_a_sender_without_channel_has_none(tmp_path) -> None:
    load(write(tmp_path, a=CHANNEL, b=DESTINATION))
    assert channels.channel_of(facility="CH-MARTIGUES", application="GAM", door="mllp") is None
    assert channels.channel_of(facility="CH-MARTIGUES", application="SIL", door="fhir") is None
    assert channels.channel_of(facility="", application="", door="mllp") is None


def test_the_channel_that_names_the_application_goes_before_the_one_that_takes_any(tmp_path) -> None:
    anyone = CHANNEL.replace("martigues-laboratoire", "martigues").replace("  applications: [SIL]\n", "")
    load(write(tmp_path, a=CHANNEL, b=DESTINATION, c=anyone))
    found = [channels.channel_of(facility="CH-MARTIGUES", application=name) for name in ("SIL", "GAM")]
    assert [one.code for one in found if one] == ["martigues-laboratoire", "martigues"]


def test_the_same_content_makes_no_version(tmp_path) -> None:
    folder = write(tmp_path, a=CHANNEL, b=DESTINATION)
    load(folder)
    assert sorted(load(folder).unchanged) == ["archive", "martigues-laboratoire"]
    assert Version.objects.count() == 2


def test_a_change_makes_a_version_which_is_in_force_at_once(tmp_path) -> None:
    load(write(tmp_path, a=CHANNEL, b=DESTINATION))
    report = load(write(tmp_path, a=CHANNEL.replace("minutes: 40", "minutes: 25")))
    assert report.changed == ["martigues-laboratoire"]
    channel = channels.channel("martigues-laboratoire")
    assert channel is not None
    assert channel.silence is not None
    assert (channel.version, channel.silence.minutes) == (2, 25)


def test_a_stopped_channel_gives_way_to_one_that_is_not(tmp_path) -> None:
    stopped = CHANNEL.replace("source:\n", "enabled: false\nsource:\n")
    load(write(tmp_path, a=stopped, b=DESTINATION))
    found = channels.channel_of(facility="CH-MARTIGUES", application="SIL")
    assert found is not None
    assert not found.enabled
    assert not channels.active_channels()

    load(write(tmp_path, c=CHANNEL.replace("martigues-laboratoire", "nouveau")))

    found = channels.channel_of(facility="CH-MARTIGUES", application="SIL")
    assert found is not None
    assert found.code == "nouveau"


def test_one_fault_anywhere_and_nothing_is_loaded(tmp_path) -> None:
    write(tmp_path, a=CHANNEL, b=DESTINATION, c="channel: Mauvais")
    assert {fault.file for fault in refused(tmp_path)} == {"c.yaml"}
    assert not Declaration.objects.exists()


def test_a_channel_to_a_destination_that_is_not_there_is_refused_at_its_line(tmp_path) -> None:
    (fault,) = refused(write(tmp_path, a=CHANNEL))
    assert (fault.line, fault.key, fault.why) == (20, "destinations", "destination inconnue : « archive »")


@pytest.mark.parametrize(
    ("before", "after", "key"),
    [
        ("[CH-MARTIGUES]", "[APHM]", "source.facilities"),
        ("[CH-MARTIGUES]", "[NULLE-PART]", "source.facilities"),
        ("establishment: martigues", "establishment: nulle-part", "establishment"),
    ],
)
def test_a_sender_of_somebody_else_is_refused(tmp_path, before, after, key) -> None:
    (fault,) = refused(write(tmp_path, a=CHANNEL.replace(before, after), b=DESTINATION))
    assert fault.key == key


def test_two_channels_may_not_claim_the_same_sender(tmp_path) -> None:
    other = CHANNEL.replace("martigues-laboratoire", "autre")
    load(write(tmp_path, a=CHANNEL, b=DESTINATION))
    (fault,) = refused(write(tmp_path, c=other))
    assert "appartient déjà au canal « martigues-laboratoire »" in fault.why or "« autre »" in fault.why


def test_two_files_may_not_bear_the_same_code(tmp_path) -> None:
    faults = refused(write(tmp_path, a=CHANNEL, b=DESTINATION, c=CHANNEL + "# copie\n"))
    assert "est déjà déclaré dans a.yaml" in faults[0].why


def test_a_former_version_comes_back_as_a_new_one_with_its_reason_in_the_journal(tmp_path) -> None:
    load(write(tmp_path, a=CHANNEL, b=DESTINATION))
    load(write(tmp_path, a=CHANNEL.replace("minutes: 40", "minutes: 25")))

    number = restore(kind="channel", code="martigues-laboratoire", number=1, by=BY, at=MOMENT, reason="trop d’alarmes")

    channel = channels.channel("martigues-laboratoire")
    assert channel is not None
    assert channel.silence is not None
    assert (number, channel.version, channel.silence.minutes) == (3, 3, 40)
    version = Version.objects.get(declaration__code="martigues-laboratoire", number=3)
    assert (version.restored_from, version.note) == (1, "trop d’alarmes")
    event = AuditEvent.objects.filter(action="channel_changed").order_by("id").last()
    assert event is not None
    assert (event.target, event.reason) == ("channel:martigues-laboratoire", "trop d’alarmes")


def test_a_return_asks_for_a_reason_and_a_version_that_is_not_in_force(tmp_path) -> None:
    load(write(tmp_path, a=CHANNEL, b=DESTINATION))
    with pytest.raises(ReasonRequired):
        restore(kind="channel", code="martigues-laboratoire", number=1, by=BY, at=MOMENT, reason=" ")
    for number in (1, 7):
        with pytest.raises(NoSuchVersion):
            restore(kind="channel", code="martigues-laboratoire", number=number, by=BY, at=MOMENT, reason="essai")


def test_asking_again_costs_no_query(tmp_path, django_assert_num_queries) -> None:
    load(write(tmp_path, a=CHANNEL, b=DESTINATION))
    channels.channel("martigues-laboratoire")
    with django_assert_num_queries(0, connection=connection):
        for _ in range(5):
            channels.channel_of(facility="CH-MARTIGUES", application="SIL")


def test_the_declarations_of_the_demonstration_are_right_and_reach_nobody() -> None:
    report = channels.load_folder(path=channels.TERRITORY, by=BY, at=MOMENT)
    assert len(report.created) >= 14
    away = [one for one in channels.current().destinations.values() if one.transport.kind != "file"]
    assert len(away) == 3
    assert all(one.simulator and "127.0.0.1" in str(one.transport.options) for one in away)
    assert channels.channel_of(facility="CH-MARTIGUES", application="SIL") is not None
