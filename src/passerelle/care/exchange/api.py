"""The door of the exchange: what other packages and the command line may import."""

from passerelle.care.exchange.alerts.registry import register_watch, remove_watch
from passerelle.care.exchange.benchmark.running import run as run_benchmark
from passerelle.care.exchange.client import Answer, Connection, NoAnswer, WrongAnswer, messages_of, numbered
from passerelle.care.exchange.effects import Effect, register_effects, remove_effects
from passerelle.care.exchange.handlers import Findings, Inbound, Rejected, register_handler, remove_handler
from passerelle.care.exchange.idle import register_idle_work, remove_idle_work
from passerelle.care.exchange.listener.running import run as listen
from passerelle.care.exchange.listener.running import serve
from passerelle.care.exchange.listener.server import Limits, PortTaken
from passerelle.care.exchange.metrics.registry import register_metrics, remove_metrics
from passerelle.care.exchange.replaying.choosing import Choice
from passerelle.care.exchange.replaying.runs import ALONE_UP_TO, NothingConcerned, ask_run
from passerelle.care.exchange.replaying.sources import ReplaySource, register_replay_source
from passerelle.care.exchange.rows import HEADER, TRAILER, Table, encoder
from passerelle.care.exchange.rules.alerting import Finding
from passerelle.care.exchange.rules.ids import ordered_id
from passerelle.care.exchange.selectors.parked import ParkedMessage, parked_for_identity
from passerelle.care.exchange.services.applying import apply_one, apply_waiting
from passerelle.care.exchange.services.lanes import route_new_messages
from passerelle.care.exchange.services.receiving import receive
from passerelle.care.exchange.statements import (
    SupposedWrong,
    ask,
    gathering_writes,
    in_transaction,
    insert_missing,
    insert_new,
    insert_row,
    write,
)
from passerelle.care.exchange.tasks import go_on_with
from passerelle.care.exchange.worker import Worker

__all__ = [
    "ALONE_UP_TO",
    "HEADER",
    "TRAILER",
    "Answer",
    "Choice",
    "Connection",
    "Effect",
    "Finding",
    "Findings",
    "Inbound",
    "Limits",
    "NoAnswer",
    "NothingConcerned",
    "ParkedMessage",
    "PortTaken",
    "Rejected",
    "ReplaySource",
    "SupposedWrong",
    "Table",
    "Worker",
    "WrongAnswer",
    "apply_one",
    "apply_waiting",
    "ask",
    "ask_run",
    "encoder",
    "gathering_writes",
    "go_on_with",
    "in_transaction",
    "insert_missing",
    "insert_new",
    "insert_row",
    "listen",
    "messages_of",
    "numbered",
    "ordered_id",
    "parked_for_identity",
    "receive",
    "register_effects",
    "register_handler",
    "register_idle_work",
    "register_metrics",
    "register_replay_source",
    "register_watch",
    "remove_effects",
    "remove_handler",
    "remove_idle_work",
    "remove_metrics",
    "remove_watch",
    "route_new_messages",
    "run_benchmark",
    "serve",
    "write",
]
