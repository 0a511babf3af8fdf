"""An interviewer on loopback that says what a test says, and what is said to it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import psycopg

from tests.client import Person
from tests.model_server import ModelServer, model_server
from tests.model_server.behaviours import answer as words

ACME = {"x-tenant-id": "acme"}
KEY = {**ACME, "idempotency-key": "the same key"}
EVENTS = {**ACME, "accept": "text/event-stream"}
JOB = {"job_description": "A junior Python developer for a bakery's order service: PostgreSQL, tests, patience."}
FEEDBACK: dict[str, Any] = {
    "overall_score": 7,
    "went_well": ["You named the transaction."],
    "improvements": ["Say how you would test it."],
    "communication": "Short and clear.",
    "technical_accuracy": "Right, as far as it went.",
}


def patient(environ: dict[str, str]) -> None:
    environ.update(LLM_FIRST_BYTE_SECONDS="15", LLM_IDLE_SECONDS="15", LLM_TOTAL_SECONDS="30")


@asynccontextmanager
async def interviewer(environ: dict[str, str]) -> AsyncIterator[ModelServer]:
    """The application's model: an interviewer who asks the same thing again and again."""
    async with model_server() as server:
        environ["LLM_BASE_URL"] = server.base_url
        patient(environ)
        server.always = words("What is a transaction?")
        yield server


async def begin(person: Person, **wish: str) -> dict[str, Any]:
    begun = await person.post("/interviews", {**JOB, **wish}, headers=ACME)
    assert begun.status_code == 201, begun.text
    interview: dict[str, Any] = begun.json()
    return interview


async def answer(person: Person, interview_id: str, content: str, **headers: str) -> httpx.Response:
    return await person.post(f"/interviews/{interview_id}/messages", {"content": content}, headers={**ACME, **headers})


async def shown(person: Person, interview_id: str) -> dict[str, Any]:
    found: dict[str, Any] = (await person.get(f"/interviews/{interview_id}", headers=ACME)).json()
    return found


def said(interview: dict[str, Any]) -> list[tuple[str, str]]:
    return [(turn["role"], turn["content"]) for turn in interview["transcript"]]


def read_by(body: Any) -> list[tuple[str, str]]:
    """What a model was sent, without the instructions."""
    return [(message["role"], message["content"]) for message in body["messages"][1:]]


async def until_settled(owner: psycopg.Connection, seconds: float = 5) -> None:
    """Until no call is under way."""
    for _ in range(round(seconds / 0.02)):
        if not owner.execute("SELECT 1 FROM agents.agent_requests WHERE finished_at IS NULL").fetchall():
            return
        await asyncio.sleep(0.02)
    raise AssertionError("a call did not end in time")
