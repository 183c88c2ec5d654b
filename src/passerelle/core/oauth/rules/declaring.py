"""What makes the declaration of an application acceptable."""

from collections.abc import Iterable
from urllib.parse import urlsplit

_THIS_MACHINE = frozenset({"127.0.0.1", "localhost", "::1"})
_MOST = 10
_LONGEST = 500


def address_problem(address: str) -> str:
    """Return what is wrong with an address where people are sent back, an empty text when nothing is.

    It is compared character by character later, so nothing in it may be left to interpretation.
    """
    try:
        parts = urlsplit(address)
        port_is_fine = parts.port is None or parts.port > 0
    except ValueError:
        return f"« {address[:80]} » n’est pas une adresse."
    if len(address) > _LONGEST or not parts.hostname or not port_is_fine or any(char.isspace() for char in address):
        return f"« {address[:80]} » n’est pas une adresse."
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _THIS_MACHINE):
        return f"« {address[:80]} » : il faut https (ou http sur l’appareil même)."
    if "#" in address or "@" in parts.netloc or "*" in address or "\\" in address:
        return f"« {address[:80]} » : ni fragment, ni identifiant, ni joker."
    return ""


def address_problems(addresses: Iterable[str]) -> list[str]:
    """Return what is wrong with the addresses of a declaration, as sentences."""
    told = list(addresses)
    wrong = [problem for problem in map(address_problem, told) if problem]
    if len(told) > _MOST:
        wrong.append(f"Dix adresses de retour au plus ; il y en a {len(told)}.")
    return wrong
