"""The exchange measured beside its limits: `run` is the door."""

from passerelle.care.exchange.benchmark.running import run

__all__ = ["run"]
