from collections import Counter, defaultdict
from datetime import date, timedelta
from itertools import pairwise
from math import sqrt
from statistics import mean, median, variance

import pytest

from passerelle.config.demo.arrivals import moment
from passerelle.config.demo.chunks import chunk_sizes, draw_chunk
from passerelle.config.demo.people import every_name, fictitious_ins, rniv
from passerelle.config.demo.shapes import DAY_KINDS, PARIS, StayKind
from passerelle.config.demo.truth import months_before, read_truth
from passerelle.protocols import ins

TODAY = date(2026, 3, 15)
TRUTH = read_truth(TODAY)
FULL = frozenset(StayKind) - DAY_KINDS - {StayKind.EMERGENCY}


def _stays(chunks):
    return [stay for chunk in chunks for stay in chunk.stays]


def _persons(chunks):
    return [person for chunk in chunks for person in chunk.persons]


def _as_text(chunk):
    return repr((chunk.persons, chunk.stays))


def test_the_same_seed_and_day_give_the_same_chunk(hospitals):
    once, again = (draw_chunk(3, 200, truth=TRUTH, hospitals=hospitals) for _ in range(2))

    assert _as_text(once) == _as_text(again)


def test_another_day_or_another_chunk_gives_others(hospitals):
    one = draw_chunk(3, 50, truth=TRUTH, hospitals=hospitals)
    next_day = draw_chunk(3, 50, truth=read_truth(TODAY + timedelta(days=1)), hospitals=hospitals)
    next_chunk = draw_chunk(4, 50, truth=TRUTH, hospitals=hospitals)

    assert len({_as_text(one), _as_text(next_day), _as_text(next_chunk)}) == 3


@pytest.mark.parametrize(("persons", "sizes"), [(20_000, [500] * 40), (1_200, [500, 500, 200]), (7, [7])])
def test_chunks_add_up_to_the_persons_asked_for(persons, sizes):
    assert chunk_sizes(persons) == sizes


def test_there_are_exactly_as_many_persons_as_asked_for(chunks):
    assert [len(chunk.persons) for chunk in chunks] == chunk_sizes(20_000)


def test_every_national_number_has_a_right_key_and_is_borne_once(chunks):
    numbers = [person.ins for person in _persons(chunks)]

    assert all(ins.check_key(number) for number in numbers)
    assert len(set(numbers)) == len(numbers)


def test_no_national_number_can_be_that_of_a_real_person(chunks):
    # Communes end far below 500 in every department drawn, countries below 600.
    for person in _persons(chunks):
        department, place = person.ins[5:7], int(person.ins[7:10])
        assert place >= (600 if department == "99" else 500)


@pytest.mark.parametrize(("place", "department"), [("2A004", "2A"), ("2B033", "2B"), ("99352", "99"), ("13055", "13")])
def test_a_number_tells_sex_month_of_birth_and_department(place, department):
    number = fictitious_ins("F", date(1979, 3, 28), place, 12)

    assert number.startswith(f"27903{department}")
    assert ins.check_key(number)


def test_names_come_from_the_list_and_nowhere_else(chunks):
    allowed = set(every_name())

    for person in _persons(chunks):
        assert {person.birth_name, person.used_name, *person.given_names} <= allowed


@pytest.mark.parametrize(
    ("written", "trait"),
    [("D'Angelo", "D'ANGELO"), ("Jean-François", "JEAN-FRANCOIS"), ("Da Silva", "DA SILVA"), ("Œuvray", "OEUVRAY")],
)
def test_traits_are_written_as_the_national_rules_ask(written, trait):
    assert rniv(written) == trait


def test_phones_are_in_the_range_kept_for_fiction(chunks):
    assert all(person.phone.startswith("063998") and len(person.phone) == 10 for person in _persons(chunks))


def test_there_are_twins_homonyms_newborns_and_names_that_are_not_those_of_birth(chunks):
    persons = _persons(chunks)
    births = Counter((person.birth_name, person.birth_date, person.birth_place) for person in persons)
    names = Counter((person.birth_name, person.given_names) for person in persons)

    assert sum(count >= 2 for count in births.values()) > 40
    assert sum(count >= 2 for count in names.values()) > 80
    assert sum(stay.kind is StayKind.BIRTH for stay in _stays(chunks)) > 300
    assert sum(person.used_name != person.birth_name for person in persons) > 3_000
    assert any("'" in person.birth_name for person in persons)
    assert any("-" in person.given_names[0] for person in persons)


def test_a_newborn_is_born_during_a_stay_of_a_woman_of_that_name(chunks):
    maternity = defaultdict(set)
    for stay in _stays(chunks):
        if stay.kind is StayKind.MATERNITY:
            maternity[stay.file.establishment] |= {stay.person.birth_name, stay.person.used_name}

    for stay in _stays(chunks):
        if stay.kind is StayKind.BIRTH:
            assert stay.person.birth_name in maternity[stay.file.establishment]
            assert abs((stay.start.astimezone(PARIS).date() - stay.person.birth_date).days) <= 1


def test_a_person_has_about_one_file_and_a_third(chunks):
    persons = [person for person in _persons(chunks) if person.files]

    assert 1.2 < mean(len(person.files) for person in persons) < 1.45
    assert len(persons) > 0.97 * 20_000


def test_an_ipp_is_given_once_by_an_establishment(chunks):
    given = [(file.establishment, file.ipp) for person in _persons(chunks) for file in person.files.values()]

    assert len(set(given)) == len(given)


def test_only_qualified_files_of_a_person_are_joined(chunks):
    for person in _persons(chunks):
        qualified = [file for file in person.files.values() if file.status == "QUAL"]
        others = [file for file in person.files.values() if file.status != "QUAL"]
        assert {file.person_id for file in qualified} <= {person.id}
        assert len({file.person_id for file in others} | {person.id}) == len(others) + 1


def test_some_files_that_are_not_qualified_hold_a_slip(chunks):
    slips = [
        file
        for person in _persons(chunks)
        for file in person.files.values()
        if (file.birth_name, file.birth_date) != (person.birth_name, person.birth_date)
    ]

    assert len(slips) > 300
    assert all(file.status != "QUAL" for file in slips)


def test_two_stays_of_a_person_never_overlap(chunks):
    by_person = defaultdict(list)
    for stay in _stays(chunks):
        by_person[stay.person.number].append(stay)

    for stays in by_person.values():
        for before, after in pairwise(sorted(stays, key=lambda stay: stay.start)):
            assert before.end is not None
            assert before.end <= after.start


def test_a_stay_goes_through_its_units_without_a_gap(chunks):
    for stay in _stays(chunks):
        assert stay.moves[0].start == stay.start
        assert stay.moves[-1].end == stay.end
        assert all(before.end == after.start for before, after in pairwise(stay.moves))
        assert all(move.place.establishment == stay.file.establishment for move in stay.moves)
        assert stay.end is None or stay.start < stay.end


def test_every_stay_ends_in_the_window_or_goes_on_at_its_end(chunks):
    first, last = moment(TRUTH.since, 0), moment(TRUTH.last_day, 5)

    for stay in _stays(chunks):
        assert stay.start < last
        assert stay.end is None or first <= stay.end <= last


def test_the_first_months_hold_long_stays_as_the_others_do(chunks):
    ends = Counter(
        (stay.end.year, stay.end.month)
        for stay in _stays(chunks)
        if stay.end and stay.kind in {StayKind.REHABILITATION, StayKind.PSYCHIATRY}
    )
    months = [count for _, count in sorted(ends.items())][:-1]

    assert len(months) == 36
    assert mean(months[:3]) > 0.7 * mean(months[6:])


def test_some_patients_are_still_there_and_nobody_comes_back_after_death(chunks):
    stays = _stays(chunks)

    assert 80 < sum(stay.end is None for stay in stays) < 500
    for stay in stays:
        assert stay.person.deceased_at is None or stay.start < stay.person.deceased_at
        assert stay.person.deceased_at is None or stay.end is not None


def test_the_fourteen_establishments_all_have_stays_of_their_kind(chunks, hospitals):
    by_place = defaultdict(Counter)
    for stay in _stays(chunks):
        by_place[stay.file.establishment][stay.kind] += 1

    assert set(by_place) == set(hospitals)
    for code in ("montperrin", "toulouse", "valvert"):
        assert set(by_place[code]) == {StayKind.PSYCHIATRY}
    assert by_place["cgd13"][StayKind.REHABILITATION] > 100
    assert min(sum(counts.values()) for counts in by_place.values()) > 100


def test_lengths_are_believable(chunks):
    nights = defaultdict(list)
    for stay in _stays(chunks):
        if stay.end:
            nights[stay.kind].append(stay.nights)

    assert 3 <= median(nights[StayKind.SURGERY]) <= 5
    assert 4.5 < mean(nights[StayKind.MEDICINE]) < 8
    assert mean(nights[StayKind.MEDICINE]) > median(nights[StayKind.MEDICINE])
    assert 12 < mean(nights[StayKind.PSYCHIATRY]) < 28
    assert 18 < mean(nights[StayKind.REHABILITATION]) < 30
    assert max(nights[StayKind.DAY_SURGERY]) == 0


def test_scheduled_surgery_keeps_working_days_and_slows_down_in_august(chunks):
    days = [stay.start.astimezone(PARIS) for stay in _stays(chunks) if stay.kind is StayKind.DAY_SURGERY]
    months = Counter(day.month for day in days)

    assert sum(day.weekday() >= 5 for day in days) < 0.01 * len(days)
    assert months[8] < 0.8 * months[10]


def test_the_ages_are_those_of_a_hospital(chunks):
    ages = [person.age_on(TODAY) for person in _persons(chunks)]

    assert 0 <= min(ages) <= max(ages) < 110
    assert 0.10 < mean(age >= 75 for age in ages) < 0.30
    assert 0.08 < mean(age < 15 for age in ages) < 0.25


def _nights(chunks, kind, sites, *, since=date.min, until=date.max):
    return [
        stay.nights
        for stay in _stays(chunks)
        if stay.kind is kind and stay.end and stay.place.site in sites and since <= stay.start.date() < until
    ]


def _change(chunks, kind, sites, started_on):
    """Return the relative change of the mean nights at the start, and its standard error (delta method)."""
    before = _nights(chunks, kind, sites, until=started_on)
    after = _nights(chunks, kind, sites, since=started_on)
    ratio = mean(after) / mean(before)
    error = ratio * sqrt(
        variance(before) / len(before) / mean(before) ** 2 + variance(after) / len(after) / mean(after) ** 2
    )
    return ratio - 1, error


def test_the_planted_effect_is_found_within_its_standard_error(chunks):
    project = TRUTH.projects["realite-virtuelle"]

    change, error = _change(chunks, StayKind.SURGERY, project.sites, project.started_on)

    assert abs(change - project.share) < 3 * error
    assert change < -5 * error


def test_the_project_without_effect_shows_none(chunks):
    project = TRUTH.projects["parentalite-pediatrie"]

    change, error = _change(chunks, StayKind.PAEDIATRICS, project.sites, project.started_on)

    assert project.share == 0
    assert abs(change) < 3 * error


def test_the_accelerated_recovery_programme_changes_nothing_where_it_is_alone(chunks):
    project, other = TRUTH.projects["raac"], TRUTH.projects["realite-virtuelle"]

    change, error = _change(chunks, StayKind.SURGERY, project.sites - other.sites, project.started_on)

    assert abs(change) < 3 * error


def test_the_control_sites_do_not_change_at_the_start(chunks):
    started_on = TRUTH.projects["realite-virtuelle"].started_on

    change, error = _change(chunks, StayKind.SURGERY, TRUTH.control_sites, started_on)

    assert not TRUTH.control_sites & TRUTH.projects["realite-virtuelle"].sites
    assert abs(change) < 3 * error


def test_medicine_does_not_change_at_the_sites_of_the_project(chunks):
    project = TRUTH.projects["realite-virtuelle"]

    change, error = _change(chunks, StayKind.MEDICINE, project.sites, project.started_on)

    assert abs(change) < 3 * error


def test_every_full_stay_counts_in_full_hospitalisation(chunks):
    assert {stay.kind for stay in _stays(chunks) if stay.end and stay.nights > 2} <= FULL


@pytest.mark.parametrize(
    ("day", "months", "first"),
    [
        (date(2026, 3, 15), 14, date(2025, 1, 1)),
        (date(2026, 3, 15), 36, date(2023, 3, 1)),
        (date(2026, 1, 31), 1, date(2025, 12, 1)),
        (date(2026, 1, 31), 0, date(2026, 1, 1)),
    ],
)
def test_months_are_counted_backwards_to_the_first_of_one(day, months, first):
    assert months_before(day, months) == first
