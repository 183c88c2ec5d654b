"""The addresses of operations: three shapes, whatever their number. https://hl7.org/fhir/R4/operations.html#executing."""

from django.http import HttpResponse
from django.urls import path, re_path
from django.views.decorators.csrf import csrf_exempt

from passerelle.care.record.fhir.elsewhere import elsewhere
from passerelle.care.record.fhir.operations.export import export_file, export_status
from passerelle.care.record.fhir.operations.table import BY_PLACE
from passerelle.core.access import api as access
from passerelle.core.access.api import AuthenticatedRequest


@csrf_exempt  # the gate of each operation decides of that
@access.public
def operation(request: AuthenticatedRequest, code: str, on: str = "", id_: str = "") -> HttpResponse:
    """Give a request to the operation it names."""
    found = BY_PLACE.get((on, bool(id_), code))
    if found is None:
        return elsewhere(request, path=request.path)
    return found.view(request, on=on, id_=id_)


operation_urls = [
    path("$export/<uuid:export_id>", export_status, name="export_status"),
    path("$export/<uuid:export_id>/<str:name>", export_file, name="export_file"),
    re_path(r"^\$(?P<code>[a-z-]{1,40})$", operation, name="system_operation"),
    re_path(r"^(?P<on>[A-Z][A-Za-z]{1,40})/\$(?P<code>[a-z-]{1,40})$", operation, name="type_operation"),
    re_path(
        r"^(?P<on>[A-Z][A-Za-z]{1,40})/(?P<id_>[^/$]{1,64})/\$(?P<code>[a-z-]{1,40})$",
        operation,
        name="instance_operation",
    ),
]
