from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import httpx
import psycopg
import pytest
from litestar import Litestar

from core.clock import system_clock
from modules.user.oauth import Flow
from tests.user.oauth.browser import FLOW, SESSION, Browser
from tests.user.oauth.loopback import Answer, always
from tests.user.oauth.openid_server import OpenIdServer, openid_server
from tests.user.oauth.parts import SECRET, environ_for, query_of

pytestmark = pytest.mark.anyio


@pytest.fixture
async def acme() -> AsyncIterator[OpenIdServer]:
    async with openid_server() as server:
        yield server


@pytest.fixture
def environ(environ: dict[str, str], acme: OpenIdServer) -> dict[str, str]:
    return environ | environ_for("acme", acme.url) | environ_for("other", acme.url)


@pytest.fixture
def browser(app: Litestar) -> Browser:
    return Browser(app)


async def leave(browser: Browser, acme: OpenIdServer) -> dict[str, str]:
    """What a provider would send the browser back with."""
    url = (await browser.leave("acme")).headers["location"]
    return {"code": acme.authorize(url), "state": query_of(url)["state"]}


def check_refused(answer: httpx.Response, status: int, kind: str) -> None:
    """A problem, no session, and the sign-in's cookie gone."""
    assert (answer.status_code, answer.json()["type"]) == (status, f"urn:interna:problem:{kind}"), answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    cookies = answer.headers.get_list("set-cookie")
    assert any(cookie.startswith((f'{FLOW}=""; ', f"{FLOW}=; ")) for cookie in cookies), cookies
    assert any("Max-Age=0" in cookie for cookie in cookies)
    assert not any(cookie.startswith(SESSION) for cookie in cookies)


@pytest.mark.parametrize(
    "change",
    [
        {"state": "x" * 43},
        {"state": ""},
        {"state": "\x00é"},
        {"iss": "https://evil.example"},
        {"code": ""},
        {"code": "", "error": "access_denied", "state": "x"},
    ],
    ids=str,
)
async def test_an_answer_that_is_not_for_this_sign_in_is_refused_and_no_code_goes_anywhere(
    browser: Browser, acme: OpenIdServer, change: dict[str, str], owner: psycopg.Connection
) -> None:
    answer = await browser.come_back("acme", **(await leave(browser, acme)) | change)
    check_refused(answer, 400, "bad-sign-in")
    assert "/token" not in acme.paths()
    assert owner.execute("SELECT count(*) FROM users.accounts").fetchone() == (0,)


async def test_a_sign_in_without_its_state_is_refused(browser: Browser, acme: OpenIdServer) -> None:
    back = await leave(browser, acme)
    check_refused(await browser.come_back("acme", code=back["code"]), 400, "bad-sign-in")


async def test_a_sign_in_of_another_browser_is_refused(browser: Browser, acme: OpenIdServer, app: Litestar) -> None:
    """Else an attacker could sign a victim in as the attacker (RFC 6749, 10.12)."""
    attacker = Browser(app)
    back = await leave(attacker, acme)
    check_refused(await browser.come_back("acme", **back), 400, "bad-sign-in")
    await leave(browser, acme)
    check_refused(await browser.come_back("acme", **back), 400, "bad-sign-in")
    assert "/token" not in acme.paths()


async def test_a_sign_in_begun_at_another_provider_is_refused(browser: Browser, acme: OpenIdServer) -> None:
    check_refused(await browser.come_back("other", **await leave(browser, acme)), 400, "bad-sign-in")
    assert "/token" not in acme.paths()


async def test_a_sign_in_of_eleven_minutes_ago_is_over(browser: Browser, acme: OpenIdServer) -> None:
    then = system_clock() - timedelta(minutes=11)
    begun = Flow(SECRET, production=False).begin("acme", None, secret=b"r" * 32, now=then)
    browser.client.cookies.set(FLOW, begun.cookie)
    answer = await browser.come_back("acme", code="c", state=begun.proofs.state)
    check_refused(answer, 400, "sign-in-expired")


async def test_who_says_no_at_the_provider_is_told_so(browser: Browser, acme: OpenIdServer) -> None:
    back = await leave(browser, acme)
    answer = await browser.come_back("acme", state=back["state"], error="access_denied")
    check_refused(answer, 400, "sign-in-refused")
    assert "said no" in answer.json()["detail"]


async def test_a_provider_that_comes_back_with_trouble_of_its_own_is_unavailable(
    browser: Browser, acme: OpenIdServer
) -> None:
    back = await leave(browser, acme)
    answer = await browser.come_back("acme", state=back["state"], error="temporarily_unavailable")
    check_refused(answer, 503, "provider-unavailable")


async def test_a_code_that_was_used_is_refused_and_the_first_session_goes_on(
    browser: Browser, acme: OpenIdServer
) -> None:
    back = await leave(browser, acme)
    kept = browser.client.cookies[FLOW]
    assert (await browser.come_back("acme", **back)).status_code == 200
    browser.client.cookies.set(FLOW, kept, domain="interna.test")
    check_refused(await browser.come_back("acme", **back), 400, "code-refused")
    assert await browser.me()


@pytest.mark.parametrize(
    ("answer", "status", "kind"),
    [
        (Answer(status=503), 503, "provider-unavailable"),
        (Answer(raw=b"\x00 not HTTP"), 502, "bad-provider-answer"),
        (Answer(b"<html>"), 502, "bad-provider-answer"),
    ],
)
async def test_trouble_with_the_provider_on_the_way_back_is_told_apart(
    browser: Browser, acme: OpenIdServer, answer: Answer, status: int, kind: str
) -> None:
    back = await leave(browser, acme)
    acme.answers["/token"] = always(answer)
    check_refused(await browser.come_back("acme", **back), status, kind)


async def test_a_forged_id_token_signs_nobody_in(
    browser: Browser, acme: OpenIdServer, owner: psycopg.Connection
) -> None:
    acme.claims = {"aud": "somebody-else"}
    check_refused(await browser.come_back("acme", **await leave(browser, acme)), 502, "bad-provider-answer")
    assert owner.execute("SELECT count(*) FROM users.accounts").fetchone() == (0,)


async def test_trouble_with_the_provider_on_the_way_there_is_told_apart(browser: Browser, acme: OpenIdServer) -> None:
    acme.answers["/.well-known/openid-configuration"] = always(Answer(status=500))
    assert (await browser.leave("acme")).status_code == 503
    acme.answers["/.well-known/openid-configuration"] = always(Answer(b"<html>"))
    assert (await browser.leave("acme")).status_code == 502


@pytest.mark.parametrize("path", ["nobody", "nobody/callback", "ACME", "%00"])
async def test_a_provider_that_is_not_configured_is_not_there(browser: Browser, path: str) -> None:
    assert (await browser.client.get(f"/api/v1/auth/oauth/{path}")).status_code == 404


@pytest.mark.parametrize("return_to", ["//evil.example", "https://evil.example/", "/\\evil.example", "projects", ""])
async def test_nobody_is_sent_elsewhere_after_a_sign_in(browser: Browser, acme: OpenIdServer, return_to: str) -> None:
    answer = await browser.leave("acme", return_to=return_to)
    assert (answer.status_code, answer.json()["errors"][0]["path"]) == (400, "return_to")
    assert FLOW not in browser.client.cookies
    assert not acme.asked
