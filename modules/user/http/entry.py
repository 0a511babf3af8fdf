"""Getting in and out."""

from __future__ import annotations

from typing import Any

from litestar import Controller, Request, Response, post
from litestar.params import JSONBody

from core.http.authority import OPEN
from core.http.route import Injected
from modules.user.contracts import LoggedIn, LogIn, SignUp
from modules.user.http.browser import Browser
from modules.user.services.entry import Entry
from modules.user.services.me import Me


class EntryController(Controller):
    path = "/auth"
    tags = ("auth",)

    @post("/signup", **OPEN, summary="Sign up: an account, a personal tenant and 10 credits")
    async def sign_up(
        self,
        data: JSONBody[SignUp],
        entry: Injected[Entry],
        browser: Injected[Browser],
        request: Request[Any, Any, Any],
    ) -> Response[LoggedIn]:
        device = browser.device(request)
        return browser.logged_in(await entry.sign_up(data, device), device, status=201)

    @post("/login", **OPEN, status_code=200, summary="Log in")
    async def log_in(
        self, data: JSONBody[LogIn], entry: Injected[Entry], browser: Injected[Browser], request: Request[Any, Any, Any]
    ) -> Response[LoggedIn]:
        device = browser.device(request)
        return browser.logged_in(await entry.log_in(data, device), device, status=200)

    @post("/logout", status_code=204, summary="Log out; the token is refused from the next request on")
    async def log_out(self, me: Injected[Me], browser: Injected[Browser]) -> Response[None]:
        await me.log_out()
        return Response(None, status_code=204, cookies=[browser.no_session()])
