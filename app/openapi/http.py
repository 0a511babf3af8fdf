"""`/schema`: the document, and the page that is made of it. Both are built by the first request and kept."""

from __future__ import annotations

import hashlib
from typing import Any, Final

import msgspec
from litestar import Controller, Request, Response, get

from core.http.authority import OPEN
from core.http.route import Injected

_ETAG: Final = "etag"


class Rendered(msgspec.Struct, frozen=True):
    """Bytes that are ready to be sent, with the headers that go with them."""

    body: bytes
    media_type: str
    headers: dict[str, str]


class Documentation:
    """The document and the page of one application."""

    def __init__(self, *, cookie: str, origin: str) -> None:
        self._cookie = cookie
        self._origin = origin
        self._rendered: tuple[Rendered, Rendered] | None = None

    def of(self, request: Request[Any, Any, Any]) -> tuple[Rendered, Rendered]:
        """The document and the page."""
        if self._rendered is None:
            from app.openapi.document import document_of  # a start-up has no use for them
            from app.openapi.page import page_of

            document = document_of(request.app, cookie=self._cookie)
            page, policy = page_of(document, origin=self._origin)
            self._rendered = (
                _render(msgspec.json.format(msgspec.json.encode(document)), "application/json"),
                _render(page.encode(), "text/html", {"content-security-policy": policy}),
            )
        return self._rendered


class SchemaController(Controller):
    """What this API can do, for machines and for people."""

    path = "/schema"
    include_in_schema = False

    @get("/", **OPEN, summary="The documentation, as a page")
    async def page(self, request: Request[Any, Any, Any], documentation: Injected[Documentation]) -> Response[bytes]:
        return _answer(request, documentation.of(request)[1])

    @get("/openapi.json", **OPEN, summary="The documentation, as an OpenAPI 3.1 document")
    async def document(
        self, request: Request[Any, Any, Any], documentation: Injected[Documentation]
    ) -> Response[bytes]:
        return _answer(request, documentation.of(request)[0])


def _render(body: bytes, media_type: str, headers: dict[str, str] | None = None) -> Rendered:
    tag = f'"{hashlib.sha256(body).hexdigest()[:20]}"'
    return Rendered(body, media_type, {_ETAG: tag, "cache-control": "no-cache", **(headers or {})})


def _answer(request: Request[Any, Any, Any], found: Rendered) -> Response[bytes]:
    """304 where the client has it already (RFC 9110, section 13.1.2)."""
    known = (tag.strip().removeprefix("W/") for tag in request.headers.get("if-none-match", "").split(","))
    if found.headers[_ETAG] in known:
        return Response(b"", status_code=304, headers=found.headers)
    return Response(found.body, media_type=found.media_type, headers=found.headers)
