"""The compatible client against a server that answers late, half, wrongly, or not at all."""

from __future__ import annotations

import asyncio
import socket
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from core.errors import InternaError
from core.http.problems import problem_of
from modules.agents.models.compatible import TEXT_LIMIT, Timeouts
from modules.agents.models.protocol import (
    ModelFailed,
    ModelTimedOut,
    ModelUnavailable,
    Token,
    TooLongForModel,
)
from tests.agents.calls import DONE, asked, model_at, model_of, text_of
from tests.model_server import Behaviour, ModelServer
from tests.model_server.behaviours import (
    answer,
    break_off,
    broken_json,
    empty,
    hang,
    huge_event,
    refuse,
    rubbish,
    stall,
    stream_of,
)

pytestmark = pytest.mark.anyio

SAID = b'data: {"choices": [{"delta": {"content": "Well"}, "finish_reason": "stop"}]}\n\n'
QUICK = Timeouts(first_byte=0.4, idle=0.4, total=5)


@pytest.mark.parametrize(
    ("behaviour", "limit"),
    [(hang(), "first byte"), (hang(after_headers=True), "first byte"), (stall(), "idle")],
)
async def test_a_model_that_falls_silent_is_given_up(behaviour: Behaviour, limit: str) -> None:
    async with model_of(behaviour, timeouts=QUICK) as (model, server):
        started = time.monotonic()
        with pytest.raises(ModelTimedOut) as failure:
            await model.complete(asked())
        assert 0.39 < time.monotonic() - started < 2
        assert failure.value.facts == {"limit": limit}
        assert limit in failure.value.detail
        assert await server.until(lambda: server.requests[0].left_at is not None)
        assert len(server.requests) == 1


async def test_a_model_that_never_ends_is_given_up() -> None:
    timeouts = Timeouts(total=0.5)
    async with model_of(answer("x" * 100, pieces=100, delay=0.05), timeouts=timeouts) as (model, _):
        with pytest.raises(ModelTimedOut) as failure:
            await text_of(model)
        assert failure.value.facts == {"limit": "total"}


async def test_a_slow_consumer_is_not_an_idle_model() -> None:
    async with model_of(answer("one two three", pieces=3), timeouts=Timeouts(idle=0.2)) as (model, _):
        pieces = 0
        async for _ in model.stream(asked()):
            pieces += 1
            await asyncio.sleep(0.25)
    assert pieces == 4


@pytest.mark.parametrize(
    "behaviour",
    [
        break_off(),
        break_off(in_event=True),
        rubbish(),
        stream_of(b"\xff\xfe\x00 rubbish, line after line\n\n" * 100),
        stream_of(b"data: \xff\xfe\n\n", DONE),
        stream_of(b'data: {"choices": 3}\n\n', DONE),
        stream_of(SAID, b'data: {"error": {"message": "overloaded", "code": 500}}\n\n', DONE),
        stream_of(b"\x1f\x8b\x08 gzip", headers={"Content-Encoding": "gzip"}),
        broken_json(),
        answer("Half of an", finish=None),
        empty(),
        answer(" \n \n "),
        *map(refuse, (400, 401, 403, 404, 418)),
        refuse(307, {"Location": "/v1/elsewhere"}),
    ],
)
async def test_an_answer_that_is_none_fails_without_another_try(behaviour: Behaviour) -> None:
    async with model_of(behaviour) as (model, server):
        with pytest.raises(ModelFailed):
            await model.complete(asked())
        with pytest.raises(ModelFailed):
            await text_of(model)
        assert len(server.requests) == 2


@pytest.mark.parametrize(
    ("behaviour", "reason"),
    [
        (break_off(), "broke off"),
        (rubbish(), "broke off before it began"),
        (broken_json(), "is not what its protocol says"),
        (stream_of(SAID, b'data: {"error": {"message": "overloaded"}}\n\n', DONE), "reported an error"),
        (answer("Half of an", finish=None), "broke off"),
        (empty(), "is empty"),
        (answer("I would rather", finish="content_filter"), "withheld"),
        (huge_event(), "is too long"),
        (refuse(404), "answered 404"),
    ],
)
async def test_a_failure_says_what_it_was(behaviour: Behaviour, reason: str) -> None:
    async with model_of(behaviour) as (model, _):
        with pytest.raises(ModelFailed, match=reason):
            await model.complete(asked())


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (400, "'code': 'context_length_exceeded'"),
        (400, "This model's maximum context length is 4096 tokens."),
        (400, "exceed_context_size_error"),
        (413, "The prompt does not fit the context window."),
    ],
)
async def test_what_is_too_long_for_the_model_is_the_askers_fault(status: int, words: str) -> None:
    async with model_of(refuse(status, message=words)) as (model, server):
        with pytest.raises(TooLongForModel) as raised:
            await model.complete(asked())
        assert len(server.requests) == 1
    problem, _, _ = problem_of(raised.value, instance="/", request_id="")
    assert (problem.status, problem.type) == (400, "urn:interna:problem:too-long-for-model")


async def test_what_came_before_the_break_was_streamed() -> None:
    async with model_of(break_off("Well, ")) as (model, _):
        stream = model.stream(asked())
        assert await anext(stream) == Token("Well, ")
        with pytest.raises(ModelFailed):
            await anext(stream)


async def test_a_text_past_its_limit_fails() -> None:
    async with model_of(answer("x" * TEXT_LIMIT, pieces=40), answer("ا" * (TEXT_LIMIT // 2 + 1), pieces=40)) as (
        model,
        _,
    ):
        assert len((await model.complete(asked())).text) == TEXT_LIMIT
        with pytest.raises(ModelFailed):
            await model.complete(asked())


@pytest.mark.parametrize("megabytes", [10, 64])
async def test_an_enormous_event_is_left_before_it_ends(megabytes: int) -> None:
    async with model_of(huge_event(megabytes * 10**6)) as (model, server):
        with pytest.raises(ModelFailed):
            await model.complete(asked())
        assert await server.until(lambda: server.requests[0].left_at is not None)
        assert server.requests[0].sent_bytes < 24 * 10**6  # 4 MiB read, the rest lies in the sockets


async def test_an_enormous_refusal_is_left_before_it_ends() -> None:
    async with model_of(refuse(500, message="x" * 32 * 10**6)) as (model, server):
        with pytest.raises(ModelFailed):
            await model.complete(asked())
        assert not any(request.answered for request in server.requests)


@pytest.mark.parametrize("status", [429, 500, 502, 503])
async def test_a_passing_refusal_is_tried_again_and_the_answer_comes(status: int) -> None:
    async with model_of(refuse(status), refuse(status), answer("Hi")) as (model, server):
        assert (await model.complete(asked())).text == "Hi"
    first, second, third = (request.at for request in server.requests)
    assert second - first >= 0.1
    assert third - second >= 0.2


@pytest.mark.parametrize(
    ("status", "error"),
    [(429, ModelUnavailable), (503, ModelUnavailable), (500, ModelFailed), (502, ModelFailed)],
)
async def test_three_tries_are_enough(status: int, error: type[InternaError]) -> None:
    async with model_of(refuse(status)) as (model, server):
        with pytest.raises(error):
            await model.complete(asked())
        assert len(server.requests) == 3


async def test_a_short_pause_that_the_server_asks_for_is_kept() -> None:
    async with model_of(refuse(429, {"Retry-After": "0.5"}), answer("Hi")) as (model, server):
        assert (await model.complete(asked())).text == "Hi"
    first, second = (request.at for request in server.requests)
    assert second - first >= 0.5


@pytest.mark.parametrize(("header", "seconds"), [("5", 5), ("86400", 60)])
async def test_a_long_pause_is_passed_on_instead_of_tried(header: str, seconds: int) -> None:
    async with model_of(refuse(503, {"Retry-After": header})) as (model, server):
        with pytest.raises(ModelUnavailable) as failure:
            await model.complete(asked())
        assert failure.value.retry_after == seconds
        assert len(server.requests) == 1


async def test_a_pause_may_be_a_date() -> None:
    date = format_datetime(datetime.now(UTC) + timedelta(seconds=45), usegmt=True)
    async with model_of(refuse(503, {"Retry-After": date})) as (model, _):
        with pytest.raises(ModelUnavailable) as failure:
            await model.complete(asked())
    assert 35 <= failure.value.retry_after <= 45


@pytest.mark.parametrize("header", ["nan", "inf", "soon", "-3", "Wed, 21 Oct 2015 07:28:00 -0000"])
async def test_a_senseless_pause_is_ours_to_choose(header: str) -> None:
    async with model_of(refuse(429, {"Retry-After": header}), answer("Hi")) as (model, _):
        assert (await model.complete(asked())).text == "Hi"


async def test_no_try_begins_after_the_end_of_the_call() -> None:
    async with model_of(refuse(503), timeouts=Timeouts(total=0.2)) as (model, server):
        with pytest.raises(ModelUnavailable):
            await model.complete(asked())
        assert len(server.requests) == 2


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


async def test_a_server_that_is_not_there_is_unavailable() -> None:
    async with model_at(f"http://127.0.0.1:{free_port()}/v1") as model:
        started = time.monotonic()
        with pytest.raises(ModelUnavailable) as failure:
            await model.complete(asked())
        assert failure.value.retry_after == 2
        assert time.monotonic() - started >= 0.3  # three tries


async def test_a_server_that_comes_back_answers() -> None:
    port, server = free_port(), ModelServer()
    async with model_at(f"http://127.0.0.1:{port}/v1") as model:
        call = asyncio.create_task(model.complete(asked()))
        await asyncio.sleep(0.15)
        async with server.listening(port):
            assert (await call).text == "Hello from the model."


async def test_a_name_that_leads_nowhere_is_unavailable() -> None:
    async with model_at("http://model.invalid/v1", Timeouts(total=2)) as model:
        with pytest.raises((ModelUnavailable, ModelTimedOut)):
            await model.complete(asked())
