"""The door of identitovigilance: how the package that keeps records tells the desk what hangs on an identity."""

from passerelle.care.identitovigilance.holdings import Arrival, Held, HoldingsSource, register_holdings

__all__ = ["Arrival", "Held", "HoldingsSource", "register_holdings"]
