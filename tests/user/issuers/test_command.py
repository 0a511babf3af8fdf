"""`python -m scripts.issuers`, as an operator uses it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import anyio.to_thread
import msgspec
import pytest
from joserfc.jwk import OctKey

from core.database.roles import Endpoints
from scripts.issuers import main
from tests import commands
from tests.commands import variables_of
from tests.user.issuers.issuer_server import IssuerServer, sign

pytestmark = pytest.mark.anyio

SECRET = "super-secret-jwt-token-with-at-least-32-characters-long"
ELSEWHERE = "https://ref.supabase.co/auth/v1"
Run = Callable[..., Any]


@pytest.fixture
def variables(endpoints: Endpoints, tmp_path: Path) -> dict[str, str]:
    return {**variables_of(endpoints), "DATA_DIR": str(tmp_path)}


@pytest.fixture
def run(variables: dict[str, str]) -> Run:
    """Runs a command beside the loop, where its issuer is served: exit code, output, complaints."""

    async def run(*arguments: str, typed: str = "") -> tuple[int, str, str]:
        ended = await anyio.to_thread.run_sync(lambda: commands.run(main, *arguments, variables=variables, typed=typed))
        return ended.code, ended.said, ended.complained

    return run


async def listed(run: Run) -> list[dict[str, Any]]:
    code, out, _ = await run("list", "--json")
    assert code == 0
    rows: list[dict[str, Any]] = msgspec.json.decode(out)
    return rows


async def test_an_issuer_is_added_and_its_keys_are_looked_for(run: Run, issuer: IssuerServer) -> None:
    code, out, err = await run("add", issuer.url, "--audience", "interna")
    assert (code, err) == (0, "")
    assert f"added {issuer.url}" in out
    assert "1 public key found" in out
    (row,) = await listed(run)
    assert (row["issuer"], row["audience"], row["algorithms"]) == (issuer.url, "interna", ["RS256", "ES256"])
    assert (row["claims"], row["tenants"], row["trust_email"]) == ({}, {}, False)


async def test_adding_it_again_replaces_what_was_said(run: Run, issuer: IssuerServer) -> None:
    options = ("--trust-email", "--organisation-claim", "org", "--tenant", "acme-corp=acme", "https://a=b/c=globex")
    claims = ("--claim", "email=user_metadata.email", "name=https://example.com/name?a=b", "--claim", "subject=oid")
    await run("add", issuer.url, "--audience", "interna", *options, *claims)
    (row,) = await listed(run)
    assert row["tenants"] == {"acme-corp": "acme", "https://a=b/c": "globex"}
    assert row["claims"] == {
        "email": "user_metadata.email",
        "name": "https://example.com/name?a=b",
        "subject": "oid",
    }
    assert (row["trust_email"], row["organisation_claim"]) == (True, "org")
    code, out, _ = await run("add", issuer.url, "--audience", "other", "--algorithm", "PS256", "EdDSA")
    assert code == 0
    assert f"updated {issuer.url}" in out
    (again,) = await listed(run)
    assert again["id"] == row["id"]
    assert (again["audience"], again["algorithms"], again["claims"]) == ("other", ["PS256", "EdDSA"], {})
    assert (again["trust_email"], again["organisation_claim"], again["tenants"]) == (False, None, {})


async def test_keys_that_cannot_be_had_are_a_warning(run: Run, issuer: IssuerServer) -> None:
    issuer.metadata = {"issuer": "https://somebody.example"}
    code, out, err = await run("add", issuer.url, "--audience", "interna")
    assert code == 0
    assert f"added {issuer.url}" in out
    assert "warning: no keys yet" in err
    assert "https://somebody.example" in err
    asked = len(issuer.asked)
    code, _, err = await run("add", issuer.url, "--audience", "interna", "--no-check")
    assert (code, err, len(issuer.asked)) == (0, "", asked)


async def test_a_shared_secret_is_named_and_never_shown(run: Run, variables: dict[str, str]) -> None:
    add = ("add", ELSEWHERE, "--audience", "authenticated", "--hs256-secret", "SUPABASE_JWT_SECRET")
    code, _, err = await run(*add)
    assert code == 0
    assert "SUPABASE_JWT_SECRET is not set here" in err
    variables["SUPABASE_JWT_SECRET"] = SECRET
    code, out, err = await run(*add)
    assert (code, err) == (0, "")
    assert SECRET not in out
    (row,) = await listed(run)
    assert (row["secret_variable"], row["algorithms"]) == ("SUPABASE_JWT_SECRET", ["HS256"])
    _, out, _ = await run("list")
    assert "secret in" in out
    assert SECRET not in out


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("http://id.example.com", "--audience", "a"), "the issuer: it must begin with https://"),
        (("id.example.com", "--audience", "a"), "the issuer: it is not a URL"),
        ((ELSEWHERE, "--audience", "a", "--jwks-uri", "http://id.example.com/jwks"), "--jwks-uri: it must begin"),
        ((ELSEWHERE, "--audience", ""), "--audience: must not be empty"),
        ((ELSEWHERE,), "required: --audience"),
        ((ELSEWHERE, "--audience", "a", "--algorithm", "none"), "--algorithm: 'none' is none of"),
        ((ELSEWHERE, "--audience", "a", "--algorithm", "HS256"), "--algorithm: 'HS256' is none of"),
        ((ELSEWHERE, "--audience", "a", "--hs256-secret", "A_KEY", "--algorithm", "RS256"), "'RS256' is none of HS256"),
        ((ELSEWHERE, "--audience", "a", "--hs256-secret", "SECRET_KEY"), "--hs256-secret: name a variable"),
        ((ELSEWHERE, "--audience", "a", "--hs256-secret", "DATABASE_URL"), "--hs256-secret: name a variable"),
        ((ELSEWHERE, "--audience", "a", "--hs256-secret", "A_KEY", "--jwks-uri", ELSEWHERE), "not allowed with"),
        ((ELSEWHERE, "--audience", "a", "--claim", "mail=email"), "--claim: 'mail' is none of subject, email"),
        ((ELSEWHERE, "--audience", "a", "--claim", "email"), "--claim: say it as NAME=VALUE"),
        ((ELSEWHERE, "--audience", "a", "--tenant", "acme-corp=acme"), "--tenant: say with --organisation-claim"),
        ((ELSEWHERE, "--audience", "a", "--organisation-claim", "o", "--tenant", "acme"), "--tenant: say it as"),
    ],
)
async def test_what_cannot_be_meant_is_refused_before_anything_is_written(
    run: Run, arguments: tuple[str, ...], complaint: str
) -> None:
    code, _, err = await run("add", *arguments)
    assert code == 2
    assert complaint in err
    assert await listed(run) == []


async def test_a_removed_issuer_is_gone_and_an_unknown_one_exits_1(run: Run) -> None:
    await run("add", ELSEWHERE, "--audience", "authenticated", "--no-check")
    code, out, _ = await run("remove", ELSEWHERE)
    assert code == 0
    assert f"removed {ELSEWHERE}" in out
    code, _, err = await run("remove", ELSEWHERE)
    assert code == 1
    assert "is not among the trusted issuers" in err


async def test_an_empty_list_says_how_to_begin(run: Run) -> None:
    code, out, _ = await run("list")
    assert code == 0
    assert "add --help" in out


async def test_a_database_that_is_away_is_one_line_and_exit_1(run: Run, variables: dict[str, str]) -> None:
    variables["DATABASE_OWNER_URL"] = "postgresql://nobody@127.0.0.1:9/none"
    code, _, err = await run("list")
    assert code == 1
    assert err.startswith("interna: the database does not answer")
    assert err.count("\n") == 1


async def test_a_token_is_tried_without_being_shown(run: Run, issuer: IssuerServer) -> None:
    mapping = ("--organisation-claim", "org", "--tenant", "acme-corp=acme")
    await run("add", issuer.url, "--audience", "interna", *mapping)
    token = issuer.token(org="acme-corp", name="Ada Lovelace")
    code, out, err = await run("test", token)
    assert (code, err) == (0, "")
    assert "accepted: 'ada-1'" in out
    assert "Ada Lovelace" in out
    assert "ada@example.com (verified)" in out
    assert "a member of acme" in out
    code, out, _ = await run("test", "-", typed=issuer.token(aud="other") + "\n")
    assert (code, out) == (1, "refused: The token is for another audience.\n")


async def test_a_token_of_a_shared_secret_is_tried_with_the_secret_of_here(
    run: Run, variables: dict[str, str], issuer: IssuerServer
) -> None:
    variables["THEIR_SECRET"] = SECRET
    await run("add", issuer.url, "--audience", "interna", "--hs256-secret", "THEIR_SECRET")
    code, out, _ = await run("test", sign(issuer.claims(email=None), OctKey.import_key(SECRET)))
    assert code == 0
    assert "none that is usable" in out
    assert issuer.asked == []
