"""The door of matching: what other packages may import."""

__all__: list[str] = []
