"""Where a request really comes from, behind proxies that are trusted by name."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Any, Final

Address = IPv4Address | IPv6Address

_HOPS: Final = 32
_BRACKETED: Final = re.compile(r"\[([^\]]+)\](?::\d+)?")
_WITH_PORT: Final = re.compile(r"([0-9.]+):\d+")


class ClientAddresses:
    """Tells the client's address of a request.

    Anybody can write X-Forwarded-For, so only what trusted proxies wrote counts: from the right, each of them names
    who called it, and the first one that is no proxy of ours is the client.
    """

    def __init__(self, trusted: Sequence[IPv4Network | IPv6Network]) -> None:
        self._trusted = tuple(trusted)

    def of(self, scope: Mapping[str, Any]) -> str | None:
        """The address in its canonical form; None where the server does not know the peer."""
        peer = scope.get("client")
        client = _address(peer[0]) if peer else None
        if client is None:
            return str(peer[0]) if peer else None
        if self._trusted and self._is_ours(client):
            for hop in _hops(scope):
                found = _address(hop)
                if found is None:
                    break
                client = found
                if not self._is_ours(client):
                    break
        return str(client)

    def _is_ours(self, address: Address) -> bool:
        return any(address in network for network in self._trusted)


def throttling_key(address: str) -> str:
    """What counts as one client: an IPv6 customer has a /64 to choose addresses from."""
    found = _address(address)
    return str(IPv6Network((int(found), 64), strict=False)) if isinstance(found, IPv6Address) else address


def _hops(scope: Mapping[str, Any]) -> Iterator[str]:
    """X-Forwarded-For from the right, all of its lines being one list (RFC 9110, section 5.3)."""
    said = ",".join(value.decode("latin-1") for name, value in scope["headers"] if name == b"x-forwarded-for")
    yield from (hop.strip() for hop in reversed(said.split(",")[-_HOPS:]) if hop.strip())


def _address(text: str) -> Address | None:
    """An address as proxies write it: bare, with a port, in brackets; an IPv4 one inside IPv6 is that IPv4 one."""
    found = _BRACKETED.fullmatch(text) or _WITH_PORT.fullmatch(text)
    try:
        address = ip_address(found[1] if found else text)
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address
