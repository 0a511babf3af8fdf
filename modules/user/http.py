"""The user module's routes."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from litestar import Controller, Request, Response, get, patch, post
from litestar.params import JSONBody

from core.http.authority import OPEN
from core.http.caller import Sessions
from core.http.route import Injected
from modules.user.contracts import LoggedIn, LogIn, OnboardingAnswers, ProfilePatch, SignUp, User
from modules.user.services import Device, Entry, Me


class EntryController(Controller):
    """Getting in and out."""

    path = "/auth"
    tags = ("auth",)

    @post("/signup", **OPEN, summary="Sign up: an account, a personal tenant and 10 credits")
    async def sign_up(
        self,
        data: JSONBody[SignUp],
        entry: Injected[Entry],
        tokens: Injected[Sessions],
        request: Request[Any, Any, Any],
    ) -> Response[LoggedIn]:
        return _logged_in(await entry.sign_up(data, _device(request)), tokens, 201)

    @post("/login", **OPEN, status_code=200, summary="Log in")
    async def log_in(
        self,
        data: JSONBody[LogIn],
        entry: Injected[Entry],
        tokens: Injected[Sessions],
        request: Request[Any, Any, Any],
    ) -> Response[LoggedIn]:
        return _logged_in(await entry.log_in(data, _device(request)), tokens, 200)

    @post("/logout", status_code=204, summary="Log out; the token is refused from the next request on")
    async def log_out(self, me: Injected[Me], tokens: Injected[Sessions]) -> Response[None]:
        await me.log_out()
        return Response(None, status_code=204, headers={"set-cookie": tokens.set_cookie("", 0)})


class MeController(Controller):
    """The logged-in user."""

    path = "/users/me"
    tags = ("users",)

    @get("/", summary="Who am I?")
    async def show(self, me: Injected[Me]) -> User:
        return await me.show()

    @patch("/", summary="Change my profile")
    async def change(self, data: JSONBody[ProfilePatch], me: Injected[Me]) -> User:
        return await me.patch(data)

    @post("/onboarding", status_code=200, summary="Say what I want to learn, and complete the onboarding")
    async def onboard(self, data: JSONBody[OnboardingAnswers], me: Injected[Me]) -> User:
        return await me.onboard(data)


def _device(request: Request[Any, Any, Any]) -> Device:
    agent = request.headers.get("user-agent")
    return Device(agent[:500] if agent else None, request.client.host if request.client else None)


def _logged_in(entered: LoggedIn, tokens: Injected[Sessions], status: int) -> Response[LoggedIn]:
    seconds = round((entered.expires_at - datetime.now(UTC)).total_seconds())
    cookie = tokens.set_cookie(entered.token, seconds)
    return Response(entered, status_code=status, headers={"set-cookie": cookie})
