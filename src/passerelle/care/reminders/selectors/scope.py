from passerelle.core.access.api import Act, Kind, Relation, Role, Viewer, allowed
from passerelle.core.directory import api as directory


def establishments_of(viewer: Viewer) -> frozenset[str]:
    """Return the establishments whose agendas the viewer keeps."""
    held = frozenset(code for role, code in viewer.assignments if role is Role.ADMISSION_CLERK and code)
    if not held or not allowed(viewer, Kind.APPOINTMENT, Act.SEARCH, relation=Relation.ESTABLISHMENT):
        return frozenset()
    return held


def names_of(codes: frozenset[str]) -> list[tuple[str, str]]:
    """Return establishments with their short names, by name."""
    found = [(row.code, row.short_name) for row in directory.establishments() if row.code in codes]
    return sorted(found, key=lambda pair: pair[1])


def measured_establishments() -> list[tuple[str, str]]:
    """Return all establishments of the group: a share under its minimum cell hidden is for all who read indicators."""
    return [(row.code, row.short_name) for row in directory.establishments()]
