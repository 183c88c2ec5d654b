"""Where a viewer works: a role is held at an establishment, and is worth nothing where one holds another."""

from typing import Final

from passerelle.core.access.api import Act, Role, Viewer

_READ: Final = frozenset({Act.READ, Act.SEARCH})
_READERS: Final = (Role.ADMISSION_CLERK, Role.IDENTITY_OFFICER, Role.CLINICIAN)
_WRITERS: Final = (Role.ADMISSION_CLERK,)


def places_of(viewer: Viewer, act: Act) -> frozenset[str]:
    """Return the establishments where the viewer does this act on comings, as staff; the decision says the rest."""
    roles = _READERS if act in _READ else _WRITERS
    return frozenset(code for role in roles for code in viewer.establishments_as(role))
