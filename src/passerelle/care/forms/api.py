"""The door of forms."""

__all__ = ()
