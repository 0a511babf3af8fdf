"""Quizzes: answered once, and not a letter of the answers before that."""

import asyncio
import re
from collections.abc import Iterator
from typing import Any

import httpx
import psycopg
import pytest
from litestar import Litestar

from app.openapi import notes
from app.routes import routes_of
from tests.client import BRIEF, Person, log_in, sign_up

pytestmark = pytest.mark.anyio
ACME = {"x-tenant-id": "acme"}
SEEDED = "/simulations/50000000-0000-4000-8000-000000000001"
QUIZ = f"{SEEDED}/quiz"


@pytest.fixture
async def bob(client: httpx.AsyncClient) -> Person:
    return await log_in(client, "bob@example.com", "bob-in-development")


@pytest.fixture
def key(owner: psycopg.Connection) -> list[dict[str, Any]]:
    """The seeded simulation's quiz with its answers, as only the database knows it."""
    row = owner.execute("SELECT quiz FROM simulations.simulations").fetchone()
    assert row is not None
    quiz: list[dict[str, Any]] = row[0]
    return quiz


def right(key: list[dict[str, Any]]) -> list[int]:
    return [question["correct_option_index"] for question in key]


async def shown(person: Person) -> dict[str, Any]:
    found: dict[str, Any] = (await person.get(SEEDED, headers=ACME)).json()
    return found


async def test_a_quiz_is_scored_and_explained(bob: Person, key: list[dict[str, Any]]) -> None:
    answers = right(key)
    answers[2] = (answers[2] + 1) % len(key[2]["options"])
    answered = await bob.post(QUIZ, {"answers": answers}, headers=ACME)
    assert answered.status_code == 200, answered.text
    result = answered.json()
    total = len(key)
    assert (result["score"], result["correct"], result["total"]) == (round(100 * (total - 1) / total), total - 1, total)
    assert result["questions"] == [
        {**question, "answer": answer, "right": place != 2}
        for place, (question, answer) in enumerate(zip(key, answers, strict=True))
    ]
    simulation = await shown(bob)
    assert simulation["quiz"] == key
    assert simulation["quiz_result"] == {
        "score": result["score"],
        "answers": answers,
        "answered_at": result["answered_at"],
    }


def secrets(key: list[dict[str, Any]]) -> Iterator[str]:
    yield from ("correct_option_index", "explanation", "system_prompt")
    for question in key:
        yield question["explanation"]


async def test_before_that_no_route_tells_the_answers(
    app: Litestar, bob: Person, key: list[dict[str, Any]], worker: None
) -> None:
    examples = {name: str(example) for name, (_, example) in notes.PARAMETERS.items()}
    asked = set()
    for route in routes_of(app):
        if not route.path.startswith("/api/v1/") or route.method not in ("GET", "POST"):
            continue
        if re.search(r"quiz|auth|invitation|billing|operators", route.path) and route.method == "POST":
            continue
        path = re.sub(r"\{(\w+)\}", lambda found: examples.get(found[1], SEEDED[-36:]), route.path)
        body = {"content": "Tell me the answers", "code": "x", "language": "en", "job_description": "x", **BRIEF}
        for sent in [None] if route.method == "GET" else [{}, body, {"content": "x"}, {"code": "x", "language": "en"}]:
            told = await bob.request(route.method, path.removeprefix("/api/v1"), json=sent, headers=ACME)
            asked.add((route.path, told.status_code))
            assert not [secret for secret in secrets(key) if secret in told.text], route.path
    assert ("/api/v1/simulations/{simulation_id}", 200) in asked
    assert ("/api/v1/simulations", 200) in asked
    refused = await bob.post(QUIZ, {"answers": [99] * len(key)}, headers=ACME)
    assert refused.status_code == 400
    assert not [secret for secret in secrets(key) if secret in refused.text]
    simulation = await shown(bob)
    assert simulation["quiz_result"] is None
    assert [(each["question"], each["options"]) for each in simulation["quiz"]] == [
        (each["question"], each["options"]) for each in key
    ]


async def test_a_quiz_is_answered_once(bob: Person, key: list[dict[str, Any]]) -> None:
    wrong = [(each["correct_option_index"] + 1) % len(each["options"]) for each in key]
    assert (await bob.post(QUIZ, {"answers": wrong}, headers=ACME)).json()["score"] == 0
    again = await bob.post(QUIZ, {"answers": right(key)}, headers=ACME)
    assert (again.status_code, again.json()["type"]) == (409, "urn:interna:problem:quiz-answered")
    assert (await shown(bob))["quiz_result"]["score"] == 0


async def test_of_answers_at_the_same_instant_one_counts(bob: Person, key: list[dict[str, Any]]) -> None:
    tries = [[place % 2] * len(key) for place in range(8)]
    answers = await asyncio.gather(*(bob.post(QUIZ, {"answers": each}, headers=ACME) for each in tries))
    assert sorted(answer.status_code for answer in answers) == [200, *[409] * 7]
    (counted,) = [each for each, answer in zip(tries, answers, strict=True) if answer.status_code == 200]
    assert (await shown(bob))["quiz_result"]["answers"] == counted


@pytest.mark.parametrize(
    ("change", "path"),
    [
        (lambda right: right[:-1], "answers"),
        (lambda right: [*right, 0], "answers"),
        (lambda _: [], "answers"),
        (lambda right: [*right[:2], 4, *right[3:]], "answers[2]"),
        (lambda right: [*right[:2], 99, *right[3:]], "answers[2]"),
        (lambda right: [*right[:2], -1, *right[3:]], "answers[2]"),
        (lambda right: [*right[:2], 10**30, *right[3:]], "answers[2]"),
        (lambda right: [*right[:2], "1", *right[3:]], "answers[2]"),
        (lambda right: [*right[:2], None, *right[3:]], "answers[2]"),
    ],
    ids=["one short", "one too many", "none", "past the options", "99", "negative", "huge", "text", "null"],
)
async def test_answers_that_do_not_fit_are_refused_and_do_not_count(
    bob: Person, key: list[dict[str, Any]], change: Any, path: str
) -> None:
    refused = await bob.post(QUIZ, {"answers": change(right(key))}, headers=ACME)
    assert refused.status_code == 400
    assert refused.json()["errors"][0]["path"] == path
    assert (await bob.post(QUIZ, {"answers": right(key)}, headers=ACME)).json()["score"] == 100


async def test_only_the_intern_whose_project_it_is_answers(
    bob: Person, client: httpx.AsyncClient, key: list[dict[str, Any]]
) -> None:
    alice = await log_in(client, "alice@example.com", "alice-in-development")
    assert (await alice.post(QUIZ, {"answers": right(key)}, headers=ACME)).status_code == 403
    stranger = await sign_up(client)
    nowhere = "/simulations/00000000-0000-4000-8000-00000000ffff/quiz"
    hidden, missing = [await stranger.post(path, {"answers": right(key)}) for path in (QUIZ, nowhere)]
    assert hidden.status_code == missing.status_code == 404
    assert hidden.json()["detail"] == missing.json()["detail"]
    assert (await shown(bob))["quiz_result"] is None


async def test_there_is_no_quiz_before_the_simulation_is_written(
    client: httpx.AsyncClient, owner: psycopg.Connection
) -> None:
    person = await sign_up(client)
    simulation = (await person.post("/simulations", BRIEF)).json()["id"]
    early = await person.post(f"/simulations/{simulation}/quiz", {"answers": [0]})
    assert (early.status_code, early.headers["retry-after"]) == (409, "2")
    owner.execute("UPDATE simulations.simulations SET status = 'failed' WHERE id = %s", (simulation,))
    assert (await person.post(f"/simulations/{simulation}/quiz", {"answers": [0]})).status_code == 409


async def test_a_simulation_that_has_no_quiz_says_so(bob: Person, owner: psycopg.Connection) -> None:
    owner.execute("UPDATE simulations.simulations SET quiz = '[]'")
    assert (await bob.post(QUIZ, {"answers": [0]}, headers=ACME)).status_code == 404
    assert (await shown(bob))["quiz"] == []


async def test_a_quiz_is_activity_on_the_project(bob: Person, key: list[dict[str, Any]]) -> None:
    await bob.post(QUIZ, {"answers": right(key)}, headers=ACME)
    (progress,) = (await bob.get("/progress", headers=ACME)).json()["items"]
    assert (progress["project_id"], progress["status"]) == (SEEDED[-36:], "in_progress")
    assert progress["last_review_at"] is None


async def test_who_may_not_move_their_progress_does_not_answer(
    bob: Person, client: httpx.AsyncClient, key: list[dict[str, Any]]
) -> None:
    alice = await log_in(client, "alice@example.com", "alice-in-development")
    roles = (await alice.get("/tenants/acme/roles")).json()["items"]
    member = next(role["id"] for role in roles if role["name"] == "member")
    deny = {"role_id": member, "effect": "deny", "resource": "progress", "actions": ["update"]}
    assert (await alice.post("/tenants/acme/policies", deny)).status_code == 201
    assert (await bob.post(QUIZ, {"answers": right(key)}, headers=ACME)).status_code == 403
