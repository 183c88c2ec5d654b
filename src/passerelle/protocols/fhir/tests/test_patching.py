"""JSON Patch. https://www.rfc-editor.org/rfc/rfc6902 (the numbers are its appendix's), https://www.rfc-editor.org/rfc/rfc6901."""

import contextlib
import copy
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from passerelle.protocols import fhir

EXAMPLES = [
    ("A.1", {"foo": "bar"}, [{"op": "add", "path": "/baz", "value": "qux"}], {"baz": "qux", "foo": "bar"}),
    ("A.2", {"foo": ["a", "b"]}, [{"op": "add", "path": "/foo/1", "value": "q"}], {"foo": ["a", "q", "b"]}),
    ("A.3", {"baz": 1, "foo": 2}, [{"op": "remove", "path": "/baz"}], {"foo": 2}),
    ("A.4", {"foo": [1, 2, 3]}, [{"op": "remove", "path": "/foo/1"}], {"foo": [1, 3]}),
    ("A.5", {"baz": 1, "foo": 2}, [{"op": "replace", "path": "/baz", "value": 3}], {"baz": 3, "foo": 2}),
    (
        "A.6",
        {"foo": {"bar": 1, "waldo": 2}, "qux": {"corge": 3}},
        [{"op": "move", "from": "/foo/waldo", "path": "/qux/thud"}],
        {"foo": {"bar": 1}, "qux": {"corge": 3, "thud": 2}},
    ),
    ("A.7", {"foo": [1, 2, 3, 4]}, [{"op": "move", "from": "/foo/1", "path": "/foo/3"}], {"foo": [1, 3, 4, 2]}),
    ("A.8", {"baz": 1}, [{"op": "test", "path": "/baz", "value": 1.0}], {"baz": 1}),
    ("A.10", {"foo": 1}, [{"op": "add", "path": "/child", "value": {"g": {}}}], {"foo": 1, "child": {"g": {}}}),
    ("A.11", {"foo": 1}, [{"op": "add", "path": "/baz", "value": 2, "xyz": 3}], {"foo": 1, "baz": 2}),
    ("A.14", {"/": 9, "~1": 10}, [{"op": "test", "path": "/~01", "value": 10}], {"/": 9, "~1": 10}),
    ("A.16", {"foo": ["bar"]}, [{"op": "add", "path": "/foo/-", "value": ["x"]}], {"foo": ["bar", ["x"]]}),
    ("copy", {"a": {"b": [1]}}, [{"op": "copy", "from": "/a", "path": "/c"}], {"a": {"b": [1]}, "c": {"b": [1]}}),
    ("whole", {"a": 1}, [{"op": "replace", "path": "", "value": {"b": 1}}], {"b": 1}),
    ("end", [1], [{"op": "add", "path": "/1", "value": 2}], [1, 2]),
    ("itself", {"a": 1}, [{"op": "move", "from": "/a", "path": "/a"}], {"a": 1}),
]
REFUSED = [
    ("A.9", {"baz": "qux"}, [{"op": "test", "path": "/baz", "value": "bar"}], "[0]"),
    ("A.12", {"foo": "bar"}, [{"op": "add", "path": "/baz/bat", "value": "qux"}], "[0].path"),
    ("A.13", {"foo": 1}, [{"op": "supprimer", "path": "/foo"}], "[0].op"),
    ("A.15", {"~1": 10}, [{"op": "test", "path": "/~01", "value": "10"}], "[0]"),
    ("bool", {"a": True}, [{"op": "test", "path": "/a", "value": 1}], "[0]"),
    ("rank", {"a": [1]}, [{"op": "add", "path": "/a/2", "value": 1}], "[0].path"),
    ("zero", {"a": [1, 2]}, [{"op": "remove", "path": "/a/01"}], "[0].path"),
    ("end", {"a": [1]}, [{"op": "remove", "path": "/a/-"}], "[0].path"),
    ("child", {"a": {"b": 1}}, [{"op": "move", "from": "/a", "path": "/a/b"}], "[0].path"),
    ("from", {"a": 1}, [{"op": "copy", "from": "/b", "path": "/c"}], "[0].from"),
    ("absent", {"a": 1}, [{"op": "replace", "path": "/b", "value": 1}], "[0].path"),
    ("none", {"a": 1}, [{"op": "add", "path": "/b"}], "[0].value"),
    ("pointer", {"a": 1}, [{"op": "remove", "path": "a"}], "[0].path"),
    ("tilde", {"a": 1}, [{"op": "remove", "path": "/a~2"}], "[0].path"),
    ("all", {"a": 1}, [{"op": "remove", "path": ""}], "[0].path"),
    ("second", {"a": 1}, [{"op": "remove", "path": "/a"}, {"op": "remove", "path": "/a"}], "[1].path"),
    ("scalar", {"a": 1}, [{"op": "add", "path": "/a/b", "value": 1}], "[0].path"),
    ("list", {"a": 1}, {"op": "remove", "path": "/a"}, ""),
    ("empty", {"a": 1}, [], ""),
]


@pytest.mark.parametrize(
    ("document", "operations", "expected"), [one[1:] for one in EXAMPLES], ids=[e[0] for e in EXAMPLES]
)
def test_operations_apply_in_order(document, operations, expected):
    before = copy.deepcopy(document)

    assert fhir.apply_patch(document, operations) == expected
    assert document == before


@pytest.mark.parametrize(
    ("document", "operations", "where"), [one[1:] for one in REFUSED], ids=[one[0] for one in REFUSED]
)
def test_an_operation_that_cannot_apply_is_named(document, operations, where):
    with pytest.raises(fhir.FhirError) as caught:
        fhir.apply_patch(document, operations)

    assert caught.value.where == where


def test_a_failed_test_is_told_apart():
    with pytest.raises(fhir.TestFailed):
        fhir.apply_patch({"a": 1}, [{"op": "test", "path": "/a", "value": 2}])


def test_decimals_not_touched_keep_their_digits():
    document = fhir.exact(b'{"a":1.00,"b":[2.50]}')

    text = fhir.exact_text(fhir.apply_patch(document, [{"op": "add", "path": "/b/-", "value": Decimal("3.10")}]))

    assert text == b'{"a":1.00,"b":[2.50,3.10]}'


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=2), inner, max_size=3),
    max_leaves=8,
)


POINTERS = st.text("/~01-a", max_size=5)
OPERATION = st.fixed_dictionaries(
    {},
    optional={
        "op": st.sampled_from(["add", "remove", "replace", "move", "copy", "test", "x"]),
        "path": POINTERS,
        "from": POINTERS,
        "value": JSON,
    },
)


@settings(max_examples=50)
@given(document=JSON, operations=st.lists(OPERATION, max_size=4))
def test_whatever_is_sent_applies_or_is_refused(document, operations):
    before = copy.deepcopy(document)
    with contextlib.suppress(fhir.FhirError):
        fhir.apply_patch(document, operations)
    assert document == before
