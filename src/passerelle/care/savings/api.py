"""The door of savings."""

__all__ = ()
