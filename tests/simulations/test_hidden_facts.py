"""A persona knows what it may know: by the bytes that reach the model, and by all that a client can read."""

from __future__ import annotations

import re
from typing import Any

import msgspec
import pytest

from app.asgi import create_app
from app.routes import routes_of
from modules.simulations.catalogue import SHOWCASE
from modules.simulations.offline import write_simulation
from tests.agents.stage import ACME, Stage, ask
from tests.model_server.behaviours import answer, answer_json
from tests.simulations.reviewing import SEEDED, failing, grading, work

pytestmark = pytest.mark.anyio
DRAFT = write_simulation(SHOWCASE)
PERSONAS = range(len(DRAFT.personas))


async def told(on: Stage, persona: int) -> str:
    """All that reaches the model when this persona is asked something, as one text."""
    path = f"{SEEDED}/personas/60000000-0000-4000-8000-{persona + 1:012d}/messages"
    on.model.always = answer("Well.")
    assert (await on.bob.post(path, {"content": "What should I know?"}, headers=ACME)).status_code == 201
    received = on.model.requests[-1]
    return "\n".join(message["content"] for message in received.body["messages"]) + str(received.headers)


def known(persona: int, reached: int) -> set[str]:
    """The facts that a persona may tell once so many milestones are approved."""
    return {
        hidden.fact
        for hidden in DRAFT.hidden_facts
        if persona in hidden.known_by and (hidden.milestone is None or hidden.milestone <= reached)
    }


def facts_in(text: str) -> set[str]:
    return {hidden.fact for hidden in DRAFT.hidden_facts if hidden.fact in text}


async def hand_in(on: Stage, milestone: int, number: int, **how: Any) -> dict[str, Any]:
    on.model.always = grading(**how)
    path = f"{SEEDED}/milestones/{milestone}/reviews"
    answered = await on.bob.post(path, work(number), headers=ACME)
    assert answered.status_code == 201, answered.text
    review: dict[str, Any] = answered.json()
    return review


async def test_a_model_gets_exactly_what_its_persona_knows_by_now(on: Stage) -> None:
    """And what comes later comes with the review that approves a milestone, not with one that does not."""
    assert any(known(persona, 0) != known(persona, 1) for persona in PERSONAS)
    assert len({frozenset(known(persona, 9)) for persona in PERSONAS}) == len(PERSONAS)
    assert [facts_in(await told(on, persona)) for persona in PERSONAS] == [known(persona, 0) for persona in PERSONAS]
    assert not (await hand_in(on, 0, 1, verdict_of=failing))["approved"]
    assert [facts_in(await told(on, persona)) for persona in PERSONAS] == [known(persona, 0) for persona in PERSONAS]
    for number in (2, 3):
        assert (await hand_in(on, 0, number))["approved"]
        found = [facts_in(await told(on, persona)) for persona in PERSONAS]
        assert found == [known(persona, 1) for persona in PERSONAS]


async def test_a_prompt_is_of_one_persona_only(on: Stage) -> None:
    for persona in PERSONAS:
        text = await told(on, persona)
        prompts = [other for other in PERSONAS if DRAFT.personas[other].system_prompt in text]
        assert prompts == [persona]


async def test_a_reviewer_is_told_no_hidden_fact(on: Stage) -> None:
    await hand_in(on, 1, 4)
    assert facts_in(msgspec.json.encode(on.model.requests[-1].body).decode()) == set()


async def test_no_answer_ever_holds_a_hidden_fact_or_a_prompt(on: Stage) -> None:
    """Every GET of the application that concerns the project, asked by its intern and by an admin."""
    heard = await ask(on.bob, "Hello").end()
    on.model.always = answer_json(msgspec.to_builtins(DRAFT))
    review = await hand_in(on, 0, 5)
    session = on.rows("SELECT id FROM agents.agent_sessions WHERE subject = %s", f"persona:{persona_id(0)}")[0][0]
    ids = {
        "simulation_id": SEEDED.rpartition("/")[2],
        "persona_id": persona_id(0),
        "request_id": str(heard.request_id),
        "session_id": str(session),
        "review_id": review["id"],
        "index": "0",
        "task_id": "rest-api",
        "project_id": SEEDED.rpartition("/")[2],
    }
    asked = 0
    for route in routes_of(create_app(on.here.parent)):
        path = re.sub(r"{(\w+)}", lambda found: ids.get(found[1], "-"), route.path)
        if route.method != "GET" or "/-" in path or not path.startswith("/api/v1/") or "oauth" in path:
            continue
        for person in (on.bob, on.alice):
            answered = await person.get(path.removeprefix("/api/v1"), headers=ACME)
            assert facts_in(answered.text) == set(), path
            assert "system_prompt" not in answered.text, path
            assert not any(persona.system_prompt in answered.text for persona in DRAFT.personas), path
            asked += answered.status_code == 200
    assert asked > 30


def persona_id(persona: int) -> str:
    return f"60000000-0000-4000-8000-{persona + 1:012d}"
