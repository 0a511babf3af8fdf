"""Structured output of the compatible client: asked for by schema, decoded strictly, repaired once."""

from __future__ import annotations

from typing import Any, Literal

import msgspec
import pytest

from modules.agents.models.protocol import (
    ModelFailed,
)
from tests.agents.calls import PROMPT, REVIEW, Issue, Review, asked, model_of
from tests.model_server.behaviours import (
    answer,
    answer_json,
    refuse,
)

pytestmark = pytest.mark.anyio


async def test_a_structured_answer_is_a_value_of_the_shape() -> None:
    async with model_of(answer_json(REVIEW)) as (model, server):
        structured = await model.structured(asked(), Review)
    assert structured.value == REVIEW
    (request,) = server.requests
    sent = request.body["response_format"]["json_schema"]
    assert (sent["name"], sent["strict"], sent["schema"]["type"]) == ("Review", False, "object")
    assert sent["schema"]["properties"]["score"] == {"type": "integer", "minimum": 0, "maximum": 10}
    assert "Issue" in sent["schema"]["$defs"]
    (system, user) = request.body["messages"]
    assert system["content"].startswith("You are a client.")
    assert '"maximum":10' in system["content"]
    assert user["content"] == PROMPT


@pytest.mark.parametrize("fence", ["```json\n{}\n```", "\n```\n{}```  ", "  {}\n"])
async def test_a_fence_around_the_json_is_taken_off(fence: str) -> None:
    text = fence.replace("{}", msgspec.json.encode(REVIEW).decode())
    async with model_of(answer(text)) as (model, server):
        assert (await model.structured(asked(), Review)).value == REVIEW
        assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ('{"score": 11, "issues": []}', "Expected `int` <= 10 - at `$.score`"),
        ('{"score": 7, "issues": [{"line": "3", "text": ""}]}', "Expected `int`, got `str`"),
        ('{"score": 7, "issues": [', "truncated"),
        ("Certainly! Here it is.", "malformed"),
        ('{"score": 7, "issues": [], "note": "a\\u0000b"}', "NUL"),
        ("[" * 100_000, "Expected `object`"),
    ],
)
async def test_an_answer_that_does_not_fit_is_asked_for_once_more(wrong: str, reason: str) -> None:
    async with model_of(answer(wrong), answer_json(REVIEW)) as (model, server):
        structured = await model.structured(asked(), Review)
    assert structured.value == REVIEW
    _, second = server.requests
    *_, said, repair = second.body["messages"]
    assert said == {"role": "assistant", "content": wrong}
    assert repair["role"] == "user"
    assert reason in repair["content"]
    expected = sum(
        len(message["content"].split()) for request in server.requests for message in request.body["messages"]
    )
    assert structured.usage.input_tokens == expected
    assert structured.usage.output_tokens == len(wrong.split()) + len(msgspec.json.encode(REVIEW).split())


async def test_an_answer_that_never_fits_fails_with_the_reason_and_not_the_text() -> None:
    wrong = Review(11, [Issue(1, "the hidden text")])
    async with model_of(answer_json(wrong)) as (model, server):
        with pytest.raises(ModelFailed) as failure:
            await model.structured(asked(), Review)
        assert len(server.requests) == 2
    assert "Expected `int` <= 10 - at `$.score`" in failure.value.detail
    assert "hidden" not in failure.value.detail


async def test_a_written_backslash_u0000_is_not_a_nul() -> None:
    review = Review(7, [], note="print('\\u0000')")
    async with model_of(answer_json(review)) as (model, _):
        assert (await model.structured(asked(), Review)).value == review


async def test_a_structured_answer_cut_off_at_its_length_fails_at_once() -> None:
    async with model_of(answer('{"score": 7, "iss', finish="length")) as (model, server):
        with pytest.raises(ModelFailed, match="cut off"):
            await model.structured(asked(), Review)
        assert len(server.requests) == 1
        assert (await model.complete(asked())).text == '{"score": 7, "iss'


@pytest.mark.parametrize(
    ("refusal", "before", "after"),
    [
        ("Use 'max_completion_tokens' instead.", {"max_tokens"}, {"max_completion_tokens"}),
        ("stream_options: extra field", {"stream_options"}, set()),
        ("This response_format type is unavailable now", {"json_schema"}, {"json_object"}),
    ],
)
async def test_an_endpoint_that_wants_it_said_otherwise_is_understood_from_then_on(
    refusal: str, before: set[str], after: set[str]
) -> None:
    words = {"max_tokens", "max_completion_tokens", "stream_options", "json_schema", "json_object"}

    def said(body: Any) -> set[str]:
        return words & ({*body} | {body["response_format"]["type"]})

    async with model_of(refuse(400, message=refusal), answer_json(REVIEW)) as (model, server):
        assert (await model.structured(asked(), Review)).value == REVIEW
        assert (await model.structured(asked(), Review)).value == REVIEW
    first, second, third = (said(request.body) for request in server.requests)
    assert first - second == before
    assert second - first == after
    assert third == second


class Colour(msgspec.Struct, forbid_unknown_fields=True):
    name: Literal["red", "blue"]


@pytest.mark.parametrize("wrong", ['{"name": "a secret\\u001b[31m - at `$`"}', '{"name": "red", "a secret": 1}'])
async def test_what_does_not_fit_is_shown_to_the_model_and_to_nobody_else(wrong: str) -> None:
    async with model_of(answer(wrong), answer(wrong)) as (model, server):
        with pytest.raises(ModelFailed) as failure:
            await model.structured(asked(), Colour)
    assert "a secret" in server.requests[1].body["messages"][-1]["content"]
    assert "secret" not in failure.value.detail
    assert failure.value.detail.startswith("The language model's answer does not fit: ")
