from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest

from modules.user.domain import ExternalIdentity
from modules.user.oauth import BadProviderAnswer, BadSignIn, Provider
from modules.user.oauth.errors import CodeRefused
from modules.user.oauth.sealing import Sealing
from modules.user.repositories.accounts import Grant
from tests.user.oauth.github_server import GitHubServer, github_server
from tests.user.oauth.loopback import Answer, always
from tests.user.oauth.parts import SECRET, begin, provider, query_of

pytestmark = pytest.mark.anyio
PROOFS = begin("github").proofs


@pytest.fixture
async def server() -> AsyncIterator[GitHubServer]:
    async with github_server() as server:
        yield server


async def arrive(server: GitHubServer, at: Provider | None = None) -> tuple[ExternalIdentity, Grant]:
    at = at or provider("github", server.url)
    return await at.arrive(server.authorize(await at.departure(PROOFS)), PROOFS)


async def test_the_browser_leaves_with_pkce_and_state_and_without_a_nonce() -> None:
    url = await provider("github", "https://github.com").departure(PROOFS)
    assert url.startswith("https://github.com/login/oauth/authorize?")
    asked = query_of(url)
    assert (asked["scope"], asked["state"], asked["code_challenge_method"]) == (
        "read:user user:email",
        PROOFS.state,
        "S256",
    )
    assert asked["redirect_uri"] == "https://interna.test/api/v1/auth/oauth/github/callback"
    assert "nonce" not in asked


async def test_who_comes_back_is_the_number_with_the_primary_address(server: GitHubServer) -> None:
    identity, grant = await arrive(server)
    assert identity == ExternalIdentity(
        type="oauth",
        provider="github",
        subject="583231",
        email="octo@example.com",
        email_verified=True,
        name="octo",
        image_url="https://img.example/1",
    )
    assert grant.tokens is not None
    kept = msgspec.json.decode(Sealing(SECRET).open(grant.tokens, provider="github", subject="583231"))
    assert kept["access_token"].startswith("gho_")
    assert (grant.scope, grant.expires_at) == ("read:user,user:email", None)


async def test_an_enterprise_server_may_have_a_name_of_its_own(server: GitHubServer) -> None:
    identity, _ = await arrive(server, provider("github-acme", server.url))
    assert (identity.provider, identity.subject) == ("github-acme", "583231")


@pytest.mark.parametrize(
    ("addresses", "email", "verified"),
    [
        ([], None, False),
        ([{"email": "b@example.com", "primary": False, "verified": True}], None, False),
        ([{"email": "b@example.com", "primary": True, "verified": False}], "b@example.com", False),
    ],
)
async def test_another_verified_address_does_not_stand_in_for_the_primary_one(
    server: GitHubServer, addresses: list[dict[str, Any]], email: str | None, verified: bool
) -> None:
    server.addresses = addresses
    identity, _ = await arrive(server)
    assert (identity.email, identity.email_verified) == (email, verified)


async def test_a_code_is_good_once_though_github_answers_200(server: GitHubServer) -> None:
    at = provider("github", server.url)
    code = server.authorize(await at.departure(PROOFS))
    await at.arrive(code, PROOFS)
    with pytest.raises(CodeRefused):
        await at.arrive(code, PROOFS)


@pytest.mark.parametrize(
    "answer",
    [
        Answer({"message": "Not Found"}, status=404),
        Answer({"id": "583231", "login": "octo"}),
        Answer({"id": 0, "login": "octo"}),
        Answer({"id": 1, "login": "oc\x00to"}),
        Answer({"login": "octo"}),
        Answer(status=302, headers={"Location": "/api/v3/user/emails"}),
    ],
)
async def test_an_account_that_makes_no_sense_is_refused(server: GitHubServer, answer: Answer) -> None:
    server.answers["/api/v3/user"] = always(answer)
    with pytest.raises(BadProviderAnswer):
        await arrive(server)


async def test_whoever_says_who_they_are_must_be_github() -> None:
    at = provider("github", "https://github.com")
    for iss in (None, "https://github.com", "https://github.com/login/oauth"):
        await at.check_issuer(iss)
    with pytest.raises(BadSignIn):
        await at.check_issuer("https://accounts.google.com")
