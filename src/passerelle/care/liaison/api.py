"""The door of the link with town."""

__all__: list[str] = []
