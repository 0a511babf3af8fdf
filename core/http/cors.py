"""Other origins: whose pages may read our answers (Fetch standard, "HTTP extensions").

An allowed origin is answered with its own name, never with `*`, and never with
`Access-Control-Allow-Credentials`: pages of another origin bring a bearer token, the session's cookie is for our own
origin only, so a listed origin that is taken over can do nothing with a visitor's cookie. Reflecting any origin, or
allowing credentials for listed ones, was rejected for that.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

Headers = list[tuple[bytes, bytes]]

_METHODS: Final = b"GET, POST, PUT, PATCH, DELETE, OPTIONS"
_REQUEST_HEADERS: Final = (
    b"Authorization, Content-Type, Accept, X-Tenant-ID, Idempotency-Key, Prefer, Last-Event-ID, X-Request-ID"
)
_EXPOSED: Final = (
    b"access-control-expose-headers",
    b"Location, Retry-After, Preference-Applied, X-Request-ID, WWW-Authenticate",
)
_VARIES: Final = (b"vary", b"Origin")
_ISOLATED: Final = b"cross-origin-resource-policy"


class Cors:
    """What the listed origins are told. Without a list nothing is said, and browsers keep other origins out."""

    def __init__(self, origins: frozenset[str]) -> None:
        self._origins = frozenset(origin.encode() for origin in origins)

    def __bool__(self) -> bool:
        return bool(self._origins)

    def preflight(self, scope: Any) -> Headers | None:
        """The headers of the answer to a browser's question; None where it is none.

        A stranger's page gets the same 204 without permission: the browser stops there, and learns nothing.
        """
        headers = dict(scope["headers"])
        if scope["method"] != "OPTIONS" or b"access-control-request-method" not in headers or b"origin" not in headers:
            return None
        if headers[b"origin"] not in self._origins:
            return [_VARIES]
        return [
            (b"access-control-allow-origin", headers[b"origin"]),
            (b"access-control-allow-methods", _METHODS),
            (b"access-control-allow-headers", _REQUEST_HEADERS),
            (b"access-control-max-age", b"7200"),
            _VARIES,
        ]

    def share(self, scope: Any, headers: Headers) -> Headers:
        """The headers of any answer, with what the page that asked may do with it."""
        origin = _origin(scope["headers"])
        if origin not in self._origins:
            return [*headers, _VARIES]
        shared = [(name, b"cross-origin" if name == _ISOLATED else value) for name, value in headers]
        return [*shared, (b"access-control-allow-origin", origin), _EXPOSED, _VARIES]


def _origin(headers: Iterable[tuple[bytes, bytes]]) -> bytes:
    return next((value for name, value in headers if name == b"origin"), b"")
