"""Whose address counts as the reader's: the peer's, or what a proxy that is trusted says of whom it speaks for.

Everybody can write an `X-Forwarded-For`; a proxy appends to it whom it sees. So the list is read from its end, and only as long as
trusted proxies vouch: the first that is not one of them is the reader, and what stands before it was said by nobody in particular.
"""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from starlette.types import Scope

# More proxies than anybody has in a row.
_HOPS_MAX = 20


def peer(scope: Scope) -> str:
    """The address at the other end of the connection; empty where none is known."""
    client = scope.get("client")
    return client[0] if client else ""


class Forwarded:
    """`proxies`: the networks of the proxies that are trusted, such as `127.0.0.1/32`."""

    def __init__(self, proxies: Iterable[str]) -> None:
        self._proxies = tuple(ip_network(proxy) for proxy in proxies)

    def __call__(self, scope: Scope) -> str:
        """The reader's address."""
        known = peer(scope)
        known = str(_address(known) or known)
        lists = [value for name, value in scope["headers"] if name == b"x-forwarded-for"]
        said = b",".join(lists).decode("latin-1").split(",")
        for entry in reversed(said[-_HOPS_MAX:]):
            if not self._trusted(known):
                break
            found = _address(entry.strip())
            if found is None:
                break
            known = str(found)
        return known

    def _trusted(self, known: str) -> bool:
        address = _address(known)
        return address is not None and any(address in network for network in self._proxies)


def _address(text: str) -> IPv4Address | IPv6Address | None:
    """The address, of which some proxies also tell the port; an IPv4 address that is written as an IPv6 one is itself."""
    host = text
    if text.startswith("["):
        host = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        host = text.partition(":")[0]
    try:
        found = ip_address(host)
    except ValueError:
        return None
    mapped = found.ipv4_mapped if isinstance(found, IPv6Address) else None
    return found if mapped is None else mapped
