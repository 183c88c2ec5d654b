from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from passerelle.core.access.guards import requires
from passerelle.core.access.matrix import matrix_page
from passerelle.core.access.vocabulary import Act, Kind


@requires(Kind.ACCESS, Act.READ)
@require_safe
def matrix(request: HttpRequest) -> HttpResponse:
    return render(request, "access/matrix.html", {"page": matrix_page(request.GET.get("role", ""))})
