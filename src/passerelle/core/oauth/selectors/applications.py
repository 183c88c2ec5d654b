from datetime import date
from typing import Any

from oauth2_provider.models import get_application_model

Application = get_application_model()


def open_application(client_id: str, *, on: date) -> Any:
    """Return an application that may ask on a day, with its declaration; None when none of that name may."""
    if not client_id or "\x00" in client_id:
        return None
    found = Application.objects.select_related("declaration").filter(client_id=client_id).first()
    if found is None or not hasattr(found, "declaration"):
        return None
    return found if found.declaration.is_open(on) else None
