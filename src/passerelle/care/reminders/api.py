"""The door of reminders."""

__all__ = ()
