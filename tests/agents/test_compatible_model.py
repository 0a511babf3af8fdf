"""The compatible client against a real server: what it asks, streams, keeps secret, and how it leaves."""

from __future__ import annotations

import asyncio
import logging
import ssl
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import msgspec
import pytest

from core.errors import InternaError
from modules.agents.models.compatible import CompatibleModel, Timeouts
from modules.agents.models.protocol import (
    Message,
    ModelFailed,
    ModelUnavailable,
    Token,
    Usage,
)
from tests.agents.calls import ARABIC, DONE, KEY, PROMPT, Review, asked, model_at, model_of, text_of
from tests.model_server import Behaviour, ModelServer, model_server_in_thread
from tests.model_server.behaviours import (
    answer,
    break_off,
    hang,
    refuse,
    rubbish,
    stall,
    stream_of,
)

pytestmark = pytest.mark.anyio


async def test_a_completion_is_the_whole_text_with_the_tokens_that_the_server_counted() -> None:
    async with model_of(answer("Good morning to you.")) as (model, server):
        completion = await model.complete(asked(words=77))
    assert completion.text == "Good morning to you."
    assert completion.usage == Usage(input_tokens=10, output_tokens=4)
    (request,) = server.requests
    assert request.headers["authorization"] == f"Bearer {KEY}"
    assert request.body["model"] == "test-model"
    assert request.headers["accept-encoding"] == "identity"
    assert request.body["max_tokens"] == 77
    assert request.body["messages"][1] == {"role": "user", "content": PROMPT}


async def test_a_server_without_a_key_gets_a_placeholder() -> None:
    async with model_of(answer("Hi"), key="") as (model, server):
        await model.complete(asked())
    assert server.requests[0].headers["authorization"] == "Bearer unused"


async def test_a_stream_is_tokens_and_then_exactly_one_usage() -> None:
    async with model_of(answer("one two three four", pieces=4)) as (model, _):
        pieces = [piece async for piece in model.stream(asked())]
    assert [type(piece) for piece in pieces] == [Token] * 4 + [Usage]
    assert pieces[-1] == Usage(10, 4)


async def test_the_first_token_arrives_before_the_last_is_sent() -> None:
    async with model_of(answer("one two", pieces=2, delay=0.1)) as (model, server):
        pieces = model.stream(asked())
        await anext(pieces)
        assert not server.requests[0].answered
        assert [type(piece) async for piece in pieces] == [Token, Usage]


@pytest.mark.parametrize("write_bytes", [1, 2, 7])
async def test_characters_cut_in_the_middle_arrive_whole(write_bytes: int) -> None:
    async with model_of(answer(ARABIC, write_bytes=write_bytes)) as (model, _):
        assert await text_of(model) == ARABIC


async def test_without_counted_tokens_four_characters_are_one() -> None:
    async with model_of(answer("x" * 400, usage=False)) as (model, _):
        usage = (await model.complete(asked(Message("user", "y" * 80)))).usage
    assert usage == Usage(20, 100)


@pytest.mark.parametrize(("prompt", "completion"), [(10**12, 5), (5, 10**12), (-5, 5), (5, -5)])
async def test_tokens_that_nobody_can_have_counted_are_estimated(prompt: int, completion: int) -> None:
    counted = {"prompt_tokens": prompt, "completion_tokens": completion}
    said = b'data: {"choices": [{"delta": {"content": "' + b"x" * 400 + b'"}, "finish_reason": "stop"}]}\n\n'
    usage = b'data: {"choices": [], "usage": ' + msgspec.json.encode(counted) + b"}\n\n"
    async with model_of(stream_of(said, usage, DONE)) as (model, _):
        assert (await model.complete(asked(Message("user", "y" * 80)))).usage == Usage(20, 100)


async def test_events_may_have_comments_carriage_returns_several_lines_and_nothing_to_say() -> None:
    wire = (
        b': waiting\r\n\r\ndata: {"choices": null}\r\n\r\n'
        b'data: {"choices": [{"delta": null}]}\r\n\r\nevent: x\r\n'
        b'data: {"choices": [\r\ndata: {"delta": {"content": "Hi\\u0000!"}, "finish_reason": "stop"}]}\r\n\r'
    )
    async with model_of(stream_of(wire, b"\n" + DONE)) as (model, _):
        assert await text_of(model) == "Hi!"


async def test_an_answer_may_end_without_done() -> None:
    ended = b'data: {"choices": [{"delta": {"content": "Hi"}, "finish_reason": "stop"}]}\n\n'
    async with model_of(stream_of(ended)) as (model, _):
        assert (await model.complete(asked())).text == "Hi"


async def test_fifty_streams_run_at_once_and_do_not_mix() -> None:
    def echo(body: Any) -> str:
        return "answer to " + str(body["messages"][0]["content"])

    async with model_of(answer(echo, pieces=10, delay=0.02)) as (model, _):
        started = time.monotonic()
        completions = await asyncio.gather(*(model.complete(asked(Message("user", str(n)))) for n in range(50)))
        elapsed = time.monotonic() - started
    assert [completion.text for completion in completions] == [f"answer to {n}" for n in range(50)]
    assert elapsed < 50 * 10 * 0.02 * 0.8


async def test_connections_are_used_again_after_an_answer_and_after_a_refusal() -> None:
    async with model_of(answer("Hi"), refuse(401), answer("Hi")) as (model, server):
        await model.complete(asked())
        with pytest.raises(ModelFailed):
            await model.complete(asked())
        await model.complete(asked())
        assert (len(server.requests), server.connections) == (3, 1)


@pytest.mark.parametrize("behaviour", [hang(), hang(after_headers=True), stall()])
async def test_a_cancelled_call_ends_at_the_server_within_a_second(behaviour: Behaviour) -> None:
    async with model_of(behaviour) as (model, server):
        call = asyncio.create_task(model.complete(asked()))
        assert await server.until(lambda: len(server.requests) == 1)
        await asyncio.sleep(0.05)
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        assert await server.until(lambda: server.requests[0].left_at is not None)


async def test_a_closed_stream_ends_at_the_server_within_a_second() -> None:
    async with model_of(stall()) as (model, server):
        stream = model.stream(asked())
        assert await anext(stream) == Token("Well, ")
        await stream.aclose()
        assert await server.until(lambda: server.requests[0].left_at is not None)


async def test_a_stream_that_was_let_fall_ends_at_the_server_within_a_second() -> None:
    async with model_of(stall()) as (model, server):
        async for _ in model.stream(asked()):
            break
        assert await server.until(lambda: server.requests[0].left_at is not None)


async def test_nothing_runs_on_after_calls_that_ended_badly() -> None:
    before = asyncio.all_tasks()
    async with model_of(hang(), stall(), break_off(), answer("Hi"), timeouts=Timeouts(first_byte=1, idle=0.3)) as (
        model,
        _,
    ):
        for _ in range(3):
            with pytest.raises(InternaError):
                await model.complete(asked())
        assert (await model.complete(asked())).text == "Hi"
    assert asyncio.all_tasks() == before


@pytest.mark.parametrize("behaviour", [refuse(401, message=f"{KEY} {PROMPT}"), rubbish(), stall(), answer("{}")])
async def test_neither_the_key_nor_the_prompt_reaches_an_error_or_a_log(
    behaviour: Behaviour, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with model_of(behaviour, timeouts=Timeouts(idle=0.3)) as (model, _):
        with pytest.raises(InternaError) as failure:
            await model.structured(asked(), Review)
    assert caplog.records
    for told in (caplog.text, repr(failure.value), str(failure.value), str(failure.value.facts)):
        assert KEY not in told
        assert PROMPT not in told


@pytest.mark.parametrize("key", ["sk\nInjected: yes", "sk-مفتاح"])
def test_a_key_that_no_header_can_carry_is_refused_and_not_shown(key: str) -> None:
    with pytest.raises(ValueError) as failure:
        CompatibleModel(base_url="http://127.0.0.1/v1", api_key=key, name="m")
    assert key not in str(failure.value)


@pytest.mark.parametrize("scheme", ["https", "HTTPS", " https"])
async def test_a_certificate_that_nobody_signed_is_refused(scheme: str, tmp_path: Path) -> None:
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    make = ("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
    names = ("-keyout", key, "-out", certificate, "-days", "1", "-subj", "/CN=127.0.0.1")
    subprocess.run([*make, *names, "-addext", "subjectAltName=IP:127.0.0.1"], check=True, capture_output=True)
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(certificate, key)
    server = ModelServer()
    async with server.listening(tls=tls), model_at(f"{scheme}{server.base_url.removeprefix('http')}") as model:
        with pytest.raises((ModelUnavailable, ModelFailed)):
            await model.complete(asked())
    assert server.requests == []


async def test_a_proxy_of_the_environment_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    async with model_of(answer("Hi")) as (model, server):
        await model.complete(asked())
    assert server.requests[0].headers["authorization"] == f"Bearer {KEY}"


def test_importing_the_module_does_not_import_its_client() -> None:
    code = "import sys, modules.agents.models.compatible as _; sys.exit('httpx2' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_server_in_a_thread_serves_several_loops_and_ends() -> None:
    async def call(url: str) -> str:
        async with model_at(url) as model:
            return (await model.complete(asked())).text

    with model_server_in_thread() as server:
        server.script(answer("first"))
        texts = [asyncio.run(call(server.base_url)) for _ in range(2)]
    assert texts == ["first", "Hello from the model."]
    with pytest.raises(ModelUnavailable):
        asyncio.run(call(server.base_url))


async def test_a_mistake_in_a_script_is_told_when_the_server_ends() -> None:
    async def make_it() -> None:
        async with model_of(answer(lambda body: body["no such field"])) as (model, _):
            with pytest.raises(ModelFailed):
                await model.complete(asked())

    with pytest.raises(KeyError):
        await make_it()
