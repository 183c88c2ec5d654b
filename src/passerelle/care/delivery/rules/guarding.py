"""Which addresses may be joined. Outgoing hosts come from declarations only; what they resolve to is checked too."""

from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Final
from urllib.parse import urlsplit

_LOCAL_NAMES: Final = frozenset({"localhost", "localhost.localdomain", "ip6-localhost"})
_SCHEMES: Final = frozenset({"http", "https"})
_PORTS: Final = {"http": 80, "https": 443}


class AddressRefused(Exception):
    """Cette adresse ne peut pas être jointe."""


def check_address(resolved: str, *, host: str, is_public: bool = False) -> None:
    """Refuse an address that a declared host should never lead to.

    A hospital's network is private, so private addresses are allowed, unless the declaration says that the host
    `is_public`. This machine itself is reached only when the
    declaration names it, so that no name can be made to point at it; link-local addresses (where clouds keep their
    credentials), broadcast and reserved ones never.

    Raises:
        AddressRefused: with the reason.
    """
    found: IPv4Address | IPv6Address = ip_address(resolved.partition("%")[0])
    if isinstance(found, IPv6Address) and found.ipv4_mapped is not None:
        found = found.ipv4_mapped
    if found.is_loopback:
        if is_public or not names_this_machine(host):
            reason = f"« {host} » mène à cette machine"
            raise AddressRefused(reason)
        return
    if found.is_link_local or found.is_multicast or found.is_unspecified or found.is_reserved:
        reason = f"« {host} » mène à l’adresse réservée {found}"
        raise AddressRefused(reason)
    if is_public and not found.is_global:
        reason = f"« {host} » mène à l’adresse privée {found}, ce que sa déclaration ne permet pas"
        raise AddressRefused(reason)


def names_this_machine(host: str) -> bool:
    """Tell whether a declaration says in so many words that the destination is on this machine."""
    if host.lower().rstrip(".") in _LOCAL_NAMES:
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def host_and_port(url: str) -> tuple[str, int]:
    """Return the host and the port of an http(s) address.

    Raises:
        AddressRefused: it has another scheme, credentials, no host, or a port that is none.
    """
    try:
        parts = urlsplit(url)
        port = parts.port or _PORTS.get(parts.scheme, 0)
    except ValueError as error:
        reason = "l’adresse déclarée n’en est pas une"
        raise AddressRefused(reason) from error
    if parts.scheme not in _SCHEMES or not parts.hostname:
        reason = "seules les adresses http et https se déclarent"
        raise AddressRefused(reason)
    if parts.username or parts.password or "\\" in url or any(ord(character) <= 32 for character in url):
        reason = "l’adresse déclarée porte un identifiant ou des caractères interdits"
        raise AddressRefused(reason)
    return parts.hostname, port
