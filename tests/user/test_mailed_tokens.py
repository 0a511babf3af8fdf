"""Tokens that prove an address: mailed, good once, for one thing."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from uuid import UUID

import httpx
import psycopg
import pytest
from structlog.testing import capture_logs

from core.bootstrap import Parent
from core.database.identity import Anonymous
from modules.user.passwords import Passwords
from modules.user.repositories import TokenRepository
from tests.client import PASSWORD, Person, log_in, sign_up
from tests.user.mailbox import RESET, RESTORE, VERIFY, Mailbox

pytestmark = pytest.mark.anyio
NEW = "seven loaves before sunrise"
BAD = "urn:interna:problem:bad-token"


class Counted(Passwords):
    """Real passwords, and how often one was hashed."""

    def __init__(self) -> None:
        super().__init__()
        self.hashed = 0

    async def hash(self, password: str) -> str:
        self.hashed += 1
        return await super().hash(password)


@pytest.fixture
def passwords(parent: Parent, nadia: Person) -> Iterator[Counted]:
    provider = next(module for module in parent.modules if module.name == "user").container.passwords
    with provider.override(counted := Counted()):
        yield counted


@pytest.fixture
async def nadia(client: httpx.AsyncClient) -> Person:
    return await sign_up(client, email="Nadia@Example.com")


@pytest.fixture
def mailbox(environ: dict[str, str], worker: None) -> Mailbox:
    return Mailbox(environ, "nadia@example.com")


async def say(client: httpx.AsyncClient, path: str, **body: str) -> httpx.Response:
    return await client.post(f"/api/v1/auth/{path}", json=body)


async def reset_token(client: httpx.AsyncClient, mailbox: Mailbox, *, after: int = 0) -> str:
    assert (await say(client, "password-reset", email="nadia@EXAMPLE.com")).status_code == 202
    return await mailbox.token(RESET, after=after)


async def test_a_sign_up_is_mailed_a_token_that_verifies_the_address_once(
    client: httpx.AsyncClient, nadia: Person, mailbox: Mailbox
) -> None:
    assert nadia.user["email_verified"] is False
    token = await mailbox.token(VERIFY)
    assert (await say(client, "email-verification/confirm", token=token)).status_code == 204
    assert (await nadia.get("/users/me")).json()["email_verified"] is True
    again = await say(client, "email-verification/confirm", token=token)
    assert (again.status_code, again.json()["type"]) == (400, BAD)


async def test_a_verified_address_is_mailed_no_further_token(
    client: httpx.AsyncClient, nadia: Person, mailbox: Mailbox
) -> None:
    await say(client, "email-verification/confirm", token=await mailbox.token(VERIFY))
    assert (await nadia.post("/auth/email-verification")).status_code == 202
    await reset_token(client, mailbox)  # jobs run in their order, so the other would have come by now
    assert [subject for subject, _ in mailbox.mails()] == [VERIFY, RESET]


async def test_asking_again_voids_the_token_before(client: httpx.AsyncClient, nadia: Person, mailbox: Mailbox) -> None:
    first = await mailbox.token(VERIFY)
    assert (await nadia.post("/auth/email-verification")).status_code == 202
    second = await mailbox.token(VERIFY, after=1)
    assert (await say(client, "email-verification/confirm", token=first)).status_code == 400
    assert (await say(client, "email-verification/confirm", token=second)).status_code == 204


async def test_a_reset_sets_the_password_verifies_the_address_and_ends_every_session(
    client: httpx.AsyncClient, nadia: Person, mailbox: Mailbox
) -> None:
    token = await reset_token(client, mailbox)
    assert (await say(client, "password-reset/confirm", token=token, password=NEW)).status_code == 204
    assert (await nadia.get("/users/me")).status_code == 401
    assert (await say(client, "login", email="nadia@example.com", password=PASSWORD)).status_code == 401
    back = await log_in(client, "nadia@example.com", NEW)
    assert back.user["email_verified"] is True
    assert (await say(client, "password-reset/confirm", token=token, password=NEW)).status_code == 400


async def test_a_reset_drops_accounts_elsewhere_that_were_linked_before_anybody_proved_the_address(
    client: httpx.AsyncClient, nadia: Person, mailbox: Mailbox, owner: psycopg.Connection
) -> None:
    owner.execute(
        "INSERT INTO users.accounts (user_id, type, provider, provider_account_id) VALUES (%s, 'oidc', 'evil', '1')",
        (nadia.user["id"],),
    )
    token = await reset_token(client, mailbox)
    await say(client, "password-reset/confirm", token=token, password=NEW)
    assert owner.execute("SELECT count(*) FROM users.accounts").fetchone() == (0,)


async def test_a_reset_of_an_address_that_was_proved_keeps_accounts_elsewhere(
    client: httpx.AsyncClient, nadia: Person, mailbox: Mailbox, owner: psycopg.Connection
) -> None:
    await say(client, "email-verification/confirm", token=await mailbox.token(VERIFY))
    owner.execute(
        "INSERT INTO users.accounts (user_id, type, provider, provider_account_id) VALUES (%s, 'oidc', 'acme', '1')",
        (nadia.user["id"],),
    )
    token = await reset_token(client, mailbox)
    assert (await say(client, "password-reset/confirm", token=token, password=NEW)).status_code == 204
    assert owner.execute("SELECT count(*) FROM users.accounts").fetchone() == (1,)


async def test_without_a_token_nobody_makes_us_hash_a_password(
    client: httpx.AsyncClient, nadia: Person, mailbox: Mailbox, passwords: Counted
) -> None:
    await say(client, "password-reset/confirm", token="one_" + "A" * 43, password=NEW)
    await say(client, "password-reset/confirm", token=await mailbox.token(VERIFY), password=NEW)
    assert passwords.hashed == 0
    await say(client, "password-reset/confirm", token=await reset_token(client, mailbox), password=NEW)
    assert passwords.hashed == 1


async def test_a_weak_password_uses_no_token_up(client: httpx.AsyncClient, nadia: Person, mailbox: Mailbox) -> None:
    token = await reset_token(client, mailbox)
    for weak in ("short", "password1", "nadia@example.com"):
        refused = await say(client, "password-reset/confirm", token=token, password=weak)
        assert (refused.status_code, refused.json()["errors"][0]["path"]) == (400, "password")
    assert (await nadia.get("/users/me")).status_code == 200
    assert (await say(client, "password-reset/confirm", token=token, password=NEW)).status_code == 204


async def test_a_token_is_good_for_its_own_purpose_only(
    client: httpx.AsyncClient, nadia: Person, mailbox: Mailbox
) -> None:
    verify, reset = await mailbox.token(VERIFY), await reset_token(client, mailbox)
    await nadia.delete("/users/me")
    await say(client, "restore", email="nadia@example.com")
    restore = await mailbox.token(RESTORE)
    for path, token in (
        ("email-verification/confirm", reset),
        ("email-verification/confirm", restore),
        ("password-reset/confirm", verify),
        ("password-reset/confirm", restore),
        ("restore/confirm", verify),
        ("restore/confirm", reset),
        ("email-verification/confirm", verify),  # of an account that is deleted
    ):
        body = {"token": token} | ({"password": NEW} if "reset" in path else {})
        answer = await client.post(f"/api/v1/auth/{path}", json=body)
        assert (answer.status_code, answer.json()["type"]) == (400, BAD), path
    assert (await say(client, "restore/confirm", token=restore)).status_code == 200


async def test_an_expired_an_invented_and_a_changed_token_are_refused_alike(
    client: httpx.AsyncClient, nadia: Person, mailbox: Mailbox, owner: psycopg.Connection
) -> None:
    token = await reset_token(client, mailbox)
    changed = token[:-1] + ("A" if token[-1] != "A" else "B")
    session = nadia.token
    owner.execute("UPDATE users.verification_tokens SET expires_at = now() - interval '1 second'")
    answers = [
        await say(client, "password-reset/confirm", token=each, password=NEW)
        for each in (token, changed, session, "", "one_", "é" * 50)
    ]
    assert {answer.status_code for answer in answers} == {400}
    assert len({answer.json()["detail"] for answer in answers}) == 1


async def test_of_two_who_use_a_token_at_once_one_does(
    client: httpx.AsyncClient, nadia: Person, mailbox: Mailbox
) -> None:
    token = await reset_token(client, mailbox)
    answers = await asyncio.gather(
        *(say(client, "password-reset/confirm", token=token, password=f"{NEW} {number}") for number in range(5))
    )
    assert sorted(answer.status_code for answer in answers) == [204, 400, 400, 400, 400]


async def test_a_token_is_void_once_the_address_is_another_one(
    client: httpx.AsyncClient, nadia: Person, mailbox: Mailbox, owner: psycopg.Connection
) -> None:
    token = await reset_token(client, mailbox)
    owner.execute("UPDATE users.users SET email = 'other@example.com' WHERE id = %s", (nadia.user["id"],))
    assert (await say(client, "password-reset/confirm", token=token, password=NEW)).status_code == 400


async def test_of_two_tokens_made_at_the_same_moment_one_is_good(
    nadia: Person, parent: Parent, owner: psycopg.Connection
) -> None:
    first, second = (
        owner.execute("SELECT users.request_token('password_reset', 'nadia@example.com', 30)").fetchone()
        for _ in range(2)
    )
    assert first is not None
    assert second is not None
    async with parent.database.unit(Anonymous()) as unit:
        await TokenRepository(unit.transaction).prepare(first[0], b"one")
        other = asyncio.create_task(prepare(parent, second[0]))
        await asyncio.wait({other}, timeout=0.1)
    await other
    left = owner.execute("SELECT token_hash FROM users.verification_tokens WHERE purpose = 'password_reset'").fetchall()
    assert left == [(b"two",)]


async def prepare(parent: Parent, wish: UUID) -> None:
    async with parent.database.unit(Anonymous()) as unit:
        await TokenRepository(unit.transaction).prepare(wish, b"two")


async def test_the_answer_does_not_tell_whether_there_is_such_an_account(
    client: httpx.AsyncClient, nadia: Person, owner: psycopg.Connection
) -> None:
    written: set[tuple[int, ...]] = set()
    answers = []
    for path in ("password-reset", "restore"):
        for email in ("nadia@example.com", "nobody@example.com"):
            before = counts(owner)
            answers.append(await say(client, path, email=email))
            written.add(tuple(after - earlier for earlier, after in zip(before, counts(owner), strict=True)))
    assert {(answer.status_code, answer.content) for answer in answers} == {(202, b"")}
    assert written == {(3, 1, 1, 0)}
    headers = [{name: answer.headers[name] for name in answer.headers if name != "x-request-id"} for answer in answers]
    assert all(said == headers[0] for said in headers)


def counts(owner: psycopg.Connection) -> tuple[int, ...]:
    """Rows of everything that a wish might write, while no worker runs."""
    found = owner.execute(
        "SELECT (SELECT count(*) FROM users.attempts), (SELECT count(*) FROM users.verification_tokens),"
        " (SELECT count(*) FROM jobs.procrastinate_jobs), (SELECT count(*) FROM users.sessions)"
    ).fetchone()
    assert found is not None
    return found


async def test_no_token_is_stored_or_logged(
    client: httpx.AsyncClient, nadia: Person, mailbox: Mailbox, owner: psycopg.Connection
) -> None:
    with capture_logs() as logs:
        token = await reset_token(client, mailbox)
        await say(client, "password-reset/confirm", token=token, password=NEW)
    stored = owner.execute("SELECT string_agg(t::text, ' ') FROM users.verification_tokens t").fetchone()
    jobs = owner.execute("SELECT string_agg(j::text, ' ') FROM jobs.procrastinate_jobs j").fetchone()
    assert token not in f"{stored}{jobs}{logs}"
    assert NEW not in f"{stored}{jobs}{logs}"


@pytest.mark.usefixtures("worker")
async def test_what_a_user_calls_themselves_is_in_no_mail(client: httpx.AsyncClient, environ: dict[str, str]) -> None:
    await sign_up(client, email="victim@example.com", name="You won! https://evil.example")
    mailbox = Mailbox(environ, "victim@example.com")
    await mailbox.token(VERIFY)
    assert "evil" not in str(mailbox.mails())
