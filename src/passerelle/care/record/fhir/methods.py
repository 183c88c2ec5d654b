"""One address, several interactions: each method has its own."""

from collections.abc import Callable
from typing import Any, TypeAlias

from django.http import HttpResponse
from django.views.decorators.csrf import csrf_exempt

from passerelle.care.record.fhir.answers import Refusal, outcome
from passerelle.core.access import api as access
from passerelle.core.access.api import AuthenticatedRequest

View: TypeAlias = Callable[..., HttpResponse]


def by_method(**views: View) -> View:
    """Return the view that hands a request to the interaction of its method; each guards itself."""
    allowed = ", ".join(views)

    @csrf_exempt  # each write asks for a bearer's token, or for that of the session: see `incoming.writing`
    @access.public
    def chosen(request: AuthenticatedRequest, **kwargs: Any) -> HttpResponse:
        view = views.get(str(request.method))
        if view is None:
            refusal = Refusal(405, "not-supported", f"Méthode non prise en charge ici : {request.method}")
            return outcome(refusal, {"Allow": allowed})
        return view(request, **kwargs)

    return chosen
