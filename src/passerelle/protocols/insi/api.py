"""The door of insi: what other packages may import."""

__all__: list[str] = []
