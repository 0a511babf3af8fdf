"""Where the payment provider may send a browser back to: to ourselves or to a front end of ours, never elsewhere."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlsplit

from core.errors import Invalid


class BadReturnUrl(Invalid):
    """This must be a URL of this installation or of an allowed origin."""


class Landings:
    """Knows the origins; `home` is where who names none ends up."""

    def __init__(self, origin: str, allowed: Iterable[str]) -> None:
        front_ends = sorted(allowed)
        self._origins = frozenset(found.lower() for found in (origin, *front_ends))
        self.home = f"{front_ends[0] if len(front_ends) == 1 else origin}/"

    def check(self, url: str | None, *, path: str) -> str:
        """Raises `BadReturnUrl`. What a browser would read otherwise than we do has no place in a URL."""
        if url is None:
            return self.home
        if not url.isascii() or not url.isprintable() or "\\" in url or " " in url or _origin(url) not in self._origins:
            raise BadReturnUrl(path=path)
        return url


def _origin(url: str) -> str:
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return f"{parts.scheme}://{parts.netloc}".lower() if parts.scheme in ("http", "https") else ""
