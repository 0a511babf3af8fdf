"""The logged-in user."""

from __future__ import annotations

from litestar import Controller, Response, delete, get, patch, post
from litestar.params import JSONBody

from core.http.route import Injected
from modules.user.contracts import OnboardingAnswers, ProfilePatch, User
from modules.user.http.browser import Browser
from modules.user.services.me import Me


class MeController(Controller):
    path = "/users/me"
    tags = ("users",)

    @get("/", summary="Who am I?")
    async def show(self, me: Injected[Me]) -> User:
        return await me.show()

    @patch("/", summary="Change my profile")
    async def change(self, data: JSONBody[ProfilePatch], me: Injected[Me]) -> User:
        return await me.patch(data)

    @delete("/", status_code=204, summary="Delete my account; it can be restored by mail for 30 days")
    async def remove(self, me: Injected[Me], browser: Injected[Browser]) -> Response[None]:
        await me.delete()
        return Response(None, status_code=204, cookies=[browser.no_session()])

    @post("/onboarding", status_code=200, summary="Say what I want to learn, and complete the onboarding")
    async def onboard(self, data: JSONBody[OnboardingAnswers], me: Injected[Me]) -> User:
        return await me.onboard(data)
