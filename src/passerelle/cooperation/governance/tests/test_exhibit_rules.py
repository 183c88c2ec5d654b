import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passerelle.cooperation.governance.rules.exhibit import digest, is_intact, write_exhibit

documents = st.dictionaries(
    st.text(max_size=5), st.recursive(st.integers() | st.text(max_size=5) | st.none(), st.lists, max_leaves=5)
)


@given(documents)
def test_the_same_document_always_gives_the_same_text(document: dict[str, object]) -> None:
    shuffled = dict(reversed(document.items()))

    assert write_exhibit(document) == write_exhibit(shuffled)
    assert json.loads(write_exhibit(document)) == document


def test_one_changed_character_is_seen() -> None:
    text = write_exhibit({"finding": "−0,8 jour"})

    assert is_intact(text, digest(text))
    assert not is_intact(text.replace("8", "9"), digest(text))


def test_a_figure_that_is_not_a_number_is_refused() -> None:
    with pytest.raises(ValueError, match="JSON"):
        write_exhibit({"mean": float("nan")})
