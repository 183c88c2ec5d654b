"""The door of the exchange: what other packages may import."""

from passerelle.care.exchange.handlers import Inbound, Rejected, register_handler, remove_handler
from passerelle.care.exchange.services.receiving import receive

__all__ = ["Inbound", "Rejected", "receive", "register_handler", "remove_handler"]
