"""The door of messaging."""

__all__ = ()
