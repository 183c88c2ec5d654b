"""What a long-lived process has loaded stays: the garbage collector need not look through it again and again."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def loaded_once(*, objects_between: int) -> Iterator[None]:
    """Keep out of the collector what is loaded now, and let it run each time so many objects were made.

    On the way out all is as before, so that libraries that count their objects at the end find them gone.
    """
    former = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(objects_between)
    try:
        yield
    finally:
        gc.unfreeze()
        gc.set_threshold(*former)
