"""The door of notify."""

__all__ = ()
