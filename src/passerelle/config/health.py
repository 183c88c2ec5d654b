from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.urls import path

from passerelle.core.access.api import public


@public
def live(_request: HttpRequest) -> JsonResponse:
    return JsonResponse({"status": "live"})


@public
def ready(_request: HttpRequest) -> JsonResponse:
    """Tell whether requests can be served: the database answers."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return JsonResponse({"status": "database unreachable"}, status=503)
    return JsonResponse({"status": "ready"})


urlpatterns = [path("live", live, name="health-live"), path("ready", ready, name="health-ready")]
