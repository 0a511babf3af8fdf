"""Proving an address, choosing a new password, getting a deleted account back: by a mailed token."""

from __future__ import annotations

from typing import Any

from litestar import Controller, MediaType, Request, Response, post
from litestar.params import JSONBody

from core.http.authority import OPEN
from core.http.route import Injected
from modules.user.contracts import EmailWish, NewPassword, TokenProof, User
from modules.user.http.browser import Browser
from modules.user.services.recovery import Recovery, Verification


class RecoveryController(Controller):
    path = "/auth"
    tags = ("auth",)

    @post("/email-verification", status_code=202, summary="Mail me a token that proves my address")
    async def verify(
        self, verification: Injected[Verification], browser: Injected[Browser], request: Request[Any, Any, Any]
    ) -> Response[None]:
        await verification.request(browser.device(request))
        return _accepted()

    @post("/email-verification/confirm", **OPEN, status_code=204, summary="Prove an address with a mailed token")
    async def confirm_address(self, data: JSONBody[TokenProof], recovery: Injected[Recovery]) -> None:
        await recovery.confirm_address(data)

    @post("/password-reset", **OPEN, status_code=202, summary="Mail a token for a new password, if there is an account")
    async def forgot_password(
        self,
        data: JSONBody[EmailWish],
        recovery: Injected[Recovery],
        browser: Injected[Browser],
        request: Request[Any, Any, Any],
    ) -> Response[None]:
        await recovery.request("password_reset", data, browser.device(request))
        return _accepted()

    @post("/password-reset/confirm", **OPEN, status_code=204, summary="Choose a new password with a mailed token")
    async def reset_password(self, data: JSONBody[NewPassword], recovery: Injected[Recovery]) -> None:
        await recovery.reset_password(data)

    @post("/restore", **OPEN, status_code=202, summary="Mail a token that restores a deleted account, if there is one")
    async def wish_back(
        self,
        data: JSONBody[EmailWish],
        recovery: Injected[Recovery],
        browser: Injected[Browser],
        request: Request[Any, Any, Any],
    ) -> Response[None]:
        await recovery.request("restore", data, browser.device(request))
        return _accepted()

    @post("/restore/confirm", **OPEN, status_code=200, summary="Restore a deleted account with a mailed token")
    async def restore(self, data: JSONBody[TokenProof], recovery: Injected[Recovery]) -> User:
        return await recovery.restore(data)


def _accepted() -> Response[None]:
    return Response(None, status_code=202, media_type=MediaType.TEXT)  # as JSON, nothing would be `null`
