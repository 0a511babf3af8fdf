"""Signing in with an account elsewhere: to the provider, and back."""

from __future__ import annotations

from typing import Annotated, Any

from litestar import Controller, Request, Response, get
from litestar.params import FromPath, QueryParameter
from litestar.response import Redirect

from core.http.authority import OPEN, WRITES
from core.http.caller import cookie
from core.http.problems import answer
from core.http.route import Injected
from modules.user.contracts import LoggedIn
from modules.user.http.browser import Browser, safe_cookie
from modules.user.oauth import Flow
from modules.user.oauth.flow import LIFETIME_SECONDS
from modules.user.services.oauth import Callback, OAuthSignIn

ReturnTo = Annotated[
    str | None,
    QueryParameter(
        name="return_to", description="Where to go afterwards: a path of ours, or a URL of an allowed origin."
    ),
]
Code = Annotated[str | None, QueryParameter(name="code", description="What the provider lets us ask with.")]
# A handler's argument `state` would be Litestar's own.
State = Annotated[str | None, QueryParameter(name="state", description="What ties the way back to the way there.")]
Iss = Annotated[str | None, QueryParameter(name="iss", description="Who says so (RFC 9207).")]
Refusal = Annotated[str | None, QueryParameter(name="error", description="Why the provider lets nobody in.")]


class OAuthController(Controller):
    path = "/auth/oauth/{provider:str}"
    tags = ("auth",)

    @get("/", **OPEN, status_code=303, summary="Sign in with an account elsewhere: leave for the provider")
    async def leave(
        self,
        provider: FromPath[str],
        oauth: Injected[OAuthSignIn],
        oauth_flow: Injected[Flow],
        return_to: ReturnTo = None,
    ) -> Response[None]:
        departure = await oauth.begin(provider, return_to)
        kept = safe_cookie(oauth_flow.cookie, departure.cookie, LIFETIME_SECONDS)
        return Redirect(departure.url, status_code=303, cookies=[kept])

    @get("/callback", **WRITES, summary="Come back from the provider, signed in")
    async def come_back(
        self,
        provider: FromPath[str],
        oauth: Injected[OAuthSignIn],
        oauth_flow: Injected[Flow],
        browser: Injected[Browser],
        request: Request[Any, Any, Any],
        code: Code = None,
        given_state: State = None,
        iss: Iss = None,
        error: Refusal = None,
    ) -> Response[LoggedIn]:
        device = browser.device(request)
        begun = cookie(request.headers.get("cookie", ""), oauth_flow.cookie)
        try:
            landed = await oauth.finish(provider, Callback(code, given_state, iss, error), begun, device)
        except Exception as failure:
            # Answered here, as a sign-in is over whatever came of it, and its cookie has to go.
            refused: Response[Any] = answer(request, failure)
            refused.cookies.append(safe_cookie(oauth_flow.cookie, "", 0))
            return refused
        cookies = [*browser.cookies(landed.entered, device), safe_cookie(oauth_flow.cookie, "", 0)]
        if landed.landing is None:
            return Response(landed.entered, cookies=cookies)
        return Redirect(landed.landing, status_code=303, cookies=cookies)
