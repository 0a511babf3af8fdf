from __future__ import annotations

import asyncio
import base64
import hmac
import time
from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey

from core.clock import system_clock
from core.errors import InternaError
from core.settings import load_settings
from modules.user.domain import ExternalIdentity
from modules.user.oauth import BadProviderAnswer, BadSignIn, Provider, ProviderUnavailable, providers_of
from modules.user.oauth.errors import CodeRefused
from modules.user.oauth.sealing import Sealing
from modules.user.repositories.accounts import Grant
from tests.user.oauth.loopback import Answer, Asked, always
from tests.user.oauth.openid_server import OpenIdServer, openid_server
from tests.user.oauth.parts import SECRET, begin, environ_for, provider, query_of

pytestmark = pytest.mark.anyio
PROOFS = begin("acme").proofs


@pytest.fixture
async def server() -> AsyncIterator[OpenIdServer]:
    async with openid_server() as server:
        yield server


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


async def arrive(server: OpenIdServer, at: Provider | None = None) -> tuple[ExternalIdentity, Grant]:
    """Leave for the provider, be signed in there, and come back."""
    at = at or provider("acme", server.url)
    return await at.arrive(server.authorize(await at.departure(PROOFS)), PROOFS)


async def test_the_browser_leaves_with_pkce_state_nonce_and_the_exact_way_back(server: OpenIdServer) -> None:
    url = await provider("acme", server.url).departure(PROOFS)
    assert url.startswith(f"{server.url}/authorize?")
    assert query_of(url) == {
        "tenant": "one",
        "response_type": "code",
        "client_id": "interna",
        "redirect_uri": "https://interna.test/api/v1/auth/oauth/acme/callback",
        "scope": "openid email profile",
        "state": PROOFS.state,
        "nonce": PROOFS.nonce,
        "code_challenge": query_of(url)["code_challenge"],
        "code_challenge_method": "S256",
    }
    assert PROOFS.code_verifier not in url


async def test_who_comes_back_is_who_the_id_token_says(server: OpenIdServer) -> None:
    server.claims = {"picture": "https://img.example/ada"}
    identity, grant = await arrive(server)
    assert identity == ExternalIdentity(
        type="oidc",
        provider="acme",
        subject="ada-1",
        email="ada@example.com",
        email_verified=True,
        name="Ada",
        image_url="https://img.example/ada",
    )
    assert grant.expires_at is not None
    assert 3500 < (grant.expires_at - system_clock()).total_seconds() <= 3600


async def test_the_tokens_of_the_provider_are_kept_sealed(server: OpenIdServer) -> None:
    server.tokens = {"refresh_token": "rt-1", "scope": "openid email"}
    _, grant = await arrive(server)
    assert grant.tokens is not None
    opened = Sealing(SECRET).open(grant.tokens, provider="acme", subject="ada-1")
    assert msgspec.json.decode(opened) == {"access_token": "at-1", "refresh_token": "rt-1"}
    assert grant.scope == "openid email"


@pytest.mark.filterwarnings("ignore:EdDSA is deprecated")
@pytest.mark.parametrize(
    ("algorithm", "key"),
    [
        ("PS256", RSAKey.generate_key(2048, {"kid": "k"})),
        ("ES256", ECKey.generate_key("P-256", {"kid": "k"})),
        ("ES512", ECKey.generate_key("P-521", {"kid": "k"})),
        ("EdDSA", OKPKey.generate_key("Ed25519", {"kid": "k"})),
        ("Ed25519", OKPKey.generate_key("Ed25519", {"kid": "k"})),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_every_algorithm_with_a_public_key_is_understood(server: OpenIdServer, algorithm: str, key: Any) -> None:
    server.algorithm, server.key, server.published = algorithm, key, [key]
    identity, _ = await arrive(server)
    assert identity.subject == "ada-1"


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://evil.example"},
        {"iss": None},
        {"aud": "somebody-else"},
        {"aud": ["somebody-else"]},
        {"aud": None},
        {"aud": ["interna", "somebody-else"]},
        {"aud": ["interna", "somebody-else"], "azp": "somebody-else"},
        {"azp": "somebody-else"},
        {"exp": int(time.time()) - 61},
        {"exp": None},
        {"exp": "tomorrow"},
        {"iat": int(time.time()) + 3600},
        {"iat": None},
        {"nbf": int(time.time()) + 3600},
        {"nonce": None},
        {"nonce": ["n"]},
        {"sub": None},
        {"sub": ""},
        {"sub": 17},
        {"sub": "a\x00b"},
        {"sub": "s" * 256},
        {"email": "a\x00@example.com"},
        {"email": "\ud800@example.com"},
        {"email": ["ada@example.com"]},
    ],
    ids=".".join,  # not the values: some are of now, and every process must make the same names
)
async def test_an_id_token_that_does_not_hold_is_refused(server: OpenIdServer, claims: dict[str, Any]) -> None:
    server.claims = claims
    with pytest.raises((BadProviderAnswer, CodeRefused)):
        await arrive(server)


async def test_one_of_several_audiences_is_fine_if_the_token_was_made_for_us(server: OpenIdServer) -> None:
    server.claims = {"aud": ["interna", "somebody-else"], "azp": "interna"}
    assert (await arrive(server))[0].subject == "ada-1"


async def test_a_token_of_another_sign_in_is_a_code_that_was_put_in_here(server: OpenIdServer) -> None:
    server.claims = {"nonce": "of another browser"}
    with pytest.raises(CodeRefused):
        await arrive(server)


async def test_a_signature_by_a_key_that_the_provider_does_not_publish_is_refused(server: OpenIdServer) -> None:
    server.signs_with = RSAKey.generate_key(2048, {"kid": "first"})
    with pytest.raises(BadProviderAnswer):
        await arrive(server)


async def test_an_algorithm_that_the_provider_does_not_announce_is_refused(server: OpenIdServer) -> None:
    server.metadata = {"id_token_signing_alg_values_supported": ["ES256"]}
    with pytest.raises(BadProviderAnswer):
        await arrive(server)


@pytest.mark.parametrize("announced", [["HS256"], ["HS256", "RS256"]])
async def test_a_shared_secret_signs_nothing_even_where_the_provider_says_so(
    server: OpenIdServer, announced: list[str]
) -> None:
    server.algorithm, server.metadata = "HS256", {"id_token_signing_alg_values_supported": announced}
    server.signs_with = OctKey.generate_key(256, {"kid": "first"})
    with pytest.raises(BadProviderAnswer):
        await arrive(server)


async def test_a_public_key_is_no_shared_secret(server: OpenIdServer) -> None:
    """Algorithm confusion: everybody knows the published key, so with it as an HMAC key everybody could sign."""
    assert isinstance(server.key, RSAKey)
    now = int(time.time())
    claims = {"iss": server.url, "aud": "interna", "iat": now, "exp": now + 60, "nonce": PROOFS.nonce, "sub": "ada-1"}
    parts = ({"alg": "HS256", "kid": "first"}, claims)
    signed = ".".join(b64(msgspec.json.encode(part)) for part in parts)
    tag = hmac.digest(server.key.as_pem(private=False), signed.encode(), "sha256")
    server.metadata = {"id_token_signing_alg_values_supported": ["HS256", "RS256"]}
    server.tokens = {"id_token": f"{signed}.{b64(tag)}"}
    with pytest.raises(BadProviderAnswer):
        await arrive(server)


async def test_a_key_that_is_new_since_the_last_sign_in_is_looked_for(server: OpenIdServer) -> None:
    at = provider("acme", server.url)
    await arrive(server, at)
    server.key = RSAKey.generate_key(2048, {"kid": "second"})
    server.published.append(server.key)
    assert (await arrive(server, at))[0].subject == "ada-1"
    assert server.paths().count("/jwks") == 2


async def test_an_unsigned_token_is_refused_even_where_the_provider_says_that_it_may(server: OpenIdServer) -> None:
    header, body = "eyJhbGciOiJub25lIn0", "eyJzdWIiOiJhZGEtMSJ9"
    server.metadata = {"id_token_signing_alg_values_supported": ["none", "RS256"]}
    server.tokens = {"id_token": f"{header}.{body}."}
    with pytest.raises(BadProviderAnswer):
        await arrive(server)


@pytest.mark.parametrize("token", [None, "", "x", "a.b.c", "....", "é.é.é", "e30.e30.e30", "e30." * 60_000])
async def test_rubbish_for_an_id_token_is_refused(server: OpenIdServer, token: str | None) -> None:
    server.tokens = {"id_token": token}
    with pytest.raises(BadProviderAnswer):
        await arrive(server)


async def test_the_address_comes_from_userinfo_only_where_the_token_has_none(server: OpenIdServer) -> None:
    server.userinfo = {"sub": "ada-1", "email": "mallory@example.com", "email_verified": True}
    assert (await arrive(server))[0].email == "ada@example.com"
    assert "/userinfo" not in server.paths()
    server.claims = {"email": None, "email_verified": None}
    server.userinfo["email"] = "ada@home.example"
    identity, _ = await arrive(server)
    assert (identity.email, identity.email_verified, identity.name) == ("ada@home.example", True, "Ada")


async def test_userinfo_about_somebody_else_is_refused(server: OpenIdServer) -> None:
    server.claims = {"email": None}
    server.userinfo = {"sub": "mallory", "email": "ada@example.com", "email_verified": True}
    with pytest.raises(BadProviderAnswer):
        await arrive(server)


@pytest.mark.parametrize(
    ("said", "believed"), [(True, True), ("true", True), (False, False), ("false", False), (None, False)]
)
async def test_an_address_is_verified_only_where_the_provider_says_so(
    server: OpenIdServer, said: Any, believed: bool
) -> None:
    server.claims = {"email_verified": said}
    assert (await arrive(server))[0].email_verified is believed


async def test_a_code_is_good_once(server: OpenIdServer) -> None:
    at = provider("acme", server.url)
    code = server.authorize(await at.departure(PROOFS))
    await at.arrive(code, PROOFS)
    with pytest.raises(CodeRefused):
        await at.arrive(code, PROOFS)


async def test_a_code_without_the_verifier_of_its_browser_is_worth_nothing(server: OpenIdServer) -> None:
    at = provider("acme", server.url)
    code = server.authorize(await at.departure(PROOFS))
    with pytest.raises(CodeRefused):
        await at.arrive(code, msgspec.structs.replace(PROOFS, code_verifier="v" * 43))


async def test_who_answers_must_be_whom_the_browser_left_for(server: OpenIdServer) -> None:
    at = provider("acme", server.url)
    await at.check_issuer(server.url)
    await at.check_issuer(None)
    with pytest.raises(BadSignIn):
        await at.check_issuer("https://evil.example")
    server.metadata = {"authorization_response_iss_parameter_supported": True}
    strict = provider("acme", server.url)
    await strict.check_issuer(server.url)
    with pytest.raises(BadSignIn):
        await strict.check_issuer(None)


@pytest.mark.parametrize("suffix", ["/evil", "//", "?", "x"])
async def test_metadata_of_another_issuer_is_refused(server: OpenIdServer, suffix: str) -> None:
    server.metadata = {"issuer": server.url + suffix}
    with pytest.raises(BadProviderAnswer):
        await provider("acme", server.url).departure(PROOFS)


async def test_an_issuer_that_ends_in_a_slash_is_the_same_with_and_without_it(server: OpenIdServer) -> None:
    server.metadata = server.claims = {"issuer": f"{server.url}/", "iss": f"{server.url}/"}
    assert (await arrive(server))[0].subject == "ada-1"


@pytest.mark.parametrize("name", ["authorization_endpoint", "token_endpoint", "jwks_uri", "userinfo_endpoint"])
@pytest.mark.parametrize(
    "url", ["http://idp.example/x", "ftp://idp.example/x", "//idp.example/x", "https://u@idp.example/", "https://"]
)
async def test_nothing_is_sent_in_the_clear_or_to_odd_places(server: OpenIdServer, name: str, url: str) -> None:
    server.metadata = {name: url}
    with pytest.raises(BadProviderAnswer):
        await provider("acme", server.url).departure(PROOFS)


async def test_what_a_provider_says_of_itself_is_asked_once_an_hour(server: OpenIdServer) -> None:
    now = 0.0
    settings = load_settings(environ_for("acme", server.url))
    at = providers_of(settings, clock=system_clock, monotonic=lambda: now)["acme"]
    await asyncio.gather(*(at.departure(PROOFS) for _ in range(20)))
    now = 3599.0
    await at.departure(PROOFS)
    assert len(server.asked) == 1
    now = 3601.0
    await at.departure(PROOFS)
    assert len(server.asked) == 2


async def test_a_failure_of_the_provider_is_not_remembered(server: OpenIdServer) -> None:
    at = provider("acme", server.url)
    good = server.answers["/.well-known/openid-configuration"]
    server.answers["/.well-known/openid-configuration"] = always(Answer(status=500))
    failed = await asyncio.gather(*(at.departure(PROOFS) for _ in range(5)), return_exceptions=True)
    assert [type(error) for error in failed] == [ProviderUnavailable] * 5
    assert len(server.asked) == 1
    server.answers["/.well-known/openid-configuration"] = good
    assert await at.departure(PROOFS)


async def test_who_asks_first_may_leave_while_the_others_wait(server: OpenIdServer) -> None:
    at, good, go_on = provider("acme", server.url), server.answers["/.well-known/openid-configuration"], asyncio.Event()

    async def slow(asked: Asked) -> Answer:
        await go_on.wait()
        return await good(asked)

    server.answers["/.well-known/openid-configuration"] = slow
    first, second = asyncio.create_task(at.departure(PROOFS)), asyncio.create_task(at.departure(PROOFS))
    while not server.asked:
        await asyncio.sleep(0.01)
    first.cancel()
    await asyncio.gather(first, return_exceptions=True)
    go_on.set()
    assert await second
    assert len(server.asked) == 1


async def test_a_client_that_may_only_post_its_secret_posts_it(server: OpenIdServer) -> None:
    server.metadata = {"token_endpoint_auth_methods_supported": ["client_secret_post"]}
    await arrive(server)
    token = next(asked for asked in server.asked if asked.path == "/token")
    assert token.form["client_secret"] == "hush"
    assert "authorization" not in token.headers


@pytest.mark.parametrize(
    ("answer", "failure"),
    [
        (Answer({"error": "invalid_client"}, status=401), BadProviderAnswer),
        (Answer({"error": ["odd"]}, status=400), BadProviderAnswer),
        (Answer({"error": "temporarily_unavailable"}, status=400), ProviderUnavailable),
        (Answer({"error": "invalid_grant"}, status=503), ProviderUnavailable),
        (Answer(b"slow down", status=429), ProviderUnavailable),
        (Answer(b"<html>", status=502), ProviderUnavailable),
        (Answer(b"<html>"), BadProviderAnswer),
        (Answer([]), BadProviderAnswer),
        (Answer({}), BadProviderAnswer),
        (Answer({"access_token": "a", "token_type": "mac", "id_token": "x"}), BadProviderAnswer),
        (Answer({"access_token": "a\nb", "token_type": "bearer", "id_token": "x"}), BadProviderAnswer),
        (Answer({"access_token": "a", "token_type": "bearer", "expires_in": "soon"}), BadProviderAnswer),
        (Answer(b'{"access_token": "a", "token_type": "bearer", "expires_in": 1e999}'), BadProviderAnswer),
        (Answer(b"[" * 100_000), BadProviderAnswer),
        (Answer(b'{"a": "' + b"x" * (1 << 20) + b'"}'), BadProviderAnswer),
        (Answer({}, headers={"Content-Encoding": "gzip"}), BadProviderAnswer),
        (Answer(status=307, headers={"Location": "/elsewhere"}), BadProviderAnswer),
        (Answer(raw=b"\x00\xff not HTTP at all \r\n\r\n"), BadProviderAnswer),
        (Answer(raw=b""), BadProviderAnswer),
    ],
)
async def test_a_token_endpoint_that_does_not_make_sense_has_a_name(
    server: OpenIdServer, answer: Answer, failure: type[InternaError]
) -> None:
    server.answers["/token"] = always(answer)
    with pytest.raises(failure):
        await arrive(server)
    assert "/elsewhere" not in server.paths()


async def test_a_provider_that_is_not_there_is_unavailable(server: OpenIdServer) -> None:
    with pytest.raises(ProviderUnavailable):
        await provider("acme", "http://127.0.0.1:9").departure(PROOFS)
