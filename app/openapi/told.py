"""Examples of what is told as server-sent events."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

import msgspec

_REQUEST_ID: Final = UUID("01a0b1c2-f7a8-7b93-8c4d-5e6f7a8b9c0d")


def _event(number: int, name: str, data: dict[str, Any]) -> str:
    return f"id: {number}\nevent: {name}\ndata: {msgspec.json.encode(data).decode()}\n\n"


STREAM: Final = "".join(
    (
        _event(0, "start", {"agent_request_id": _REQUEST_ID}),
        _event(24, "token", {"text": "At midnight, and I mean "}),
        _event(33, "token", {"text": "midnight."}),
        _event(34, "done", {"usage": {"input_tokens": 412, "output_tokens": 21}}),
    )
)
WRITING: Final = "".join(
    (
        _event(0, "progress", {"status": "generating", "progress": 0.0}),
        _event(412, "progress", {"status": "generating", "progress": 0.412}),
        _event(1000, "done", {"status": "ready", "simulation_id": UUID("50000000-0000-4000-8000-000000000001")}),
    )
)
