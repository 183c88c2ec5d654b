"""The door of identitovigilance: what other packages may import."""

__all__: list[str] = []
