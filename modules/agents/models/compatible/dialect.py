"""What is sent, in the words that this endpoint understands."""

from __future__ import annotations

import re
from typing import Any

from modules.agents.models.compatible.connection import Refused
from modules.agents.models.protocol import ModelRequest


class Dialect:
    """Which of several ways of saying the same this endpoint understands, learnt from what it refuses."""

    def __init__(self) -> None:
        self._bound = "max_tokens"
        self._counts = True
        self._schemas = True
        self._seeds = True

    def body(self, model: str, request: ModelRequest, schema: dict[str, Any] | None) -> dict[str, Any]:
        messages = [{"role": message.role, "content": message.content} for message in request.messages]
        body = {"model": model, "messages": messages, "stream": True, self._bound: request.max_output_tokens}
        if self._counts:
            body["stream_options"] = {"include_usage": True}
        if request.seed is not None and self._seeds:
            body["seed"] = request.seed
        if schema is not None and self._schemas:
            name = re.sub(r"[^A-Za-z0-9_-]", "_", schema["title"])[:64]
            named = {"name": name, "schema": schema, "strict": False}
            body["response_format"] = {"type": "json_schema", "json_schema": named}
        elif schema is not None:
            body["response_format"] = {"type": "json_object"}
        return body

    def learns(self, refused: Refused, sent: dict[str, Any]) -> bool:
        """Whether the refusal names something of what was `sent` that can be said in another way."""
        if refused.status not in (400, 422):
            return False
        refusal = refused.words
        if b"max_completion_tokens" in refusal and "max_tokens" in sent:
            self._bound = "max_completion_tokens"
        elif b"stream_options" in refusal and "stream_options" in sent:
            self._counts = False
        elif b"response_format" in refusal and "json_schema" in sent.get("response_format", {}).values():
            self._schemas = False
        elif b"seed" in refusal and "seed" in sent:
            self._seeds = False
        else:
            return False
        return True
