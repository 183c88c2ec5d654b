"""The door of preadmission."""

__all__ = ()
