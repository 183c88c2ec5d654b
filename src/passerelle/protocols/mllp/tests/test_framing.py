from __future__ import annotations

import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passerelle.protocols.mllp import Deframer, FrameError, FrameFault, frame


def drain(deframer, chunks):
    """Everything a listener would see, in order: messages as bytes, faults as their kind."""
    seen = []
    for chunk in chunks:
        pending = chunk
        while True:
            try:
                seen += deframer.feed(pending)
                break
            except FrameError as error:
                seen += [*error.frames, error.fault]
                pending = b""
    return seen


def cut(stream, places):
    edges = [0, *sorted(place % (len(stream) + 1) for place in places), len(stream)]
    return [stream[a:b] for a, b in pairwise(edges)]


payloads = st.binary(max_size=40).filter(lambda raw: b"\x1c\r" not in raw + b"\x1c" and b"\x0bMSH" not in raw)
spicy_bytes = st.lists(
    st.sampled_from([b"\x0b", b"\x1c", b"\r", b"\x1c\r", b"\x0bMSH|", b"PID|1", b"\n", b"x" * 30]), max_size=25
).map(b"".join)


@given(st.lists(payloads.filter(lambda raw: not raw.endswith(b"\x1c")), max_size=6), st.lists(st.integers(0, 10_000)))
def test_any_split_of_the_stream_gives_the_messages_that_were_framed(messages, places):
    stream = b"".join(frame(message) for message in messages)

    seen = drain(Deframer(1000), cut(stream, places))

    assert seen == messages


@given(spicy_bytes, st.lists(st.integers(0, 10_000)))
def test_any_split_of_any_bytes_gives_the_same_messages_and_the_same_faults(stream, places):
    whole = drain(Deframer(50), [stream])

    split = drain(Deframer(50), cut(stream, places))

    assert split == whole


def test_two_frames_in_one_packet_are_two_messages():
    assert Deframer(100).feed(frame(b"MSH|1") + frame(b"MSH|2")) == [b"MSH|1", b"MSH|2"]


def test_file_separator_alone_inside_a_message_is_data():
    assert Deframer(100).feed(frame(b"MSH|a\x1cb\x1c\x1cc")) == [b"MSH|a\x1cb\x1c\x1cc"]


def test_file_separator_just_before_the_end_block_is_data():
    assert Deframer(100).feed(frame(b"MSH|a\x1c")) == [b"MSH|a\x1c"]


def test_vertical_tab_inside_a_message_is_data():
    assert Deframer(100).feed(frame(b"MSH|a\x0bb")) == [b"MSH|a\x0bb"]


def test_line_ends_between_frames_are_tolerated():
    assert Deframer(100).feed(frame(b"MSH|1") + b"\r\n" + frame(b"MSH|2")) == [b"MSH|1", b"MSH|2"]


def test_bytes_before_the_start_block_are_reported_with_the_good_frames_before_them():
    deframer = Deframer(100)

    with pytest.raises(FrameError) as refused:
        deframer.feed(frame(b"MSH|1") + b"GET / HTTP/1.1" + frame(b"MSH|2"))

    assert refused.value.fault is FrameFault.GARBAGE
    assert refused.value.frames == (b"MSH|1",)
    assert deframer.feed(b"") == [b"MSH|2"]


def test_a_frame_whose_end_never_came_does_not_swallow_the_next():
    deframer = Deframer(100)

    seen = drain(deframer, [b"\x0bMSH|1|cut\r" + frame(b"MSH|2")])

    assert seen == [FrameFault.MISSING_END, b"MSH|2"]


def test_the_end_of_the_stream_inside_a_frame_is_a_fault():
    deframer = Deframer(100)
    deframer.feed(b"\x0bMSH|1")

    with pytest.raises(FrameError) as refused:
        deframer.finish()

    assert refused.value.fault is FrameFault.MISSING_END
    assert deframer.pending == 5


def test_the_end_of_the_stream_between_frames_is_not_a_fault():
    deframer = Deframer(100)
    deframer.feed(frame(b"MSH|1"))

    deframer.finish()

    assert deframer.pending == 0


@pytest.mark.parametrize(("size", "expected"), [(100, [b"x" * 100]), (101, [FrameFault.OVERSIZE])])
def test_the_cap_is_exact(size, expected):
    assert drain(Deframer(100), [frame(b"x" * size)]) == expected


def test_an_endless_frame_keeps_no_bytes_and_the_stream_recovers():
    deframer = Deframer(1_000)

    seen = drain(deframer, [b"\x0b", *[b"x" * 400] * 50])

    assert seen == [FrameFault.OVERSIZE]
    assert deframer.pending == 0
    assert drain(deframer, [b"xx\x1c", b"\r" + frame(b"MSH|2")]) == [b"MSH|2"]


def test_a_large_message_fed_by_small_chunks_does_not_cost_the_square_of_its_size():
    stream = frame(b"x" * 4_000_000)
    deframer = Deframer()

    started = time.perf_counter()
    seen = drain(deframer, [stream[i : i + 500] for i in range(0, len(stream), 500)])

    assert len(seen) == 1
    assert time.perf_counter() - started < 5
