"""Whose space a request of a patient is in, for every page that speaks to patients."""

from datetime import datetime

from passerelle.care.consent.selectors.whose import Acting, acting_as
from passerelle.core.access import api as access
from passerelle.core.access.api import AuthenticatedRequest

SPACE_KEY = "patientspace_of"


def acting(request: AuthenticatedRequest, *, at: datetime) -> Acting:
    """Return who acts and for whom; whoever is nobody's patient finds no page."""
    return acting_as(request.viewer, str(request.session.get(SPACE_KEY, "")), at=at)


def deciding(request: AuthenticatedRequest, *, at: datetime) -> Acting:
    """Return the same, for a page where one decides.

    Raises:
        AccessRefused: this viewer decides nothing here.
    """
    found = acting(request, at=at)
    if not found.may_decide():
        raise access.AccessRefused
    return found


def deciding_alone(request: AuthenticatedRequest, *, at: datetime) -> Acting:
    """Return the same, for what nobody decides in the place of another.

    Raises:
        AccessRefused: this is somebody else's space.
    """
    found = deciding(request, at=at)
    if not found.is_self:
        raise access.AccessRefused
    return found
