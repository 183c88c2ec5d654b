"""The door of the exchange: what other packages may import."""

from passerelle.care.exchange.handlers import Inbound, Rejected, register_handler

__all__ = ["Inbound", "Rejected", "register_handler"]
