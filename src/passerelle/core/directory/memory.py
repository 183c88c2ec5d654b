"""Answers remembered for the length of a block: a group of messages asks the same few things of the directory."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

_answers: ContextVar[dict[tuple[Any, ...], Any] | None] = ContextVar("directory_answers", default=None)


@contextmanager
def remembering() -> Iterator[None]:
    """Ask each thing once inside this block; what it remembers is forgotten at its end, so nothing needs telling."""
    token = _answers.set({})
    try:
        yield
    finally:
        _answers.reset(token)


def remembered(lookup: Callable[P, T]) -> Callable[P, T]:
    """Let a lookup answer from memory inside `remembering`; its arguments must be hashable, its answer frozen."""

    @wraps(lookup)
    def answer(*args: P.args, **kwargs: P.kwargs) -> T:
        answers = _answers.get()
        if answers is None:
            return lookup(*args, **kwargs)
        question = (lookup, args, *sorted(kwargs.items()))
        if question not in answers:
            answers[question] = lookup(*args, **kwargs)
        found: T = answers[question]
        return found

    return answer


def forget() -> None:
    """Forget what this block remembers: the directory has just changed inside it."""
    answers = _answers.get()
    if answers is not None:
        answers.clear()
