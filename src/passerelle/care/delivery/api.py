"""The door of delivery: what other packages may import."""

__all__: list[str] = []
