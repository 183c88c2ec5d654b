"""The door of appointments."""

__all__ = ()
