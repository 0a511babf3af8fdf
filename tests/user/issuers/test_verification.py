"""Which tokens hold, and why the others do not."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from joserfc import jws
from joserfc.jwk import ECKey, KeySet, OctKey, OKPKey, RSAKey

from core.settings import NamedSecrets
from modules.user.issuers.book import KnownIssuer
from modules.user.issuers.keys import KeySource, KeysUnavailable
from modules.user.issuers.refusals import IssuerMisconfigured, IssuerNotTrusted, TokenRefused
from modules.user.issuers.verification import Verified, verified
from modules.user.repositories.accounts import TrustedIssuer
from tests.user.issuers.issuer_server import AUDIENCE, IssuerServer, Key, by_hand, issuer_server, part, sign, trusted

pytestmark = pytest.mark.anyio

SECRET = "super-secret-jwt-token-with-at-least-32-characters-long"
NO_SECRETS = NamedSecrets({})
SIGNATURE = "The token's signature does not hold."
ALGORITHM = "The token is signed with an algorithm that its issuer is not known to use."
NOT_A_JWT = "The token is not a signed JWT."


class Trust:
    """The book of one issuer."""

    def __init__(self, row: TrustedIssuer) -> None:
        self.known = KnownIssuer(row, KeySource(issuer=row.issuer, jwks_uri=row.jwks_uri))

    async def find(self, issuer: str) -> KnownIssuer | None:
        return self.known if issuer == self.known.row.issuer else None

    async def verify(self, token: str, secrets: NamedSecrets = NO_SECRETS) -> Verified:
        return await verified(token, self.find, secrets, datetime.now(UTC))

    async def refusal(self, token: str, secrets: NamedSecrets = NO_SECRETS) -> str:
        with pytest.raises(TokenRefused) as refused:
            await self.verify(token, secrets)
        assert "eyJ" not in refused.value.detail
        return refused.value.detail


@pytest.fixture
def trust(issuer: IssuerServer) -> Trust:
    return Trust(issuer.row())


@pytest.fixture
def supabase() -> Trust:
    """An older project of Supabase Auth, which signs with a shared secret."""
    return Trust(
        trusted(
            "https://ref.supabase.co/auth/v1",
            secret_variable="SUPABASE_JWT_SECRET",
            algorithms=["HS256"],
            audience="authenticated",
        )
    )


def supabase_claims(**changes: Any) -> dict[str, Any]:
    now = int(time.time())
    return {
        "iss": "https://ref.supabase.co/auth/v1",
        "aud": "authenticated",
        "sub": "5b0cc3b0-6a4c-4f0a-9b1f-0d5f0c7f7a10",
        "email": "ada@example.com",
        "phone": "",
        "exp": now + 3600,
        "iat": now,
        "app_metadata": {"provider": "email", "providers": ["email"]},
        "user_metadata": {"full_name": "Ada Lovelace"},
        "role": "authenticated",
        "aal": "aal1",
        "session_id": "c0f2",
        "is_anonymous": False,
        **changes,
    }


async def test_a_good_token_holds(issuer: IssuerServer, trust: Trust) -> None:
    found = await trust.verify(issuer.token(realm_access={"roles": ["intern"]}))
    assert found.issuer == trust.known.row
    assert found.claims["sub"] == "ada-1"


@pytest.mark.parametrize(
    ("key", "algorithm"),
    [
        (RSAKey.generate_key(2048, {"kid": "k"}), "RS256"),
        (RSAKey.generate_key(2048, {"kid": "k"}), "PS512"),
        (ECKey.generate_key("P-384", {"kid": "k"}), "ES384"),
        (OKPKey.generate_key("Ed25519", {"kid": "k"}), "Ed25519"),
        (OKPKey.generate_key("Ed25519", {"kid": "k"}), "EdDSA"),
    ],
    ids=lambda value: value if isinstance(value, str) else value.key_type,
)
@pytest.mark.filterwarnings("ignore:EdDSA is deprecated")  # the library says so to whoever signs
async def test_every_usual_algorithm_holds(issuer: IssuerServer, key: Key, algorithm: str) -> None:
    issuer.key, issuer.published = key, [key]
    await Trust(issuer.row(algorithms=[algorithm])).verify(issuer.token(header={"alg": algorithm}))


async def test_the_audience_may_be_one_of_several(issuer: IssuerServer, trust: Trust) -> None:
    await trust.verify(issuer.token(aud=["account", AUDIENCE]))


@pytest.mark.parametrize("aud", ["account", ["account"], [], "", None, [["interna"]], {"interna": 1}, "interna2", 7])
async def test_another_audience_is_refused(issuer: IssuerServer, trust: Trust, aud: Any) -> None:
    assert await trust.refusal(issuer.token(aud=aud)) == "The token is for another audience."


async def test_clocks_may_differ_by_a_minute(issuer: IssuerServer, trust: Trust) -> None:
    now = int(time.time())
    await trust.verify(issuer.token(exp=now - 55, iat=now + 55, nbf=now + 55))


@pytest.mark.parametrize(
    ("claims", "text"),
    [
        ({"exp": -61}, "The token has expired."),
        ({"exp": -(10**6)}, "The token has expired."),
        ({"nbf": 70}, "The token is not valid yet (nbf); is the clock right?"),
        ({"iat": 70}, "The token is from the future (iat); is the clock right?"),
    ],
)
async def test_a_token_out_of_its_time_is_refused(
    issuer: IssuerServer, trust: Trust, claims: dict[str, int], text: str
) -> None:
    now = int(time.time())
    moments: dict[str, Any] = {name: now + seconds for name, seconds in claims.items()}
    assert await trust.refusal(issuer.token(**moments)) == text


@pytest.mark.parametrize("exp", [None, "soon", "9999999999", True, [], {}])
async def test_a_token_without_an_end_is_refused(issuer: IssuerServer, trust: Trust, exp: Any) -> None:
    assert await trust.refusal(issuer.token(exp=exp)) == "The token says not until when it is valid (exp)."


@pytest.mark.parametrize("exp", ["NaN", "Infinity", "1e999"])
async def test_an_end_that_is_no_number_is_refused(issuer: IssuerServer, trust: Trust, exp: str) -> None:
    payload = msgspec.json.encode(issuer.claims(exp=0)).replace(b'"exp":0', f'"exp":{exp}'.encode())
    assert isinstance(issuer.key, ECKey)
    assert await trust.refusal(signed_by_hand(payload, issuer.key)) in (
        NOT_A_JWT,
        "The token says not until when it is valid (exp).",
    )


def signed_by_hand(payload: bytes, key: ECKey) -> str:
    return jws.serialize_compact({"alg": "ES256", "kid": key.kid}, payload, key)


@pytest.mark.parametrize("iss", [None, "https://issuer.example", "", 7, ["a"]])
async def test_an_issuer_that_is_not_trusted_is_refused(issuer: IssuerServer, trust: Trust, iss: Any) -> None:
    with pytest.raises(IssuerNotTrusted):
        await trust.verify(issuer.token(iss=iss))
    assert issuer.asked == []


async def test_a_slash_more_is_another_issuer(issuer: IssuerServer, trust: Trust) -> None:
    with pytest.raises(IssuerNotTrusted):
        await trust.verify(issuer.token(iss=f"{issuer.url}/"))


@pytest.mark.parametrize("alg", ["none", "None", "NONE", "nOnE", "", "HS256", "ES384", "RSA-OAEP", "ES256K"])
async def test_an_algorithm_that_the_row_does_not_name_is_refused(issuer: IssuerServer, trust: Trust, alg: str) -> None:
    assert await trust.refusal(by_hand({"alg": alg}, msgspec.json.encode(issuer.claims()))) == ALGORITHM
    assert issuer.asked == []


@pytest.mark.parametrize("alg", ["none", "HS256"])
async def test_a_row_that_names_a_dangerous_algorithm_does_not_make_it_safe(issuer: IssuerServer, alg: str) -> None:
    token = by_hand({"alg": alg}, msgspec.json.encode(issuer.claims()))
    assert await Trust(issuer.row(algorithms=["ES256", alg])).refusal(token) == ALGORITHM


@pytest.mark.parametrize(
    "secret_of",
    [
        lambda key: key.as_pem(private=False),
        lambda key: key.as_der(private=False),
        lambda key: msgspec.json.encode(key.as_dict(private=False)),
        lambda key: msgspec.json.encode(KeySet([key]).as_dict(private=False)),
    ],
    ids=["pem", "der", "jwk", "jwks"],
)
async def test_a_public_key_is_nobodys_secret(issuer: IssuerServer, secret_of: Callable[[Key], bytes]) -> None:
    key = RSAKey.generate_key(2048, {"kid": "first"})
    issuer.published = [key]
    token = by_hand({"alg": "HS256", "kid": "first"}, msgspec.json.encode(issuer.claims()), secret_of(key))
    assert await Trust(issuer.row()).refusal(token) == ALGORITHM
    assert await Trust(issuer.row(algorithms=["RS256", "HS256"])).refusal(token) == ALGORITHM


async def test_a_public_key_in_place_of_the_secret_is_a_mistake_of_the_operator(supabase: Trust) -> None:
    pem = RSAKey.generate_key(2048).as_pem(private=False)
    token = by_hand({"alg": "HS256"}, msgspec.json.encode(supabase_claims()), pem)
    with pytest.raises(IssuerMisconfigured):
        await supabase.verify(token, NamedSecrets({"SUPABASE_JWT_SECRET": pem.decode()}))


async def test_another_key_with_the_same_id_does_not_hold(issuer: IssuerServer, trust: Trust) -> None:
    stranger = ECKey.generate_key("P-256", {"kid": "first"})
    assert await trust.refusal(issuer.token(key=stranger)) == SIGNATURE


async def test_a_key_of_another_kind_than_the_algorithm_does_not_hold(issuer: IssuerServer, trust: Trust) -> None:
    stranger = RSAKey.generate_key(2048, {"kid": "first"})
    assert await trust.refusal(issuer.token(key=stranger)) == SIGNATURE


async def test_a_key_for_another_algorithm_does_not_hold(issuer: IssuerServer, trust: Trust) -> None:
    key = RSAKey.generate_key(2048)
    issuer.published = [RSAKey.import_key({**key.as_dict(private=False), "kid": "first", "alg": "RS512"})]
    assert await trust.refusal(sign(issuer.claims(), key, {"kid": "first"})) == SIGNATURE


async def test_claims_that_were_changed_do_not_hold(issuer: IssuerServer, trust: Trust) -> None:
    header, _, signature = issuer.token().split(".")
    forged = part(msgspec.json.encode(issuer.claims(sub="root")))
    assert await trust.refusal(f"{header}.{forged}.{signature}") == SIGNATURE


async def test_a_key_that_is_not_published_is_refused_and_a_rotated_one_taken(
    issuer: IssuerServer, trust: Trust
) -> None:
    await trust.verify(issuer.token())
    issuer.rotate()
    assert issuer.fetches == 1
    await trust.verify(issuer.token())
    unpublished = "The token is signed with a key that its issuer does not publish."
    assert await trust.refusal(issuer.token(header={"kid": "third"})) == unpublished
    assert issuer.fetches == 2


async def test_a_token_that_names_no_key_is_tried_with_each(issuer: IssuerServer, trust: Trust) -> None:
    issuer.published = [ECKey.generate_key("P-256", {"kid": f"other-{n}"}) for n in range(3)] + [issuer.key]
    await trust.verify(issuer.token(header={"kid": None}))


async def test_an_issuer_that_is_away_is_unavailable(issuer: IssuerServer, trust: Trust) -> None:
    issuer.answers.clear()
    with pytest.raises(KeysUnavailable):
        await trust.verify(issuer.token())


async def test_no_key_that_a_token_brings_along_is_looked_at(issuer: IssuerServer, trust: Trust) -> None:
    async with issuer_server() as attacker:
        evil = attacker.key
        certificate = part(b"certificate")
        for header in (
            {"jku": f"{attacker.url}/jwks"},
            {"x5u": f"{attacker.url}/jwks"},
            {"jwk": evil.as_dict(private=False)},
            {"x5c": [certificate], "x5t": certificate},
            {"kid": f"{attacker.url}/jwks"},
            {"kid": "../../etc/passwd"},
            {"kid": "first' OR 1=1 --"},
        ):
            text = await trust.refusal(sign(issuer.claims(), evil, {"kid": "first", **header}))
            assert text == SIGNATURE or text.endswith("does not publish.")
        assert attacker.asked == []


async def test_a_critical_extension_is_refused(issuer: IssuerServer, trust: Trust) -> None:
    headers: list[dict[str, Any]] = [
        {"crit": ["exp"], "exp": 1},
        {"crit": ["b64"], "b64": False},
        {"crit": []},
        {"crit": 7},
    ]
    for header in headers:
        text = await trust.refusal(by_hand({"alg": "ES256", **header}, msgspec.json.encode(issuer.claims())))
        assert text == "The token's header demands an extension (crit), and we know none."


async def test_an_unknown_header_parameter_is_ignored(issuer: IssuerServer, trust: Trust) -> None:
    header = {"alg": "ES256", "kid": issuer.key.kid, "typ": "at+jwt", "org": "acme"}
    token = jws.serialize_compact(
        header, msgspec.json.encode(issuer.claims()), issuer.key, registry=jws.JWSRegistry(strict_check_header=False)
    )
    await trust.verify(token)


async def test_a_token_of_ten_megabytes_is_refused_in_no_time(issuer: IssuerServer, trust: Trust) -> None:
    token = "a" * 5_000_000 + "." + "b" * 5_000_000 + ".c"
    took = []
    for _ in range(5):
        started = time.thread_time()
        assert await trust.refusal(token) == "The token is longer than 8 KiB."
        took.append(time.thread_time() - started)
    assert min(took) < 0.01


@pytest.mark.parametrize("garbage", [b"", b"\xff\xfe", b"null", b"[]", b'"alg"', b"7", b"[" * 3000, b'{"a":"\\ud800"}'])
@pytest.mark.parametrize("where", [0, 1, 2])
async def test_garbage_in_any_part_is_refused(issuer: IssuerServer, trust: Trust, garbage: bytes, where: int) -> None:
    parts = issuer.token().split(".")
    parts[where] = part(garbage)
    with pytest.raises(TokenRefused):
        await trust.verify(".".join(parts))


@pytest.mark.parametrize("token", ["", ".", "..", "a.b", "a.b.c.d", "=.=.=", "é.é.é", "\udce9.a.b", "a\0.b.c"])
async def test_what_is_no_token_is_refused(trust: Trust, token: str) -> None:
    assert await trust.refusal(token) == NOT_A_JWT


@pytest.mark.parametrize("header", [{}, {"alg": None}, {"alg": 7}, {"alg": ["ES256"]}, {"alg": "ES256", "kid": 7}])
async def test_a_header_of_wrong_types_is_refused(issuer: IssuerServer, trust: Trust, header: Any) -> None:
    assert await trust.refusal(by_hand(header, msgspec.json.encode(issuer.claims()))) == NOT_A_JWT


async def test_a_shared_secret_verifies_the_tokens_of_supabase(supabase: Trust) -> None:
    token = sign(supabase_claims(), OctKey.import_key(SECRET))
    found = await supabase.verify(token, NamedSecrets({"SUPABASE_JWT_SECRET": SECRET}))
    assert found.claims["user_metadata"] == {"full_name": "Ada Lovelace"}
    assert await supabase.refusal(token, NamedSecrets({"SUPABASE_JWT_SECRET": SECRET + "x"})) == SIGNATURE


@pytest.mark.parametrize("algorithm", ["RS256", "ES256", "HS512", "none"])
async def test_an_issuer_with_a_secret_has_no_other_kind_of_key(supabase: Trust, algorithm: str) -> None:
    row = msgspec.structs.replace(supabase.known.row, algorithms=["HS256", "RS256", "ES256", "none"])
    token = by_hand({"alg": algorithm}, msgspec.json.encode(supabase_claims()), SECRET.encode())
    assert await Trust(row).refusal(token, NamedSecrets({"SUPABASE_JWT_SECRET": SECRET})) == ALGORITHM


@pytest.mark.parametrize("environ", [{}, {"SUPABASE_JWT_SECRET": ""}, {"SUPABASE_JWT_SECRET": "x" * 31}])
async def test_a_secret_that_is_missing_or_short_is_the_operators_to_mend(
    supabase: Trust, environ: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    key = OctKey.import_key("x" * 31)
    with pytest.raises(IssuerMisconfigured) as unavailable:
        await supabase.verify(sign(supabase_claims(), key), NamedSecrets(environ))
    assert "SUPABASE" not in unavailable.value.detail
    told = capsys.readouterr()
    assert (told.out + told.err).count("SUPABASE_JWT_SECRET") == 1
    assert "xxx" not in told.out + told.err


async def test_our_own_key_is_never_an_issuers_secret() -> None:
    row = trusted("https://issuer.example", secret_variable="SECRET_KEY", algorithms=["HS256"])
    token = sign(supabase_claims(iss=row.issuer, aud=AUDIENCE), OctKey.import_key(SECRET))
    with pytest.raises(IssuerMisconfigured):
        await Trust(row).verify(token, NamedSecrets({"SECRET_KEY": SECRET}))


async def test_a_longer_hash_needs_a_longer_secret() -> None:
    row = trusted("https://issuer.example", secret_variable="THEIR_SECRET", algorithms=["HS512"])
    token = sign(supabase_claims(iss=row.issuer, aud=AUDIENCE), OctKey.import_key("x" * 63), {"alg": "HS512"})
    with pytest.raises(IssuerMisconfigured):
        await Trust(row).verify(token, NamedSecrets({"THEIR_SECRET": "x" * 63}))
