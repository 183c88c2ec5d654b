"""The door of devices."""

__all__ = ()
