"""The door of carepaths."""

__all__ = ()
