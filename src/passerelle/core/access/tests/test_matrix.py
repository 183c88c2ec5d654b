"""The decision, cell by cell, against a statement written apart; then what must hold whatever the matrix says."""

import re
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from passerelle.core.access import rules
from passerelle.core.access.matrix import MATRIX_FILE, current_matrix, decide, matrix_page
from passerelle.core.access.viewer import ANONYMOUS, Viewer
from passerelle.core.access.vocabulary import (
    CLINICAL_KINDS,
    READING_ACTS,
    RECORD_KINDS,
    Act,
    Kind,
    Relation,
    Role,
    State,
)

EXPECTED = Path(__file__).with_name("expected_access.md")
ACTS = dict(
    zip(
        "LRHECUDFVJIX",
        [
            "read",
            "search",
            "history",
            "export",
            "create",
            "update",
            "delete",
            "merge",
            "vote",
            "replay",
            "verify",
            "break_glass",
        ],
        strict=True,
    )
)
STATES = dict(
    zip("NSAMPO", ["normal", "sensitive", "unannounced", "minor_secret", "protected", "opposed"], strict=True)
)
CLINICAL = "condition allergy medication procedure immunization device report request care_plan form"
GROUPS = {
    "clinique": CLINICAL,
    "dossier": f"patient encounter document observation appointment consent {CLINICAL}",
    "commun": "none establishment territory",
}


def _words(column):
    return [word for group in column.split() for word in GROUPS.get(group, group).split()]


def _expected_cells():
    """Read the statement with nothing of the code under test: five plain words per cell."""
    cells, role = set(), ""
    for line in EXPECTED.read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            role = line[3:].strip()
        elif role and re.match(r"\| (?!objet)[a-z]", line):
            kinds, relations, acts, states = (part.strip() for part in line.strip("|").split("|"))
            acts, states = [ACTS[letter] for letter in acts], [STATES[letter] for letter in states]
            cells |= set(product([role], _words(relations), _words(kinds), acts, states))
    return cells


ALL_CELLS = list(product(Role, Relation, Kind, Act, State))


def _decide(role, relation, kind, act, state):
    return decide(frozenset({role}), relation, kind, act, state)


def test_every_cell_is_decided_as_stated():
    expected = _expected_cells()

    wrong = [cell for cell in ALL_CELLS if _decide(*cell).allowed != (tuple(word.value for word in cell) in expected)]

    assert len(ALL_CELLS) == len(Role) * len(Relation) * len(Kind) * len(Act) * len(State) > 345_600
    assert wrong == []


def test_the_statement_uses_only_words_of_the_matrix():
    columns = [{word.value for word in vocabulary} for vocabulary in (Role, Relation, Kind, Act, State)]

    for cell in _expected_cells():
        assert all(word in column for word, column in zip(cell, columns, strict=True)), cell


def test_every_role_is_stated():
    assert {cell[0] for cell in _expected_cells()} == {role.value for role in Role}


ALLOWED = [cell for cell in ALL_CELLS if _decide(*cell).allowed]


def test_nobody_reads_a_record_without_a_tie():
    assert [
        cell for cell in ALLOWED if cell[1] is Relation.NONE and cell[2] in RECORD_KINDS and cell[3] in READING_ACTS
    ] == []


def test_a_patient_reads_their_own_record_or_that_of_whom_they_represent_only():
    own = {Relation.SELF, Relation.REPRESENTATIVE}
    others = {c[1:] for c in ALLOWED if c[0] is Role.PATIENT and c[2] in RECORD_KINDS and c[1] not in own}

    assert others == {
        (Relation.CARER, kind, Act.READ, State.NORMAL) for kind in (Kind.DEVICE, Kind.OBSERVATION)
    }  # what the patient shows


def test_the_secret_of_a_minor_is_never_told_to_a_representative():
    assert [c for c in ALLOWED if c[1] is Relation.REPRESENTATIVE and c[4] is State.MINOR_SECRET] == []


def test_a_representative_does_not_see_who_came():
    """The list of accesses would tell that something is kept secret."""
    assert [c for c in ALLOWED if c[1] is Relation.REPRESENTATIVE and c[2] is Kind.AUDIT] == []


def test_what_is_to_be_announced_is_not_discovered_alone():
    alone = {Relation.SELF, Relation.REPRESENTATIVE}

    assert [c for c in ALLOWED if c[1] in alone and c[4] is State.UNANNOUNCED] == []


def test_an_opposition_stops_everyone_but_the_patient_the_author_and_the_chosen_doctor():
    still = {Relation.SELF, Relation.REPRESENTATIVE, Relation.AUTHOR, Relation.CHOSEN}

    assert [c for c in ALLOWED if c[2] in RECORD_KINDS and c[4] is State.OPPOSED and c[1] not in still] == []


def test_only_those_who_care_the_patient_and_the_applications_that_wrote_it_read_what_is_clinical():
    clinical = CLINICAL_KINDS | {Kind.DOCUMENT, Kind.OBSERVATION}
    caring = {Role.PATIENT, Role.CLINICIAN, Role.TOWN_DOCTOR}

    assert {c[0] for c in ALLOWED if c[2] in clinical} == caring | {Role.APPLICATION}


def test_an_application_reads_only_what_its_establishment_wrote_and_nobody_restricted():
    read = [c for c in ALLOWED if c[0] is Role.APPLICATION and c[2] in RECORD_KINDS and c[3] in READING_ACTS]

    assert {c[1] for c in read} == {Relation.AUTHOR}
    assert {c[4] for c in read} == {State.NORMAL, State.SENSITIVE, State.PROTECTED}


def test_what_is_written_down_is_changed_only_by_whoever_wrote_it():
    kept = RECORD_KINDS - {Kind.CONSENT, Kind.APPOINTMENT, Kind.REQUEST}
    changed = [c for c in ALLOWED if c[2] in kept and c[3] in {Act.UPDATE, Act.DELETE}]

    assert {c[1] for c in changed} == {Relation.AUTHOR}


def test_a_message_goes_on_between_the_patient_who_represents_them_and_the_team():
    changed = {(c[0], c[1]) for c in ALLOWED if c[2] is Kind.REQUEST and c[3] is Act.UPDATE}

    assert changed == {
        (Role.PATIENT, Relation.SELF),
        (Role.PATIENT, Relation.REPRESENTATIVE),
        (Role.CLINICIAN, Relation.AUTHOR),
        (Role.TOWN_DOCTOR, Relation.AUTHOR),
        (Role.APPLICATION, Relation.AUTHOR),
    }


def test_an_appointment_is_changed_by_who_comes_who_represents_them_and_who_receives_them():
    changed = {(c[0], c[1]) for c in ALLOWED if c[2] is Kind.APPOINTMENT and c[3] is Act.UPDATE}

    assert changed == {
        (Role.PATIENT, Relation.SELF),
        (Role.PATIENT, Relation.REPRESENTATIVE),
        (Role.CLINICIAN, Relation.AUTHOR),
        (Role.ADMISSION_CLERK, Relation.ESTABLISHMENT),
        (Role.APPLICATION, Relation.AUTHOR),
    }


def test_a_patient_changes_nothing_but_their_choices_and_adds_what_they_measure():
    writing = {Act.CREATE, Act.UPDATE, Act.DELETE}

    changed = {(c[2], c[3]) for c in ALLOWED if c[0] is Role.PATIENT and c[3] in writing}

    own = {Kind.CONSENT, Kind.ACCOUNT, Kind.APPOINTMENT, Kind.PREADMISSION, Kind.REQUEST}
    added = {Kind.OBSERVATION, Kind.FORM}
    assert {kind for kind, _ in changed} == own | added
    assert {act for kind, act in changed if kind in added} == {Act.CREATE}


def test_only_members_of_the_committee_vote():
    assert {(c[0], c[1]) for c in ALLOWED if c[3] is Act.VOTE} == {(Role.COMMITTEE_MEMBER, Relation.MEMBER)}


def test_only_the_integrator_reads_messages_and_only_those_of_their_establishments():
    assert {(c[0], c[1]) for c in ALLOWED if c[2] is Kind.MESSAGE} == {(Role.INTEGRATOR, Relation.ESTABLISHMENT)}


def test_the_integrator_and_the_operator_never_touch_the_record():
    machine = {Role.INTEGRATOR, Role.OPERATOR, Role.SECURITY_OFFICER, Role.DPO, Role.RESEARCHER}

    assert [c for c in ALLOWED if c[0] in machine and c[2] in RECORD_KINDS | {Kind.IDENTITY}] == []


def test_a_researcher_sees_aggregates_only():
    seen = {c[2] for c in ALLOWED if c[0] is Role.RESEARCHER}

    public = {Kind.DIRECTORY, Kind.TERMINOLOGY, Kind.PARAMETER}
    assert seen == public | {Kind.INDICATOR, Kind.PROJECT, Kind.UI, Kind.ACCOUNT}


def test_nobody_writes_in_the_journal():
    assert [c for c in ALLOWED if c[2] is Kind.AUDIT and c[3] in {Act.CREATE, Act.UPDATE, Act.DELETE, Act.MERGE}] == []


def test_every_permission_has_its_reason_its_line_and_its_role():
    for cell in ALLOWED:
        decision = _decide(*cell)
        assert decision.because
        assert decision.line
        assert decision.role is cell[0]
    assert all(line.source for line in current_matrix().lines)


def test_every_line_of_the_matrix_adds_something():
    matrix = current_matrix()

    used = {line.code for line in matrix.allowed.values()}

    assert [line.code for line in matrix.lines if line.code not in used] == []


def test_a_refusal_says_nothing_of_why():
    refused = decide(frozenset({Role.RESEARCHER}), Relation.TREATING, Kind.DOCUMENT, Act.READ)

    assert refused == rules.REFUSED
    assert refused.line is None


roles = st.frozensets(st.sampled_from(Role))
cells = st.tuples(st.sampled_from(Relation), st.sampled_from(Kind), st.sampled_from(Act), st.sampled_from(State))


@settings(deadline=None)
@given(held=roles, cell=cells)
def test_several_roles_allow_what_one_of_them_allows(held, cell):
    relation, kind, act, state = cell

    together = decide(held, relation, kind, act, state).allowed

    assert together == any(_decide(role, relation, kind, act, state).allowed for role in held)


@settings(deadline=None)
@given(held=roles, more=roles, cell=cells)
def test_one_role_more_never_closes_a_door(held, more, cell):
    relation, kind, act, state = cell

    assert decide(held | more, relation, kind, act, state).allowed >= decide(held, relation, kind, act, state).allowed


@settings(deadline=None)
@given(held=roles, cell=cells)
def test_the_same_question_gets_the_same_answer(held, cell):
    relation, kind, act, state = cell

    assert decide(held, relation, kind, act, state) == decide(frozenset(list(held)[::-1]), relation, kind, act, state)


@settings(deadline=None)
@given(held=roles, kind=st.sampled_from(Kind), act=st.sampled_from(Act))
def test_a_page_opens_when_some_relation_and_state_would(held, kind, act):
    viewer = Viewer(assignments=frozenset((role, None) for role in held))

    some = any(decide(held, relation, kind, act, state).allowed for relation, state in product(Relation, State))

    assert viewer.may(kind, act) == some


@pytest.mark.parametrize(("kind", "act"), list(product(Kind, Act)))
def test_nobody_may_do_nothing(kind, act):
    assert not ANONYMOUS.may(kind, act)


GOOD = {
    "code": "X",
    "roles": ["patient"],
    "relations": ["self"],
    "kinds": ["document"],
    "acts": ["read"],
    "states": ["normal"],
    "because": "Parce que.",
    "source": "CSP",
}


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"roles": ["patiente"]}, "roles"),
        ({"states": []}, "states"),
        ({"acts": "read"}, "acts"),
        ({"because": " "}, "raison"),
        ({"source": ""}, "source"),
        ({"code": ""}, "code"),
    ],
)
def test_a_line_that_cannot_be_read_is_refused_with_its_place(change, told):
    with pytest.raises(rules.MatrixError, match=told):
        rules.compile_matrix([GOOD | change])


def test_two_lines_cannot_have_one_code():
    with pytest.raises(rules.MatrixError, match="répété"):
        rules.compile_matrix([GOOD, GOOD])


def test_a_cell_allowed_twice_keeps_the_reason_written_first():
    matrix = rules.compile_matrix([GOOD, GOOD | {"code": "Y", "because": "Encore."}])

    decision = rules.decide(matrix, [Role.PATIENT], Relation.SELF, kind=Kind.DOCUMENT, act=Act.READ, state=State.NORMAL)

    assert (decision.line, decision.because) == ("X", "Parce que.")


def test_the_page_shows_the_lines_of_the_role_asked_for():
    page = matrix_page("integrator")

    assert page.role_label == "Intégrateur"
    assert "E1" in {line.code for line in page.lines}
    assert "P1" not in {line.code for line in page.lines}
    assert page.allowed_cells == len([cell for cell in ALLOWED if cell[0] is Role.INTEGRATOR])


def test_an_unknown_role_shows_the_whole_matrix():
    assert len(matrix_page("x").lines) == len(current_matrix().lines) == MATRIX_FILE.read_text().count("- code:")
