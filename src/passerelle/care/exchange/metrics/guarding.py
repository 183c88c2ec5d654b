"""Who may read the figures: a token, or this very machine."""

import hmac
import ipaddress
from collections.abc import Mapping


def may_read(headers: Mapping[str, str], *, address: str, token: str) -> bool:
    """Tell whether a request may read the figures.

    With a token, only who bears it. Without one, only this machine, and not through a proxy, behind which every visitor
    would look like this machine.
    """
    if token:
        return hmac.compare_digest(headers.get("Authorization", "").encode(), f"Bearer {token}".encode())
    if "X-Forwarded-For" in headers or "Forwarded" in headers:
        return False
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False
