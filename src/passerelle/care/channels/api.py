"""The door of channels: what other packages may import."""

__all__: list[str] = []
