"""Where a browser may be sent after a sign-in: to ourselves or to a front end of ours, never elsewhere."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final
from urllib.parse import quote, urlsplit

from core.errors import Invalid

_LONGEST: Final = 2000
# Browsers take a backslash for a slash, and drop tabs and line feeds, before they look for the host.
_TREACHEROUS: Final = re.compile(r"[\\\x00-\x1f\x7f-\x9f]")
_UNSAFE: Final = re.compile(r"[^\x21-\x7e]+")


class BadLanding(Invalid):
    """`return_to` must be a path that starts with a single slash, or a URL of an allowed origin."""


class Landings:
    """Knows the origins that a sign-in may end at (RFC 9700, 4.11: no open redirector)."""

    def __init__(self, origin: str, allowed: Iterable[str]) -> None:
        self._origins = frozenset(found for url in (origin, *allowed) if (found := _origin(url)))

    def check(self, return_to: str) -> str:
        """The destination, fit for a `Location` header. Raises `BadLanding`."""
        landing = _UNSAFE.sub(lambda found: quote(found[0], errors="replace"), return_to)
        if len(landing) > _LONGEST or _TREACHEROUS.search(return_to):
            raise BadLanding(path="return_to")
        own = landing.startswith("/") and not landing.startswith("//")
        if not own and _origin(landing) not in self._origins:
            raise BadLanding(path="return_to")
        return landing


def _origin(url: str) -> str:
    """Scheme and host as the URL spells them, in small letters; empty where it has none."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https") or not parts.netloc or not url.lower().startswith(f"{parts.scheme}://"):
        return ""
    return f"{parts.scheme}://{parts.netloc}".lower()
