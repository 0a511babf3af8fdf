"""A request, and a compatible client with its server, for the tests of the client."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from typing import Annotated

import msgspec

from modules.agents.models.compatible import CompatibleModel, Timeouts
from modules.agents.models.protocol import (
    Message,
    Model,
    ModelRequest,
    Token,
)
from tests.model_server import Behaviour, ModelServer, model_server

KEY = "sk-very-secret-key"
PROMPT = "Tell me of the hidden plan"
ARABIC = "أهلاً بك في مشروعك الجديد، سنبدأ بقاعدة البيانات 🚀 ثم الواجهة."
PATIENT = Timeouts(connect=2, first_byte=5, idle=5, total=10)
DONE = b"data: [DONE]\n\n"


class Issue(msgspec.Struct):
    line: Annotated[int, msgspec.Meta(ge=1)]
    text: str


class Review(msgspec.Struct):
    score: Annotated[int, msgspec.Meta(ge=0, le=10)]
    issues: list[Issue]
    note: str = ""


REVIEW = Review(7, [Issue(3, "an N+1 query")])


def asked(*messages: Message, words: int = 4096) -> ModelRequest:
    return ModelRequest(
        agent_type="chat",
        prompt_version="1",
        messages=messages or (Message("system", "You are a client."), Message("user", PROMPT)),
        subject=REVIEW,
        max_output_tokens=words,
    )


@asynccontextmanager
async def model_at(base_url: str, timeouts: Timeouts = PATIENT, key: str = KEY) -> AsyncIterator[Model]:
    model = CompatibleModel(base_url=base_url, api_key=key, name="test-model", timeouts=timeouts)
    try:
        yield model
    finally:
        await model.aclose()


@asynccontextmanager
async def model_of(
    *behaviours: Behaviour, timeouts: Timeouts = PATIENT, key: str = KEY
) -> AsyncIterator[tuple[Model, ModelServer]]:
    """A client, and its server that answers so, the last way ever after."""
    async with model_server() as server, model_at(server.base_url, timeouts, key) as model:
        server.script(*behaviours[:-1])
        server.always = behaviours[-1]
        yield model, server


async def text_of(model: Model) -> str:
    async with aclosing(model.stream(asked())) as pieces:
        return "".join([piece.text async for piece in pieces if isinstance(piece, Token)])
