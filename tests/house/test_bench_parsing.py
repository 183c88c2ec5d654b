import pytest

from passerelle.config.commands import bench_parsing
from passerelle.protocols import hl7v2, pamfr


def test_the_messages_that_reading_is_measured_on_are_the_same_each_time_and_can_be_read():
    small, large = list(bench_parsing.admissions()), list(bench_parsing.letters())

    assert (small, large) == (list(bench_parsing.admissions()), list(bench_parsing.letters()))
    assert {hl7v2.parse(raw).trigger for raw in small} == {"A01", "A02", "A03"}
    assert all(len(raw) < 2_000 for raw in small)
    assert all(200_000 < len(raw) < 810_000 for raw in large)
    for raw in [*small, large[0]]:
        pamfr.read(hl7v2.parse(raw))


def test_the_official_examples_are_found_where_the_environment_says(monkeypatch, tmp_path):
    folder = tmp_path / "data" / "pam-fr"
    folder.mkdir(parents=True)
    (folder / "a.hl7").write_bytes(b"MSH|^~\\&")
    monkeypatch.setenv("PASSERELLE_SHARED", str(tmp_path))

    assert bench_parsing.examples() == [b"MSH|^~\\&"]


def test_without_examples_the_other_figures_are_told(monkeypatch, tmp_path):
    pytest.importorskip("hl7", reason="the peer is a development dependency")
    monkeypatch.setenv("PASSERELLE_SHARED", str(tmp_path))

    figures = bench_parsing.figures(rounds=1)

    assert figures["parse_ratio_examples"] is None
    assert min(figures[name] for name in ("parse_per_s", "parse_ratio_small", "parse_ratio_large", "parse_ratio")) > 0
