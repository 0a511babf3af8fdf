"""Where one is logged in, and the password that lets one in."""

from __future__ import annotations

from typing import Any, Literal
from uuid import UUID

import msgspec
from litestar import Controller, Request, Response, delete, get, post
from litestar.params import FromPath, FromQuery, JSONBody

from core.errors import NotFound
from core.http.caller import Caller
from core.http.pages import NEWEST, Cursors, CursorText, Limit, Page
from core.http.route import Injected
from modules.user.contracts import OpenSession, PasswordChange
from modules.user.http.browser import Browser
from modules.user.repositories import SessionRepository
from modules.user.services.me import MyPassword

_LIST = "sessions"


class SessionsController(Controller):
    path = "/auth"
    tags = ("auth",)

    @get("/sessions", summary="Where I am logged in, newest first")
    async def sessions(
        self,
        sessions: Injected[SessionRepository],
        caller: Injected[Caller],
        cursors: Injected[Cursors],
        limit: Limit = 20,
        cursor: CursorText = None,
    ) -> Page[OpenSession]:
        after = cursors.read(cursor, of=_LIST, start=NEWEST)
        found = [
            OpenSession(**msgspec.structs.asdict(session), current=session.id == caller.session_id)
            for session in await sessions.page(caller.user_id, after, limit + 1)
        ]
        return cursors.page(found, limit, of=_LIST, key=lambda session: (session.created_at, session.id))

    @delete("/sessions/{session_id:uuid}", status_code=204, summary="End one of my sessions")
    async def revoke(
        self, session_id: FromPath[UUID], sessions: Injected[SessionRepository], caller: Injected[Caller]
    ) -> None:
        if not await sessions.revoke(caller.user_id, session_id):
            raise NotFound("You have no such session.")

    @delete("/sessions", status_code=204, summary="End all of my sessions, or all but the one I am using")
    async def revoke_all(
        self,
        sessions: Injected[SessionRepository],
        caller: Injected[Caller],
        keep: FromQuery[Literal["current"] | None] = None,
    ) -> None:
        await sessions.revoke_all(caller.user_id, but=caller.session_id if keep else None)

    @post("/password", status_code=204, summary="Change my password; every other session ends")
    async def change_password(
        self,
        data: JSONBody[PasswordChange],
        my_password: Injected[MyPassword],
        browser: Injected[Browser],
        request: Request[Any, Any, Any],
    ) -> Response[None]:
        renewed = await my_password.change(data, browser.device(request))
        cookies = [browser.session(renewed.token, renewed.expires_at)] if renewed else []
        return Response(None, status_code=204, cookies=cookies)
