"""What becomes of a request whose worker stops, dies, runs it twice, or finds the model unavailable."""

from __future__ import annotations

import asyncio
import sys
from typing import Any
from uuid import UUID

import pytest

import core.jobs
from core.database.roles import Endpoints
from modules.agents.services import AssignmentJob
from tests.agents.stage import PLAN, Stage, ended, hear, nothing_left, show, speaking, submit, working
from tests.core.launching import ROOT
from tests.model_server.behaviours import answer, hang, refuse

pytestmark = pytest.mark.anyio


@pytest.fixture(autouse=True)
def _fresh(on: Stage) -> None:
    on.model.always = answer("Here you are.")
    on.model.requests.clear()


async def test_a_model_that_is_unavailable_is_asked_again_and_who_listens_hears_only_the_answer(on: Stage) -> None:
    """In one process: the listener sits beside the call that is given up for a while."""
    on.model.script(refuse(503, {"retry-after": "5"}), answer("At last."))
    written = await submit(on.elsewhere.person(on.bob), PLAN)
    async with working(on):
        heard = await hear(on.elsewhere.person(on.bob), written["id"]).end()
    assert ([event.name for event in heard.events], heard.text) == (["start", "token", "done"], "At last.")
    assert len(on.model.requests) == 2


async def test_a_model_that_stays_unavailable_is_a_503_that_may_be_tried_again(on: Stage) -> None:
    written = await submit(on.bob, PLAN)
    [key] = on.rows("SELECT tenant_id, user_id, id FROM agents.agent_requests WHERE id = %s", UUID(written["id"]))
    job: AssignmentJob = on.here._agents.assignment_job()
    await job.give_up(*key)
    heard = await hear(on.bob, written["id"]).end()
    assert heard.events[-1].data["problem"]["status"] == 503
    assert "not available" in (await show(on.bob, written["id"]))["error"]


async def test_a_worker_that_is_told_to_stop_leaves_its_request_to_the_next(on: Stage) -> None:
    on.model.script(speaking("Half of an answer that nobody", "x", asyncio.Event()), answer("Another answer."))
    written = await submit(on.bob, PLAN)
    heard = hear(on.bob, written["id"])
    stop = asyncio.Event()
    first = asyncio.create_task(on.elsewhere.parent.core.jobs().run_worker(stop))
    assert await on.model.until(lambda: len(on.model.requests) == 1, seconds=5)
    await on.elsewhere.calls.close()  # what a server does that is stopped, before its worker's patience ends
    stop.set()
    await first
    assert (await show(on.bob, written["id"]))["status"] == "pending"
    async with working(on):
        assert (await heard.end()).text == "Another answer."


DIES = f"""
import asyncio, sys
sys.path.insert(0, {str(ROOT)!r})
from app.composition import compose
from core.bootstrap import bootstrap
from core.database.roles import Endpoints
from core.jobs import run_until_stopped

async def main(runtime, data, model):
    environ = {{"APP_ENV": "test", "DATA_DIR": data, "LLM_BASE_URL": model}}
    parent = bootstrap(compose, environ, endpoints=Endpoints(runtime=runtime))
    await parent.database.open()
    await run_until_stopped(parent.core.jobs(), asyncio.Event())

asyncio.run(main(*sys.argv[1:]))
"""


async def test_a_request_whose_worker_is_killed_is_answered_once_by_another(
    on: Stage, shared_endpoints: Endpoints, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(core.jobs, "STALLED_AFTER_SECONDS", 1.0)
    monkeypatch.setattr(core.jobs, "SWEEP_EVERY_SECONDS", 0.2)
    on.model.script(hang(), answer("Answered."))
    written = await submit(on.bob, PLAN)
    worker = await asyncio.create_subprocess_exec(
        sys.executable, "-c", DIES, shared_endpoints.runtime, str(tmp_path), on.model.base_url
    )
    assert await on.model.until(lambda: len(on.model.requests) == 1, seconds=30)
    worker.kill()
    await worker.wait()
    assert (await show(on.bob, written["id"]))["status"] == "processing"
    async with working(on):
        found = await ended(on.bob, written["id"])
    assert (found["status"], found["results"]) == ("completed", {"reply": "Answered."})
    metered = on.rows(
        "SELECT count(*) FROM billing.usage_events WHERE idempotency_key = %s", f"agent-request:{written['id']}"
    )
    assert metered == [(1,)]


async def test_a_job_that_runs_twice_at_once_answers_once(on: Stage) -> None:
    written = await submit(on.bob, PLAN)
    on.model.always = answer("One of two.", delay=0.05)
    on.owner.execute("SET search_path TO jobs")
    on.owner.execute(
        "INSERT INTO jobs.procrastinate_jobs (queue_name, task_name, args)"
        " SELECT queue_name, task_name, args FROM jobs.procrastinate_jobs WHERE status = 'todo'"
    )
    listening = hear(on.elsewhere.person(on.bob), written["id"])
    async with working(on):
        await nothing_left(on)
        await listening.end()
    assert (listening.text, listening.events[-1].name) == ("One of two.", "done")
    request_id = UUID(written["id"])
    assert on.rows(
        "SELECT r.status, count(*) FROM agents.agent_requests r JOIN billing.usage_events u"
        " ON u.idempotency_key = 'agent-request:' || r.id WHERE r.id = %s GROUP BY 1",
        request_id,
    ) == [("completed", 1)]
    assert on.rows("SELECT id FROM jobs.procrastinate_jobs WHERE status = 'failed'") == []
