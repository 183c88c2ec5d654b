"""Reads of the exchange: each takes the viewer and shows the messages of the establishments whose flows they keep."""

from passerelle.care.exchange.selectors.asked import Search
from passerelle.care.exchange.selectors.dead import CauseGroup, dead_letters, failures
from passerelle.care.exchange.selectors.listing import MessageLine, MessageList, messages
from passerelle.care.exchange.selectors.page import MessagePage, message_page, raw_bytes
from passerelle.care.exchange.selectors.scope import relation_to
from passerelle.care.exchange.selectors.validation import FindingLine, validation_of

__all__ = [
    "CauseGroup",
    "FindingLine",
    "MessageLine",
    "MessageList",
    "MessagePage",
    "Search",
    "dead_letters",
    "failures",
    "message_page",
    "messages",
    "raw_bytes",
    "relation_to",
    "validation_of",
]
