"""Rules of remote monitoring: what a message says, whose it is, what it crosses. No database."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passerelle.care.devices.rules import holding, payload, refusals
from passerelle.care.devices.rules.broker import access_list, device_of, password_hash, topic_of
from passerelle.care.devices.rules.catalogue import catalogue
from passerelle.care.devices.rules.crossing import Limit, Point, crossings, missing_sentence
from passerelle.care.devices.rules.holding import Held, holder
from passerelle.care.devices.rules.refusals import NotAMeasure
from passerelle.care.devices.rules.words import Rule, Severity
from passerelle.care.devices.services.taking import convert
from passerelle.care.devices.tests.cast import a_message
from passerelle.core.terminology import api as terminology

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def at(hours):
    return NOON + timedelta(hours=hours)


# --- the catalogue


@pytest.mark.parametrize("quantity", catalogue().quantities.values(), ids=lambda one: one.code)
def test_a_quantity_has_a_unit_of_ucum_and_bounds_that_nest(quantity):
    low, high = quantity.possible
    usual_low, usual_high = quantity.plausible

    assert terminology.is_unit(quantity.unit)
    assert low <= usual_low < usual_high <= high
    assert terminology.display("http://loinc.org", quantity.code)


@pytest.mark.parametrize("protocol", catalogue().protocols.values(), ids=lambda one: one.code)
def test_a_protocol_proposes_limits_that_can_be_crossed(protocol):
    for one in protocol.thresholds:
        low, high = catalogue().quantities[one.quantity].possible
        if one.rule in {Rule.ABOVE, Rule.BELOW}:
            assert low <= one.value <= high
        else:
            assert one.hours
    assert protocol.source


# --- what a message says


def read(raw):
    return payload.read(raw, catalogue(), convert)


def test_a_message_is_a_measure_of_several_quantities():
    reading = read(a_message(at=NOON, battery=82))

    assert reading.kind.slug == "tension"
    assert reading.values == {"8480-6": Decimal(128), "8462-4": Decimal(78), "8867-4": Decimal(66)}
    assert (reading.measured_at, reading.battery) == (NOON, 82)


@pytest.mark.parametrize(
    ("values", "unit", "expected"),
    [
        ({"41653-7": 5.5}, "mmol/L", Decimal("0.9909")),
        ({"41653-7": 110}, "mg/dL", Decimal("1.1")),
        ({"29463-7": 180}, "[lb_av]", Decimal("81.6466")),
        ({"8310-5": 98.6}, "[degF]", Decimal(37)),
    ],
)
def test_units_are_converted_to_those_of_the_catalogue(values, unit, expected):
    code = next(iter(values))

    assert read(a_message(values, units={code: unit})).values[code] == expected


@pytest.mark.parametrize(
    ("raw", "code", "where"),
    [
        (b"\xff\xfe", refusals.UNREADABLE, "message"),
        (b"{}", refusals.UNREADABLE, "message"),
        (b'{"measured_at": "2026-03-02T12:00:00", "values": []}', refusals.UNREADABLE, "measured_at"),
        (b" " * 20_000, refusals.UNREADABLE, "message"),
        (a_message({"8480-6": 120}), refusals.WRONG_KIND, "values"),
        (a_message({"0-0": 1}), refusals.WRONG_KIND, "values"),
        (a_message({"29463-7": 70}, units={"29463-7": "mm[Hg]"}), refusals.UNIT, "values[0].unit"),
        (a_message({"29463-7": 70}, units={"29463-7": "kilo\x00"}), refusals.UNIT, "values[0].unit"),
        (a_message({"29463-7": 700}), refusals.IMPOSSIBLE, "values[0].value"),
        (a_message({"29463-7": 1e300}, units={"29463-7": "g"}), refusals.IMPOSSIBLE, "values[0].value"),
        (a_message({"8480-6": 128, "8462-4": 7}), refusals.IMPOSSIBLE, "values[1].value"),
    ],
)
def test_what_is_no_measure_is_refused_with_its_place(raw, code, where):
    with pytest.raises(NotAMeasure) as refusal:
        read(raw)

    assert (refusal.value.code, refusal.value.where) == (code, where)
    assert "\x00" not in refusal.value.why


@given(st.binary(max_size=400) | st.text(max_size=400).map(str.encode))
def test_any_bytes_are_a_measure_or_a_located_refusal(raw):
    told = None
    try:
        read(raw)
    except NotAMeasure as refusal:
        told = (refusal.where, refusal.why)

    assert told is None or all(told)


# --- whose it is


def turn(who, since, until):
    return Held(1, who, "aphm", at(since), None if until is None else at(until))


ANNE, BASILE = uuid4(), uuid4()
TURNS = [turn(ANNE, 0, 100), turn(BASILE, 120, None)]


def test_a_measure_is_of_who_held_the_device_then_even_when_it_comes_late():
    found = holder(TURNS, measured_at=at(99), sent_at=at(200), received_at=at(200))

    assert found.local_identity_id == ANNE


@pytest.mark.parametrize(
    ("measured", "sent", "received", "code"),
    [
        (201, 200, 200, refusals.CLOCK),  # measured in the future
        (150, 210, 200, refusals.CLOCK),  # a clock that is ahead
        (199, 198, 200, refusals.CLOCK),  # measured after it was sent
        (110, 200, 200, refusals.NOBODY),  # in the cupboard
        (-1, 200, 200, refusals.NOBODY),
        (99, None, 200, refusals.DOUBTFUL),  # a clock that nobody knows, and two persons within the week
        (130, 150, 200, refusals.DOUBTFUL),  # a clock that is behind, or a message that waited
    ],
)
def test_what_may_be_of_somebody_else_waits_for_a_person(measured, sent, received, code):
    with pytest.raises(NotAMeasure) as refusal:
        holder(TURNS, measured_at=at(measured), sent_at=None if sent is None else at(sent), received_at=at(received))

    assert refusal.value.code == code


def test_too_old_a_measure_waits_for_a_person():
    with pytest.raises(NotAMeasure) as refusal:
        holder(TURNS, measured_at=at(1), sent_at=at(24 * 95), received_at=at(24 * 95))

    assert refusal.value.code == refusals.TOO_OLD


@st.composite
def lives(draw):
    """Draw the turns of a device over a month, in hours; persons may come back."""
    persons = [uuid4() for _ in range(draw(st.integers(1, 3)))]
    turns, clock = [], 0.0
    for _ in range(draw(st.integers(1, 5))):
        clock += draw(st.floats(0, 60))
        end = clock + draw(st.floats(0.1, 200))
        turns.append(turn(draw(st.sampled_from(persons)), clock, end))
        clock = end
    return turns


@given(
    turns=lives(),
    true=st.floats(0, 1200),
    skew=st.sampled_from([0, 0, 0, 0.01, -0.01, 1, -1, 5, -5, 30, -30, 24, -24, 100, -100]) | st.floats(-160, 160),
    kept=st.sampled_from([0, 0, 1, 50, 300]) | st.floats(0, 300),
    queued=st.sampled_from([0, 0, 0.01, 2, 20]) | st.floats(0, 160),
    tells_sending=st.booleans(),
)
def test_a_measure_is_never_given_to_another_person(turns, true, skew, kept, queued, tells_sending):
    """The true holder or nobody, whatever the clock and the delays, but for a clock ahead by just what the message
    waited: that cannot be told from a right one.
    """
    tolerance = holding.TOLERANCE / timedelta(hours=1)
    if abs(skew - queued) <= 2 * tolerance and abs(skew) > tolerance:
        return
    sent_at = at(true + kept + skew) if tells_sending else None
    try:
        found = holder(turns, measured_at=at(true + skew), sent_at=sent_at, received_at=at(true + kept + queued))
    except NotAMeasure:
        return

    really = next((one.local_identity_id for one in turns if one.covers(at(true))), None)
    assert really in {found.local_identity_id, None}


# --- what it crosses


ABOVE = Limit("8480-6", Rule.ABOVE, Severity.SOON, Decimal(160))
FAR_ABOVE = Limit("8480-6", Rule.ABOVE, Severity.URGENT, Decimal(180))
RISE = Limit("29463-7", Rule.RISE, Severity.URGENT, Decimal(2), 72)


def crossed(values, limits, before=None):
    found = crossings(values, at=NOON, limits=limits, before=before or {}, catalogue=catalogue())
    return [(one.limit.severity, one.sentence) for one in found]


def test_a_value_on_the_limit_does_not_cross_it():
    assert crossed({"8480-6": Decimal(160)}, [ABOVE]) == []


def test_the_most_severe_limit_of_a_rule_speaks_alone():
    ((severity, sentence),) = crossed({"8480-6": Decimal(185)}, [ABOVE, FAR_ABOVE])

    assert severity is Severity.URGENT
    assert sentence == "Pression artérielle systolique\u00a0: 185\u00a0mmHg, au-dessus du seuil de 180\u00a0mmHg"


@pytest.mark.parametrize(
    ("hours_ago", "weight", "is_told"),
    [(72, "79.9", True), (73, "79.9", False), (10, "80", False), (10, "85", False), (0, "70", False)],
)
def test_two_kilograms_in_three_days_are_told(hours_ago, weight, is_told):
    before = {"29463-7": [Point(at(-hours_ago), Decimal(weight))]}

    found = crossed({"29463-7": Decimal(82)}, [RISE], before)

    assert bool(found) is is_told
    if found:
        assert "hausse de +2,1\u00a0kg en 3\u00a0jours" in found[0][1]


def test_a_fall_is_told_as_a_rise_is():
    fall = Limit("29463-7", Rule.DROP, Severity.SOON, Decimal(2), 720)

    assert crossed({"29463-7": Decimal(60)}, [fall], {"29463-7": [Point(at(-500), Decimal(63))]})
    assert not crossed({"29463-7": Decimal(60)}, [fall], {"29463-7": [Point(at(-500), Decimal(57))]})


def test_missing_measures_are_told_once_the_window_has_passed():
    limit = Limit("29463-7", Rule.MISSING, Severity.WATCH, None, 72)

    assert missing_sentence(limit, at(-71), at=NOON, catalogue=catalogue()) == ""
    assert "depuis 3\u00a0jours" in missing_sentence(limit, at(-72), at=NOON, catalogue=catalogue())


# --- the broker


def test_a_secret_is_hashed_as_mosquitto_does():
    """Made by `mosquitto_passwd` 2.0.11 for the word « essai »: the form, the iterations, the lengths."""
    hashed = password_hash("essai", salt=b"0" * 12)

    kind, iterations, salt, digest = hashed.split("$")[1:]
    assert (kind, iterations, len(salt), len(digest)) == ("7", "101", 16, 88)


def test_a_topic_names_its_device_and_no_other_does():
    id_ = uuid4()

    assert device_of(topic_of(id_)) == id_
    assert device_of(f"autre/devices/{id_}/measures") is None
    assert device_of("passerelle/devices/x/measures") is None
    assert "pattern write passerelle/devices/%u/#" in access_list()
