"""The edge of the application: what happens to every request before its route, and to every answer after it.

On the way in, a request gets its id and its child container. On the way out **the answer leaves only after
COMMIT**: the first message of an answer commits (or, from status 400 on, rolls back), and where the commit fails the
client gets that problem instead of the answer. This is an ASGI layer around the whole of Litestar because an
exception raised in its own `send` wrappers never reaches the exception handlers.
"""

from __future__ import annotations

import asyncio
import re
import secrets
from collections.abc import Callable, Iterable
from typing import Any, Final

import msgspec
import structlog
from litestar import Request
from litestar.connection import ASGIConnection
from litestar.enums import ScopeType
from litestar.exceptions import HTTPException, InternalServerException
from litestar.handlers import BaseRouteHandler
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from core.container import Child, Counterparts, current_child
from core.database.errors import OutcomeUnknown
from core.database.identity import Acting
from core.database.pool import Database
from core.database.transaction import Transaction
from core.errors import InternaError, Invalid
from core.http.authority import has_tenant_in_path, is_for_operators, is_open, media_types, writes
from core.http.body import BodyBrokeOff
from core.http.caller import TOUCH_SESSION, Sessions, TrustedIssuers, identify, identify_operator
from core.http.cors import Cors, Headers
from core.http.problems import MEDIA_TYPE, encode, problem_of

_SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_SINGLE: Final = frozenset(
    {
        b"authorization",
        b"x-tenant-id",
        b"content-type",
        b"content-length",
        b"idempotency-key",
        b"host",
        b"prefer",
    }
)
_REQUEST_ID: Final = re.compile(rb"[A-Za-z0-9_-]{8,64}")
_log = structlog.get_logger("interna.http")

# OWASP HTTP Headers cheat sheet. A route may bring its own: the documentation page runs a script, pictures are cached.
_SECURITY_HEADERS: Final[list[tuple[bytes, bytes]]] = [
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"strict-transport-security", b"max-age=63072000; includeSubDomains"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"cache-control", b"no-store"),
]


class Boundary:
    """ASGI middleware around the whole application."""

    def __init__(self, app: ASGIApp, database: Database, cors: Cors, counterparts: Counterparts | None = None) -> None:
        self._app = app
        self._database = database
        self._counterparts = counterparts
        self._cors = cors if cors else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            await self._app(scope, receive, send)
            return
        transaction = Transaction(self._database, read_only=scope["method"] in _SAFE_METHODS)
        with Child(transaction, request_id=_request_id(scope), counterparts=self._counterparts) as child:
            answer = _Answer(child, scope, send, self._cors)
            try:
                if self._cors is not None and (permission := self._cors.preflight(scope)) is not None:
                    await answer.preflight(permission)
                    return
                await self._app(scope, receive, answer.send)
            except Exception as error:
                if answer.started:
                    _log.error("the answer broke off", exc_info=error, request_id=child.request_id)
                    raise
                await answer.fail(error)
            except asyncio.CancelledError as cancelled:
                await answer.cut_short(cancelled)
                raise
            finally:
                await transaction.rollback()
            if child.caller is not None and child.caller.stale:
                await self._touch(child)

    async def _touch(self, child: Child) -> None:
        """Note that the session was seen, apart from the request's own transaction; losing it does not matter."""
        assert child.caller is not None
        try:
            async with self._database.unit(Acting(child.caller.user_id, child.caller.tenant_id)) as unit:
                await unit.transaction.execute(TOUCH_SESSION, session_id=child.caller.session_id)
        except InternaError:
            _log.warning("a session's last_seen_at was not written", request_id=child.request_id)


class _Answer:
    """The way out of one request."""

    __slots__ = ("_child", "_cors", "_replaced", "_scope", "_send", "started")

    def __init__(self, child: Child, scope: Scope, send: Send, cors: Cors | None) -> None:
        self._child = child
        self._scope = scope
        self._send = send
        self._cors = cors
        self._replaced = False
        self.started = False

    async def send(self, message: Message) -> None:
        if self._replaced:
            return
        if message["type"] == "http.response.start":
            transaction = self._child.transaction
            if message["status"] >= 400:
                await transaction.rollback()
            else:
                try:
                    await transaction.commit()
                except Exception as error:
                    self._replaced = True
                    await self.fail(error)
                    return
            self._decorate(message)
            self.started = True
        await self._send(message)

    async def preflight(self, permission: Headers) -> None:
        """Answer a browser's question whether another origin may ask at all; nobody needs to be anybody for that."""
        self.started = True
        headers = [*permission, *_SECURITY_HEADERS, (b"x-request-id", self._child.request_id.encode())]
        await self._send({"type": "http.response.start", "status": 204, "headers": headers})
        await self._send({"type": "http.response.body", "body": b"", "more_body": False})

    async def fail(self, error: Exception) -> None:
        """Answer the problem itself."""
        problem, facts, headers = problem_of(error, instance=self._scope["path"], request_id=self._child.request_id)
        body = encode(problem, facts)
        start: Any = {
            "type": "http.response.start",
            "status": problem.status,
            "headers": [
                (b"content-type", MEDIA_TYPE.encode()),
                (b"content-length", str(len(body)).encode()),
                *((name.encode(), value.encode()) for name, value in headers.items()),
            ],
        }
        self._decorate(start)
        self.started = True
        await self._send(start)
        await self._send({"type": "http.response.body", "body": body, "more_body": False})

    async def cut_short(self, cancelled: asyncio.CancelledError) -> None:
        """Answer the error that a request is cancelled with, which says why; other cancellations answer nothing."""
        reason = cancelled.args[0] if cancelled.args else None
        if self.started or not isinstance(reason, InternaError):
            return
        if self._child.transaction.committing:  # it may be done: nobody should be asked to repeat it
            reason = OutcomeUnknown("The request was cut short during its commit; look before you repeat it.")
        await self.fail(reason)

    def _decorate(self, message: Any) -> None:
        """Our headers, where the route has not said something of its own."""
        headers = [*message.get("headers", ()), (b"x-request-id", self._child.request_id.encode())]
        names = {name for name, _ in headers}
        headers += [header for header in _SECURITY_HEADERS if header[0] not in names]
        message["headers"] = self._cors.share(self._scope, headers) if self._cors is not None else headers


class Admission:
    """The application's first guard: headers said once, the body within its limit, the caller known.

    The body is received before the identity statement opens a transaction, so a slow client holds no connection.
    """

    def __init__(self, sessions: Callable[[], Sessions], issuers: Callable[[], TrustedIssuers]) -> None:
        self._sessions = sessions
        self._issuers = issuers

    async def __call__(self, connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
        assert isinstance(connection, Request)
        headers = _single_headers(connection.scope["headers"])
        method = connection.scope["method"]
        if method not in _SAFE_METHODS:
            await _receive(connection, headers, media_types(handler))
        child = current_child()
        if writes(handler):
            child.transaction.read_only = False
        if is_open(handler) or method == "OPTIONS":
            return
        sessions: Sessions = child.own(self._sessions)()
        presented = sessions.presented(method, headers)
        if has_tenant_in_path(handler):
            presented = msgspec.structs.replace(presented, tenant=connection.path_params["tenant_id"])
        if is_for_operators(handler):
            child.operator = await identify_operator(child.transaction, presented, sessions)
        else:
            child.caller = await identify(child.transaction, presented, sessions, child.own(self._issuers))


async def _receive(connection: Request[Any, Any, Any], headers: dict[bytes, bytes], accepted: frozenset[bytes]) -> None:
    media_type = headers.get(b"content-type", b"").split(b";")[0].strip().lower()
    try:
        body = await connection.body()
    except InternalServerException:  # Litestar takes a client that leaves for a fault of ours
        raise BodyBrokeOff from None
    if body and media_type not in accepted:
        kinds = b", ".join(sorted(accepted)).decode()
        raise HTTPException(status_code=415, detail=f"The body must be {kinds}.")


def _single_headers(raw: Iterable[tuple[bytes, bytes]]) -> dict[bytes, bytes]:
    headers: dict[bytes, bytes] = {}
    for name, said in raw:
        value = said
        if name in headers and name in _SINGLE:
            raise Invalid(f"The header {name.decode('latin-1')} is there twice.", path=name.decode("latin-1"))
        if name == b"cookie" and name in headers:
            value = headers[name] + b"; " + value  # HTTP/2 may split it (RFC 9113, section 8.2.3)
        headers[name] = value
    return headers


def _request_id(scope: Scope) -> str:
    for name, value in scope["headers"]:
        if name == b"x-request-id" and _REQUEST_ID.fullmatch(value):
            return value.decode()
    return secrets.token_hex(12)
