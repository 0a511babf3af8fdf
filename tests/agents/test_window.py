"""What a model is given of a conversation: the newest whole exchanges that fit into its window, counted in tokens."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.database.roles import Endpoints
from modules.agents import Exchange, tokens_of
from modules.agents.window import latest_that_fit
from tests.agents.stage import ACME, CHAT, Stage, ask, stage
from tests.model_server.behaviours import answer, break_off

pytestmark = pytest.mark.anyio
WINDOW, ANSWER = 6000, 1500

texts = st.text(max_size=40)
conversations = st.lists(st.builds(Exchange, texts, st.none() | texts), max_size=12)


def size(exchange: Exchange) -> int:
    return tokens_of(exchange.question) + tokens_of(exchange.reply or "")


@given(conversations, st.integers(-5, 200))
def test_what_fits_is_the_end_of_the_conversation_as_long_as_it_can_be(said: list[Exchange], budget: int) -> None:
    kept = latest_that_fit(said, budget)
    assert kept == said[len(said) - len(kept) :]
    assert sum(map(size, kept)) <= max(budget, 0)
    if len(kept) < len(said):
        assert sum(map(size, kept)) + size(said[len(said) - len(kept) - 1]) > budget


@given(st.text())
def test_a_text_takes_a_token_for_every_three_bytes_begun(text: str) -> None:
    assert tokens_of(text) * 3 - 3 < len(text.encode()) <= tokens_of(text) * 3


@pytest.fixture(scope="module")
async def on(
    shared_endpoints: Endpoints, tmp_path_factory: pytest.TempPathFactory, anyio_backend: str
) -> AsyncIterator[Stage]:
    async with stage(shared_endpoints, str(tmp_path_factory.mktemp("data")), LLM_CONTEXT_TOKENS=str(WINDOW)) as found:
        yield found


@pytest.fixture
async def session(on: Stage) -> tuple[Any, ...]:
    """Bob's conversation with the client, empty: its tenant, id and user."""
    await ask(on.bob, "Hello").end()
    [found] = on.rows("SELECT tenant_id, id, user_id FROM agents.agent_sessions WHERE subject LIKE 'persona:%'")
    on.owner.execute("DELETE FROM agents.agent_requests")
    on.model.requests.clear()
    on.model.always = answer("Yes.")
    return found


def remember(on: Stage, session: tuple[Any, ...], *exchanges: tuple[str, str | None]) -> None:
    """Exchanges of a minute each, the newest a minute ago."""
    with on.owner.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO agents.agent_requests (tenant_id, session_id, user_id, agent_type, content, status, results,"
            " provider, model, prompt_version, created_at, finished_at) SELECT %s, %s, %s, 'chat', %s, 'completed',"
            " jsonb_strip_nulls(jsonb_build_object('reply', %s::text)), 'x', 'x', 'x', at, at"
            " FROM (SELECT now() - make_interval(mins => %s) AS at)",
            [(*session, asked, said, len(exchanges) - place) for place, (asked, said) in enumerate(exchanges)],
        )


async def sent(on: Stage, question: str) -> tuple[list[str], int]:
    """What the model is given between its instructions and the question, and how many tokens all of it takes."""
    assert (await on.bob.post(CHAT, {"content": question}, headers=ACME)).status_code == 201
    contents = [message["content"] for message in on.model.requests[-1].body["messages"]]
    assert contents[-1] == question
    return contents[1:-1], sum(map(tokens_of, contents))


async def test_a_short_conversation_is_given_whole(on: Stage, session: tuple[Any, ...]) -> None:
    remember(on, session, ("When?", "At seven."), ("Where?", "In Alexandria."))
    assert (await sent(on, "How?"))[0] == ["When?", "At seven.", "Where?", "In Alexandria."]


async def test_a_long_one_is_cut_to_the_window_by_tokens_and_its_newest_exchanges_are_whole(
    on: Stage, session: tuple[Any, ...]
) -> None:
    said = [
        (f"Question {n}? " + "why " * (40 * (n % 5)), f"Answer {n}. " + "ولأن " * (30 * (n % 3))) for n in range(60)
    ]
    remember(on, session, *said)
    given_, tokens = await sent(on, "And now?")
    assert given_ == [text for exchange in said for text in exchange][-len(given_) :]
    assert 0 < len(given_) < 2 * len(said)
    assert len(given_) % 2 == 0
    next_older = said[len(said) - len(given_) // 2 - 1]
    assert tokens + ANSWER <= WINDOW < tokens + ANSWER + sum(map(tokens_of, next_older))


async def test_many_short_exchanges_are_not_cut_by_their_number(on: Stage, session: tuple[Any, ...]) -> None:
    remember(on, session, *((f"{n}?", f"{n}.") for n in range(350)))
    given_, _ = await sent(on, "And now?")
    assert given_ == [text for n in range(350) for text in (f"{n}?", f"{n}.")]


async def test_a_question_that_fills_the_window_is_put_without_any_history(on: Stage, session: tuple[Any, ...]) -> None:
    remember(on, session, ("When?", "At seven."))
    assert (await sent(on, "Why? " * 1600))[0] == []


async def test_what_was_never_answered_is_left_out_and_half_an_answer_is_kept(
    on: Stage, session: tuple[Any, ...]
) -> None:
    remember(on, session, ("Lost?", None), ("When?", "At seven."))
    on.model.script(break_off("Half an ans"))
    await ask(on.bob, "Where?").end()
    assert (await sent(on, "How?"))[0] == ["When?", "At seven.", "Where?", "Half an ans"]
