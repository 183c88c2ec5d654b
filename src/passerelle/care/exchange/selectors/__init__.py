"""Reads of the exchange: each takes the viewer and shows the messages of the establishments whose flows they keep."""

from passerelle.care.exchange.selectors.listing import Counters, MessageLine, MessageList, Search, counters, messages
from passerelle.care.exchange.selectors.page import MessagePage, message_page, raw_bytes
from passerelle.care.exchange.selectors.scope import relation_to

__all__ = [
    "Counters",
    "MessageLine",
    "MessageList",
    "MessagePage",
    "Search",
    "counters",
    "message_page",
    "messages",
    "raw_bytes",
    "relation_to",
]
