"""The offline model: its authors' words, and nothing that does not fit."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

import msgspec
import pytest

from modules.agents.models.offline import Author, OfflineModel
from modules.agents.models.protocol import AgentType, Message, Model, ModelFailed, ModelRequest, Token, Usage

pytestmark = pytest.mark.anyio

POEM = "  Two words,\nثلاث كلمات أخرى,  and a trailing space \n"


class Topic(msgspec.Struct):
    name: str


class Score(msgspec.Struct):
    points: Annotated[int, msgspec.Meta(ge=0, le=10)]


class Grade(msgspec.Struct):
    points: int


def asked(agent_type: AgentType = "chat", name: str = "SQL") -> ModelRequest:
    return ModelRequest(
        agent_type=agent_type,
        prompt_version="1",
        messages=(Message("system", "You are a manager."), Message("user", "Hello there!")),
        subject=Topic(name),
    )


def model(author: Author, agent_type: AgentType = "chat") -> Model:
    return OfflineModel({agent_type: author})


async def test_an_author_writes_from_the_subject_and_words_are_counted() -> None:
    completion = await model(lambda topic: f"Let us talk about {topic.name}.").complete(asked())
    assert completion.text == "Let us talk about SQL."
    assert completion.usage == Usage(input_tokens=6, output_tokens=5)


async def test_it_says_that_it_is_offline() -> None:
    offline = OfflineModel({})
    assert (offline.provider, offline.name) == ("offline", "offline-1")


async def test_a_stream_is_the_text_word_by_word_and_then_its_usage() -> None:
    pieces = [piece async for piece in model(lambda _: POEM).stream(asked())]
    tokens = [piece.text for piece in pieces if isinstance(piece, Token)]
    assert "".join(tokens) == POEM
    assert len(tokens) == len(POEM.split())
    assert pieces[-1] == Usage(6, len(POEM.split()))
    assert sum(isinstance(piece, Usage) for piece in pieces) == 1


async def test_a_long_stream_lets_others_run_between_its_words() -> None:
    turns = 0

    async def others() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    running = asyncio.create_task(others())
    async for _ in model(lambda _: "word " * 100).stream(asked()):
        pass
    running.cancel()
    assert turns >= 100


async def test_an_answer_has_the_shape_asked_for() -> None:
    structured = await model(lambda topic: Score(len(topic.name)), "review").structured(asked("review"), Score)
    assert structured.value == Score(3)
    assert structured.usage.output_tokens == 1


@pytest.mark.parametrize(
    ("written", "complaint"),
    [
        (Score(11), "`int` <= 10"),
        (Grade(3), "wrote a Grade for chat, not a Score"),
        ("three", "wrote a str for chat, not a Score"),
    ],
)
async def test_a_value_that_does_not_fit_the_shape_is_refused(written: Any, complaint: str) -> None:
    with pytest.raises(ModelFailed) as failure:
        await model(lambda _: written).structured(asked(), Score)
    assert complaint in failure.value.detail


@pytest.mark.parametrize(
    ("written", "complaint"),
    [(" \n", "wrote nothing for chat"), (Score(1), "wrote a Score for chat, not a str")],
)
async def test_a_text_that_is_none_is_refused(written: Any, complaint: str) -> None:
    with pytest.raises(ModelFailed) as failure:
        await model(lambda _: written).complete(asked())
    assert complaint in failure.value.detail
    with pytest.raises(ModelFailed):
        await anext(model(lambda _: written).stream(asked()))


async def test_an_agent_without_an_author_fails_and_says_so() -> None:
    with pytest.raises(ModelFailed) as failure:
        await model(lambda _: "Hello").complete(asked("interview"))
    assert failure.value.detail == "The offline model has no author for interview."
