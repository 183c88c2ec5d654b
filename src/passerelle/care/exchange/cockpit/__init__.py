"""The home of exchanges."""

from passerelle.care.exchange.cockpit.board import Board, board

__all__ = ["Board", "board"]
