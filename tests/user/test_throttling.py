"""Guessing is counted, exactly, and locks nobody out."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import psycopg
import pytest

from core.bootstrap import Parent
from modules.user.passwords import Passwords
from tests.client import PASSWORD, Person, sign_up

pytestmark = pytest.mark.anyio
EMAIL = "nadia@example.com"
PROXY = "127.0.0.1"


class Counted(Passwords):
    """Real passwords, and how often one was verified."""

    def __init__(self) -> None:
        super().__init__()
        self.verified = 0

    async def verify(self, password_hash: str | None, password: str) -> bool:
        self.verified += 1
        return await super().verify(password_hash, password)


@pytest.fixture
def passwords(parent: Parent) -> Iterator[Counted]:
    user = next(module for module in parent.modules if module.name == "user")
    counted = Counted()
    with counting(user.container, counted):
        yield counted


@contextmanager
def counting(container: object, counted: Counted) -> Iterator[None]:
    provider = container.passwords  # type: ignore[attr-defined]
    provider.override(counted)
    try:
        yield
    finally:
        provider.reset_override()


@pytest.fixture
def environ(environ: dict[str, str]) -> dict[str, str]:
    return environ | {"TRUSTED_PROXIES": PROXY}


@pytest.fixture
async def nadia(client: httpx.AsyncClient) -> Person:
    return await sign_up(client, email=EMAIL)


async def attempt(
    client: httpx.AsyncClient, email: str = EMAIL, password: str = "wrong one here", *, ip: str = "", cookie: str = ""
) -> httpx.Response:
    headers = {"x-forwarded-for": ip} if ip else {}
    if cookie:
        headers["cookie"] = cookie
    answer = await client.post("/api/v1/auth/login", json={"email": email, "password": password}, headers=headers)
    client.cookies.clear()
    return answer


def device(answer: httpx.Response) -> str:
    """The cookie that says that this browser has logged in."""
    return next(
        value.partition(";")[0]
        for value in answer.headers.get_list("set-cookie")
        if value.startswith("interna_device=")
    )


async def test_after_ten_failures_an_account_is_closed_to_strangers_and_opens_again(
    client: httpx.AsyncClient, nadia: Person, owner: psycopg.Connection
) -> None:
    codes = [(await attempt(client, ip=f"198.51.100.{number}")).status_code for number in range(11)]
    assert codes == [401] * 10 + [429]
    refused = await attempt(client, password=PASSWORD, ip="198.51.100.99")
    assert (refused.status_code, refused.json()["type"]) == (429, "urn:interna:problem:too-many-attempts")
    assert 290 <= int(refused.headers["retry-after"]) <= 300
    wait = int(refused.headers["retry-after"])
    owner.execute("UPDATE users.attempts SET created_at = created_at - make_interval(secs => %s)", (wait - 3,))
    assert (await attempt(client, password=PASSWORD, ip="198.51.100.99")).status_code == 429
    owner.execute("UPDATE users.attempts SET created_at = created_at - interval '4 seconds'")
    assert (await attempt(client, password=PASSWORD, ip="198.51.100.99")).status_code == 200


async def test_an_account_that_does_not_exist_is_closed_just_the_same(client: httpx.AsyncClient) -> None:
    answers = [await attempt(client, "nobody@example.com", ip=f"198.51.100.{number}") for number in range(11)]
    assert [answer.status_code for answer in answers] == [401] * 10 + [429]


async def test_after_ten_failures_a_network_address_is_closed_for_every_account(
    client: httpx.AsyncClient, nadia: Person
) -> None:
    codes = [
        (await attempt(client, f"a{number}@example.com", ip=f"2001:db8::{number:x}")).status_code
        for number in range(11)
    ]
    assert codes == [401] * 10 + [429]
    assert (await attempt(client, password=PASSWORD, ip="2001:db8::ffff")).status_code == 429
    assert (await attempt(client, password=PASSWORD, ip="2001:db8:0:1::1")).status_code == 200


async def test_what_succeeds_does_not_count(
    client: httpx.AsyncClient, nadia: Person, owner: psycopg.Connection
) -> None:
    for _ in range(15):
        assert (await attempt(client, password=PASSWORD)).status_code == 200
    assert owner.execute("SELECT count(*) FROM users.attempts").fetchone() == (0,)


async def test_of_fifty_at_the_same_moment_ten_are_tried(
    client: httpx.AsyncClient, nadia: Person, passwords: Counted
) -> None:
    answers = await asyncio.gather(*(attempt(client) for _ in range(50)))
    assert Counter(answer.status_code for answer in answers) == {401: 10, 429: 40}
    assert passwords.verified == 10


async def test_a_class_that_logs_in_or_signs_up_at_the_same_moment_is_no_attack(
    client: httpx.AsyncClient, nadia: Person, owner: psycopg.Connection
) -> None:
    logged_in = await asyncio.gather(*(attempt(client, password=PASSWORD) for _ in range(40)))
    assert Counter(answer.status_code for answer in logged_in) == {200: 40}
    body = [{"email": f"pupil{number}@example.com", "password": PASSWORD} for number in range(40)]
    signed_up = await asyncio.gather(*(client.post("/api/v1/auth/signup", json=each) for each in body))
    assert Counter(answer.status_code for answer in signed_up) == {201: 40}
    assert owner.execute("SELECT count(*) FROM users.attempts").fetchone() == (0,)


async def test_what_somebody_left_in_the_middle_counts_after_half_a_minute(
    client: httpx.AsyncClient, nadia: Person, owner: psycopg.Connection
) -> None:
    for _ in range(10):
        await attempt(client)
    owner.execute("UPDATE users.attempts SET pending = true, created_at = created_at - interval '31 seconds'")
    refused = await attempt(client, password=PASSWORD)
    assert (refused.status_code, int(refused.headers["retry-after"]) > 200) == (429, True)


async def test_a_device_that_is_known_is_never_refused_for_what_others_do(
    client: httpx.AsyncClient, nadia: Person
) -> None:
    mine = device(await attempt(client, password=PASSWORD))
    for _ in range(12):
        await attempt(client)
    assert (await attempt(client, password=PASSWORD)).status_code == 429
    assert (await attempt(client, password=PASSWORD, cookie=mine)).status_code == 200
    codes = [(await attempt(client, cookie=mine)).status_code for _ in range(11)]
    assert codes == [401] * 10 + [429]


async def test_a_device_is_known_for_the_accounts_that_it_was_logged_in_to_only(
    client: httpx.AsyncClient, nadia: Person
) -> None:
    other = await sign_up(client)
    theirs = device(await attempt(client, other.email, PASSWORD))
    for _ in range(10):
        await attempt(client)
    for cookie in (theirs, "interna_device=made.up", "interna_device=" + "x" * 5000, theirs + "x"):
        assert (await attempt(client, password=PASSWORD, cookie=cookie)).status_code == 429


async def test_a_device_remembers_several_accounts(client: httpx.AsyncClient, nadia: Person) -> None:
    mark = device(await attempt(client, password=PASSWORD))
    for _ in range(3):
        other = await sign_up(client)
        mark = device(await attempt(client, other.email, PASSWORD, cookie=mark))
    for _ in range(10):
        await attempt(client)
    assert (await attempt(client, password=PASSWORD, cookie=mark)).status_code == 200


async def test_a_thousand_failures_in_all_close_the_door_but_to_known_devices(
    client: httpx.AsyncClient, nadia: Person, owner: psycopg.Connection
) -> None:
    mine = device(await attempt(client, password=PASSWORD))
    await attempt(client, "nobody@example.com", ip="198.51.100.1")
    # The bucket that all attempts fall into, which is the one that two attempts have in common.
    await attempt(client, "somebody@example.com", ip="198.51.100.2")
    owner.execute(
        "INSERT INTO users.attempts (attempt_id, bucket) SELECT gen_random_uuid(), bucket FROM generate_series(1, 998),"
        " (SELECT bucket FROM users.attempts GROUP BY bucket HAVING count(*) = 2) AS every"
    )
    assert (await attempt(client, password=PASSWORD, ip="198.51.100.3")).status_code == 429
    assert (await attempt(client, password=PASSWORD, cookie=mine)).status_code == 200


async def test_an_untrusted_peer_cannot_choose_its_address(client: httpx.AsyncClient, nadia: Person) -> None:
    transport = httpx.ASGITransport(app=client._transport.app, client=("203.0.113.5", 1))  # type: ignore[attr-defined]
    async with httpx.AsyncClient(transport=transport, base_url="http://interna.test") as stranger:
        codes = [
            (await attempt(stranger, f"b{number}@example.com", ip=f"198.51.100.{number}")).status_code
            for number in range(11)
        ]
    assert codes == [401] * 10 + [429]


async def test_asking_whether_an_address_is_taken_is_counted_and_signing_up_is_not(
    client: httpx.AsyncClient, nadia: Person
) -> None:
    for _ in range(12):
        await sign_up(client)
    body = {"email": EMAIL, "password": PASSWORD}
    codes = [(await client.post("/api/v1/auth/signup", json=body)).status_code for _ in range(11)]
    assert codes == [409] * 10 + [429]


@pytest.mark.parametrize("path", ["password-reset", "restore"])
async def test_wishes_for_mails_are_counted_whoever_they_are_for(client: httpx.AsyncClient, path: str) -> None:
    codes = [
        (await client.post(f"/api/v1/auth/{path}", json={"email": f"c{number % 2}@example.com"})).status_code
        for number in range(11)
    ]
    assert codes == [202] * 10 + [429]


async def test_log_in_verifies_one_password_whether_or_not_there_is_such_an_account(
    client: httpx.AsyncClient, nadia: Person, passwords: Counted
) -> None:
    answers = []
    for email, password in ((EMAIL, PASSWORD), (EMAIL, "wrong one here"), ("nobody@example.com", "wrong one here")):
        before = passwords.verified
        answers.append(await attempt(client, email, password))
        assert passwords.verified == before + 1
    assert [answer.status_code for answer in answers] == [200, 401, 401]
    wrong, unknown = (
        {name: value for name, value in answer.json().items() if name not in ("request_id", "instance")}
        for answer in answers[1:]
    )
    assert wrong == unknown


async def test_no_address_is_in_the_counts(client: httpx.AsyncClient, owner: psycopg.Connection) -> None:
    await attempt(client, "somebody@example.com", ip="198.51.100.7")
    stored = str(owner.execute("SELECT string_agg(a::text, ' ') FROM users.attempts a").fetchone())
    assert "somebody" not in stored
    assert "198.51.100.7" not in stored
