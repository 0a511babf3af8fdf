"""Passwords: what they may be, and how one is changed."""

from __future__ import annotations

from unicodedata import normalize

import httpx
import psycopg
import pytest

from modules.user.passwords import Passwords
from tests.client import PASSWORD, Person, log_in, sign_up

pytestmark = pytest.mark.anyio
EMAIL = "nadia@example.com"
NEW = "seven loaves before sunrise"


@pytest.fixture
async def nadia(client: httpx.AsyncClient) -> Person:
    return await sign_up(client, email=EMAIL)


def change(current: str = PASSWORD, password: str = NEW) -> dict[str, str]:
    return {"current_password": current, "password": password}


async def test_a_change_ends_every_other_session_and_keeps_a_bearers(client: httpx.AsyncClient, nadia: Person) -> None:
    phone = await log_in(client, EMAIL, PASSWORD)
    answer = await nadia.post("/auth/password", change())
    assert (answer.status_code, answer.headers.get("set-cookie")) == (204, None)
    assert (await phone.get("/users/me")).status_code == 401
    assert (await nadia.get("/users/me")).status_code == 200
    refused = await client.post("/api/v1/auth/login", json={"email": EMAIL, "password": PASSWORD})
    assert refused.status_code == 401
    await log_in(client, EMAIL, NEW)


async def test_a_browser_goes_on_with_another_token(client: httpx.AsyncClient, nadia: Person) -> None:
    headers = {"cookie": f"interna_session={nadia.token}", "sec-fetch-site": "same-origin"}
    answer = await client.post("/api/v1/auth/password", json=change(), headers=headers)
    client.cookies.clear()
    assert answer.status_code == 204
    renewed = answer.headers["set-cookie"].partition(";")[0].partition("=")[2]
    assert renewed not in ("", nadia.token)
    assert (await nadia.get("/users/me")).status_code == 401
    assert (await Person(client, renewed, {}, EMAIL).get("/users/me")).status_code == 200


async def test_a_change_needs_the_current_password(client: httpx.AsyncClient, nadia: Person) -> None:
    refused = await nadia.post("/auth/password", change(current="not my password"))
    assert (refused.status_code, refused.json()["errors"][0]["path"]) == (400, "current_password")
    await log_in(client, EMAIL, PASSWORD)


async def test_guessing_the_current_password_is_throttled(nadia: Person) -> None:
    codes = [
        (await nadia.post("/auth/password", change(current=f"guess {number}"))).status_code for number in range(12)
    ]
    assert codes == [400] * 10 + [429] * 2


WEAK = ("", "seven 7", "x" * 129, "x" * 10_000, "x" * 10_001, " " * 20, "password1", EMAIL, "Sunshine2024!", "interna")


async def test_a_password_that_is_short_long_or_common_is_refused_everywhere(
    client: httpx.AsyncClient, nadia: Person
) -> None:
    for weak in WEAK:
        changed = await nadia.post("/auth/password", change(password=weak))
        signed_up = await client.post("/api/v1/auth/signup", json={"email": EMAIL, "password": weak})
        for answer in (changed, signed_up):
            assert (answer.status_code, answer.json()["errors"][0]["path"], weak) == (400, "password", weak)
    await log_in(client, EMAIL, PASSWORD)


STRANGE = (
    "8 chars!",
    "a walk" + "." * 122,
    "كلمة مرور طويلة",
    "一条很长的口令在这里",
    "🥖🚲🌅🥐🧁🍞🥨🥯",
    "        two words        ",
    "73915862401598",
    "ALL CAPITALS HERE",
    "cafe\u0301 au lait",  # in another form of Unicode it is another password
)


async def test_a_password_may_be_of_any_script_and_composition_and_is_taken_as_it_is(
    client: httpx.AsyncClient, owner: psycopg.Connection
) -> None:
    for password in STRANGE:
        person = await sign_up(client, password=password)
        await log_in(client, person.email, password)
        others = {password.swapcase(), password.strip(), password + " ", password[:-1], normalize("NFC", password)}
        for other in others - {password}:
            answer = await client.post("/api/v1/auth/login", json={"email": person.email, "password": other})
            assert (answer.status_code, other) == (401, other)
        owner.execute("DELETE FROM users.attempts")


@pytest.mark.parametrize("letter", ["\\u0000", "\\ud800"])
async def test_a_nul_and_half_a_letter_are_no_text(client: httpx.AsyncClient, nadia: Person, letter: str) -> None:
    password = f'"password": "a long walk{letter} by the sea"'
    headers = {"content-type": "application/json", "authorization": f"Bearer {nadia.token}"}
    for path, body in (
        ("login", f'{{"email": "{EMAIL}", {password}}}'),
        ("signup", f'{{"email": "nul@example.com", {password}}}'),
        ("password", f'{{"current_password": "{PASSWORD}", {password}}}'),
        ("password-reset/confirm", f'{{"token": "one_x", {password}}}'),
    ):
        answer = await client.post(f"/api/v1/auth/{path}", content=body.encode(), headers=headers)
        assert (answer.status_code, path) == (400, path)
        assert answer.json()["type"] != "urn:interna:problem:bad-token"
    await log_in(client, EMAIL, PASSWORD)


async def test_a_text_plain_body_is_no_json(client: httpx.AsyncClient) -> None:
    body = b'{"email": "a@example.com", "password": "a long walk by the sea"}'
    answer = await client.post("/api/v1/auth/login", content=body, headers={"content-type": "text/plain"})
    assert answer.status_code == 415


LOOK_ALIKES = (
    "nadia+news@example.com",
    "nadia.@example.com",
    "nаdia@example.com",  # a Cyrillic letter
    "ｎadia@example.com",  # a full-width one
    "nad\u0130a@example.com",  # a capital i of Turkish, which the database would fold
    "nadia\u200b@example.com",  # a space of no width
)


async def test_an_address_is_the_same_in_any_case_and_no_look_alike_of_it(
    client: httpx.AsyncClient, nadia: Person
) -> None:
    assert (await log_in(client, "NADIA@EXAMPLE.COM", PASSWORD)).user["id"] == nadia.user["id"]
    for typed in LOOK_ALIKES:
        body = {"email": typed, "password": PASSWORD}
        assert ((await client.post("/api/v1/auth/login", json=body)).status_code, typed) == (401, typed)
        made = await client.post("/api/v1/auth/signup", json=body)
        client.cookies.clear()
        assert (made.status_code, typed) in ((201, typed), (400, typed))
        assert made.status_code == 400 or made.json()["user"]["id"] != nadia.user["id"]


POSING = (
    "ｎadia@example.com",
    "nadia@exampl\uff45.com",
    "\u212aate@example.com",
    "nad\u0130a@example.com",
    "na\u200bdia@example.com",
    "nadia@exam\u00adple.com",
    "\u202enadia@example.com",
)


async def test_an_address_with_letters_that_pose_as_others_or_that_nobody_sees_is_none(
    client: httpx.AsyncClient,
) -> None:
    for posing in POSING:
        answer = await client.post("/api/v1/auth/signup", json={"email": posing, "password": PASSWORD})
        assert (answer.status_code, answer.json()["errors"][0]["path"], posing) == (400, "email", posing)


async def test_an_address_with_a_kelvin_sign_is_not_the_one_with_a_k(client: httpx.AsyncClient) -> None:
    kate = await sign_up(client, email="kate@example.com")
    body = {"email": "\u212aate@example.com", "password": PASSWORD}
    assert (await client.post("/api/v1/auth/login", json=body)).status_code == 401
    assert (await client.post("/api/v1/auth/password-reset", json={"email": body["email"]})).status_code == 400
    await log_in(client, kate.email.upper(), PASSWORD)


async def test_an_address_in_two_forms_of_unicode_is_one(client: httpx.AsyncClient) -> None:
    await sign_up(client, email="ren\u00e9@example.com")
    await log_in(client, "rene\u0301@example.com", PASSWORD)
    taken = await client.post("/api/v1/auth/signup", json={"email": "rene\u0301@example.com", "password": PASSWORD})
    assert taken.status_code == 409


async def test_a_hash_costs_what_owasp_asks_for() -> None:
    """OWASP Password Storage cheat sheet; the other tests' are cheaper."""
    hashed = await Passwords().hash(PASSWORD)
    assert hashed.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert await Passwords().verify(hashed, PASSWORD)
    assert not await Passwords().verify(hashed, NEW)
