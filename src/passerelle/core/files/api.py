"""The door of files."""

__all__ = ()
