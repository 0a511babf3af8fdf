from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from http.cookies import SimpleCookie

import msgspec
import psycopg
import pytest
from litestar import Litestar

from modules.user.oauth.sealing import Sealing
from tests.client import PASSWORD, log_in, sign_up
from tests.user.oauth.browser import FLOW, SESSION, Browser, MockProvider, mock_provider
from tests.user.oauth.github_server import GitHubServer, github_server
from tests.user.oauth.loopback import Answer, Asked
from tests.user.oauth.openid_server import OpenIdServer, openid_server
from tests.user.oauth.parts import SECRET, environ_for, query_of

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
def mock() -> Iterator[MockProvider]:
    with mock_provider() as found:
        yield found


@pytest.fixture
async def acme() -> AsyncIterator[OpenIdServer]:
    async with openid_server() as server:
        yield server


@pytest.fixture
async def github() -> AsyncIterator[GitHubServer]:
    async with github_server() as server:
        yield server


@pytest.fixture
def environ(environ: dict[str, str], mock: MockProvider, acme: OpenIdServer, github: GitHubServer) -> dict[str, str]:
    for name, url in (("mock", mock.url), ("acme", acme.url), ("github", github.url)):
        environ |= environ_for(name, url)
    return environ | {"CORS_ORIGINS": "https://app.example.com", "DB_POOL_SIZE": "2"}


@pytest.fixture
def browser(app: Litestar) -> Browser:
    return Browser(app)


def verify(owner: psycopg.Connection, email: str) -> None:
    owner.execute("UPDATE users.users SET email_verified_at = now() WHERE email = %s", (email,))


def count(owner: psycopg.Connection, table: str) -> int:
    found = owner.execute(f"SELECT count(*) FROM users.{table}").fetchone()
    assert found is not None
    return int(found[0])


async def test_a_real_openid_provider_signs_somebody_in(browser: Browser, mock: MockProvider) -> None:
    mock.knows("grace", email="grace@example.com", email_verified=True, name="Grace Hopper")
    left = await browser.leave("mock")
    back = mock.form(left.headers["location"], "grace")
    entered = await browser.come_back("mock", **back)
    assert entered.status_code == 200, entered.text
    user = entered.json()["user"]
    assert (user["email"], user["email_verified"], user["name"]) == ("grace@example.com", True, "Grace Hopper")
    assert entered.json()["token"] == browser.client.cookies[SESSION]
    assert await browser.me() == user
    credits = await browser.client.get("/api/v1/billing/credits")
    assert credits.json()["balance"] == 10


async def test_a_code_of_a_real_openid_provider_is_good_once(browser: Browser, mock: MockProvider) -> None:
    left = await browser.leave("mock")
    kept = browser.client.cookies[FLOW]
    back = mock.form(left.headers["location"], "once@example.com")
    assert (await browser.come_back("mock", **back)).status_code == 200
    browser.client.cookies.clear()
    browser.client.cookies.set(FLOW, kept)
    again = await browser.come_back("mock", **back)
    assert again.status_code == 400
    assert again.json()["type"] == "urn:interna:problem:code-refused"


async def test_who_says_no_at_a_real_openid_provider_is_told_so(browser: Browser, mock: MockProvider) -> None:
    left = await browser.leave("mock")
    back = mock.form(left.headers["location"], "")
    state = query_of(left.headers["location"])["state"]
    refused = await browser.come_back("mock", **{"state": state, **back})
    assert refused.status_code == 400
    assert refused.json()["type"] == "urn:interna:problem:sign-in-refused"


async def test_the_cookie_of_a_sign_in_is_for_this_host_and_ten_minutes_and_goes_at_its_end(
    browser: Browser, acme: OpenIdServer
) -> None:
    left = await browser.leave("acme")
    kept = SimpleCookie(left.headers["set-cookie"])[FLOW]
    assert (kept["httponly"], kept["secure"], kept["samesite"], kept["path"]) == (True, True, "Lax", "/")
    assert (kept["max-age"], kept["domain"]) == ("600", "")
    await browser.sign_in("acme", acme)
    assert FLOW not in browser.client.cookies
    assert SESSION in browser.client.cookies


async def test_who_signs_in_again_is_the_same_user_with_another_session(
    browser: Browser, app: Litestar, github: GitHubServer, owner: psycopg.Connection
) -> None:
    first = (await browser.sign_in("github", github)).json()
    github.user["login"] = "renamed"
    github.addresses[1]["email"] = "moved@example.com"
    second = (await Browser(app).sign_in("github", github)).json()
    assert second["user"] == first["user"]
    assert second["token"] != first["token"]
    assert count(owner, "accounts") == 1
    assert (await browser.me())["id"] == first["user"]["id"]


async def test_the_session_that_a_browser_comes_with_ends(browser: Browser, acme: OpenIdServer) -> None:
    first = (await browser.sign_in("acme", acme)).json()["token"]
    await browser.sign_in("acme", acme)
    old = await browser.client.get("/api/v1/users/me", headers={"authorization": f"Bearer {first}"})
    assert old.status_code == 401
    assert await browser.me()


@pytest.mark.parametrize("return_to", ["/projects?tab=1", "https://app.example.com/after", "https://interna.test/x"])
async def test_who_wanted_to_go_somewhere_goes_there_with_nothing_secret_in_the_address(
    browser: Browser, acme: OpenIdServer, return_to: str
) -> None:
    landed = await browser.sign_in("acme", acme, return_to=return_to)
    assert landed.status_code == 303
    assert landed.headers["location"] == return_to
    assert not landed.content
    assert (await browser.me())["email"] == "ada@example.com"


async def test_a_verified_address_links_the_account_that_has_it(
    browser: Browser, acme: OpenIdServer, owner: psycopg.Connection
) -> None:
    ada = await sign_up(browser.client, email="Ada@example.com")
    verify(owner, "Ada@example.com")
    entered = await browser.sign_in("acme", acme)
    assert entered.json()["user"]["id"] == ada.user["id"]
    assert (await ada.get("/users/me")).status_code == 200
    assert (await log_in(browser.client, "ada@example.com", PASSWORD)).user["id"] == ada.user["id"]


async def test_an_address_that_the_provider_has_not_verified_takes_nobody_elses_account(
    browser: Browser, acme: OpenIdServer, owner: psycopg.Connection
) -> None:
    ada = await sign_up(browser.client, email="ada@example.com")
    verify(owner, "ada@example.com")
    acme.claims = {"email_verified": False}
    refused = await browser.sign_in("acme", acme)
    assert refused.status_code == 409
    assert refused.json()["type"] == "urn:interna:problem:address-taken"
    assert SESSION not in browser.client.cookies
    assert FLOW not in browser.client.cookies
    assert count(owner, "accounts") == 0
    assert (await ada.get("/users/me")).status_code == 200


async def test_who_signed_up_with_somebody_elses_address_is_out_when_its_owner_comes(
    browser: Browser, acme: OpenIdServer, app: Litestar
) -> None:
    squatter = Browser(app)
    mallory = await sign_up(squatter.client, email="ada@example.com")
    entered = await browser.sign_in("acme", acme)
    assert entered.status_code == 200, entered.text
    assert entered.json()["user"]["email_verified"] is True
    assert (await mallory.get("/users/me")).status_code == 401
    tried = {"email": "ada@example.com", "password": PASSWORD}
    assert (await squatter.client.post("/api/v1/auth/login", json=tried)).status_code == 401


async def test_an_unverified_address_that_is_free_makes_an_account_that_is_not_verified(
    browser: Browser, acme: OpenIdServer
) -> None:
    acme.claims = {"email_verified": None}
    assert (await browser.sign_in("acme", acme)).json()["user"]["email_verified"] is False


async def test_without_an_address_there_is_no_account(
    browser: Browser, github: GitHubServer, owner: psycopg.Connection
) -> None:
    github.addresses = []
    before = count(owner, "users")
    refused = await browser.sign_in("github", github)
    assert refused.status_code == 400
    assert count(owner, "users") == before


async def test_two_accounts_of_one_provider_with_one_address_are_one_user(
    browser: Browser, acme: OpenIdServer, owner: psycopg.Connection
) -> None:
    first = await browser.sign_in("acme", acme)
    acme.claims = {"sub": "ada-2"}
    second = await browser.sign_in("acme", acme)
    assert second.json()["user"]["id"] == first.json()["user"]["id"]
    assert count(owner, "accounts") == 2


async def test_accounts_of_two_providers_with_one_verified_address_are_one_user(
    browser: Browser, acme: OpenIdServer, github: GitHubServer
) -> None:
    acme.claims = {"email": "octo@example.com"}
    first = await browser.sign_in("acme", acme)
    second = await browser.sign_in("github", github)
    assert second.json()["user"]["id"] == first.json()["user"]["id"]


async def test_the_same_subject_at_two_providers_is_two_users(
    browser: Browser, acme: OpenIdServer, github: GitHubServer
) -> None:
    acme.claims = {"sub": "583231"}
    first = await browser.sign_in("acme", acme)
    second = await browser.sign_in("github", github)
    assert second.json()["user"]["id"] != first.json()["user"]["id"]


async def test_the_tokens_of_the_provider_are_in_the_database_but_not_readable(
    browser: Browser, github: GitHubServer, owner: psycopg.Connection
) -> None:
    await browser.sign_in("github", github)
    row = owner.execute("SELECT tokens, scope, type FROM users.accounts").fetchone()
    assert row is not None
    tokens, scope, kind = row
    assert b"gho_" not in tokens
    opened = msgspec.json.decode(Sealing(SECRET).open(tokens, provider="github", subject="583231"))
    assert opened["access_token"].startswith("gho_")
    assert (scope, kind) == ("read:user,user:email", "oauth")


async def test_the_first_two_sign_ins_of_somebody_at_the_same_moment_make_one_user(
    app: Litestar, acme: OpenIdServer, owner: psycopg.Connection
) -> None:
    token, both = acme.answers["/token"], asyncio.Barrier(2)

    async def together(asked: Asked) -> Answer:
        answer = await token(asked)
        await both.wait()
        return answer

    acme.answers["/token"] = together
    entered = await asyncio.gather(*(Browser(app).sign_in("acme", acme) for _ in range(2)))
    assert [answer.status_code for answer in entered] == [200, 200], [answer.text for answer in entered]
    assert len({answer.json()["user"]["id"] for answer in entered}) == 1
    assert count(owner, "accounts") == 1


async def test_nobody_who_waits_for_a_provider_holds_a_connection(
    app: Litestar, browser: Browser, acme: OpenIdServer
) -> None:
    token, waiting, go_on = acme.answers["/token"], asyncio.Semaphore(0), asyncio.Event()

    async def slow(asked: Asked) -> Answer:
        waiting.release()
        await go_on.wait()
        return await token(asked)

    acme.answers["/token"] = slow
    signing_in = [asyncio.create_task(Browser(app).sign_in("acme", acme)) for _ in range(6)]
    for _ in signing_in:
        await waiting.acquire()
    somebody = await asyncio.wait_for(sign_up(browser.client), 5)  # the pool has two connections
    assert somebody.token
    go_on.set()
    assert {answer.status_code for answer in await asyncio.gather(*signing_in)} == {200}
