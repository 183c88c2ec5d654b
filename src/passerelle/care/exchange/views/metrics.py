from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4

from passerelle.care.exchange.metrics.collector import exposition
from passerelle.care.exchange.metrics.guarding import may_read
from passerelle.core.access import api as access


@access.public
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Show the figures to a machine that may read them; to any other, this page does not exist."""
    if not may_read(request.headers, address=request.META.get("REMOTE_ADDR", ""), token=settings.METRICS_TOKEN):
        raise Http404
    return HttpResponse(exposition(at=timezone.now()), content_type=CONTENT_TYPE_PLAIN_0_0_4)
