"""The log of choices, folded at any instant, equals a naive model that keeps sets and dates."""

from contextlib import suppress
from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from passerelle.care.consent import api as consent
from passerelle.care.consent.tests import cast
from passerelle.care.consent.tests.cast import NOON, by, found

pytestmark = pytest.mark.django_db
DOCUMENTS = [UUID(int=number) for number in range(3)]
DOCTORS = [consent.Whom(rpps=f"9900000000{number}") for number in range(3)]
PLACES = ["aphm", "arles"]

hours = st.integers(0, 60)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("mask"), st.sampled_from(DOCUMENTS)),
        st.tuples(st.just("unmask"), st.sampled_from(DOCUMENTS)),
        st.tuples(
            st.just("choose"),
            st.sampled_from(DOCTORS),
            st.sampled_from(consent.Level),
            st.none() | st.integers(1, 40),
            st.booleans(),
        ),
        st.tuples(st.just("leave"), st.sampled_from(DOCTORS)),
        st.tuples(st.just("oppose"), st.sampled_from(PLACES)),
        st.tuples(st.just("agree"), st.sampled_from(PLACES)),
    ),
    max_size=12,
)


class Naive:
    """What is in force, hour after hour: rewritten whole at each act, with the ends told kept beside."""

    def __init__(self):
        self.masked, self.opposed, self.team = set(), set(), {}

    def at(self, hour):
        team = {doctor: level for doctor, (level, end, _) in self.team.items() if end is None or hour < end}
        return frozenset(self.masked), frozenset(self.opposed), team

    def do(self, hour, act, key, *more):
        if act == "choose":
            level, lasting, is_main = more
            if is_main:
                self.team = {who: told for who, told in self.team.items() if not told[2] or self.is_over(told, hour)}
            self.team[key] = (level, None if lasting is None else hour + lasting, is_main)
        elif act == "leave":
            self.team.pop(key, None)
        else:
            kept = self.masked if act in {"mask", "unmask"} else self.opposed
            (kept.add if act in {"mask", "oppose"} else kept.discard)(key)

    @staticmethod
    def is_over(told, hour):
        return told[1] is not None and hour >= told[1]


class Real:
    def __init__(self):
        self.person_id = cast.a_person()

    def do(self, hour, act, key, *more):
        told = {"person_id": self.person_id, "by": by(), "at": NOON + timedelta(hours=hour)}
        with suppress(consent.AlreadyChosen, StopIteration):
            getattr(self, act)(told, key, *more)

    def mask(self, told, key):
        consent.mask_document(document_id=key, **told)

    def unmask(self, told, key):
        consent.unmask_document(document_id=key, **told)

    def choose(self, told, key, level, lasting, is_main):
        end = None if lasting is None else told["at"] + timedelta(hours=lasting)
        consent.choose(invitation=consent.Invitation(key, "Dr", level, end, is_main), **told)

    def leave(self, told, key):
        team = consent.chosen_professionals(self.person_id, at=told["at"])
        consent.withdraw(choice_id=next(one.id for one in team if one.rpps == key.rpps), kind="careteam", **told)

    def oppose(self, told, key):
        consent.oppose(scope=consent.Scope.ESTABLISHMENT, whom=consent.Whom(establishment=key), **told)

    def agree(self, told, key):
        held = consent.oppositions(self.person_id, at=told["at"])
        consent.withdraw(choice_id=next(one.id for one in held if one.establishment == key), kind="opposition", **told)

    def at(self, hour):
        told = found(self.person_id, NOON + timedelta(hours=hour))
        opposed = frozenset(place for place in PLACES if told.opposes(consent.Whom(establishment=place)))
        levels = {doctor: told.level_of(doctor) for doctor in DOCTORS}
        return told.masked_documents, opposed, {doctor: level for doctor, level in levels.items() if level}


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=steps, gaps=st.lists(st.integers(1, 12), min_size=12, max_size=12), asked=st.lists(hours, max_size=6))
def test_the_choices_in_force_at_any_instant_are_those_of_a_naive_model(acts, gaps, asked, db):
    cast.lay_the_ground()
    naive, real, snapshots, hour = Naive(), Real(), [(0, Naive())], 0
    for act, gap in zip(acts, gaps, strict=False):
        hour += gap
        naive.do(hour, *act)
        real.do(hour, *act)
        then = Naive()
        then.masked, then.opposed, then.team = set(naive.masked), set(naive.opposed), dict(naive.team)
        snapshots.append((hour, then))

    for moment in [*asked, *(started for started, _ in snapshots), hour + 50]:
        _, then = max((pair for pair in snapshots if pair[0] <= moment), key=lambda pair: pair[0])
        assert real.at(moment) == then.at(moment)
