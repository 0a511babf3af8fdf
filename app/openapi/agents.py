"""The part of the story about the model: the checklist that Bob has written for him, and how answers are told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from app.openapi import told
from app.openapi.note import Answer, Note
from app.openapi.problems import Known
from core.errors import Denied
from core.http.idempotency import OtherBody, StillRunning
from modules.agents.contracts import AgentRequest, AgentSession, NewRequest, NewSession
from modules.agents.domain import AlreadyEnded, TooManyRunning

_AFTERNOON: Final = datetime(2026, 1, 5, 14, 0, tzinfo=UTC)
_BOB: Final = UUID("00000000-0000-4000-8000-000000000002")
REQUEST_ID: Final = UUID("019b8d3a-5b10-7c44-9d2e-6f8a0b1c2d3e")
_SESSION_ID: Final = UUID("019b8d3a-5aff-7e21-8b4c-1d2e3f4a5b6c")
_WISH: Final = NewRequest("create", "A checklist for handing over the order page to the bakery.")
REQUEST: Final = AgentRequest(
    id=REQUEST_ID,
    session_id=_SESSION_ID,
    user_id=_BOB,
    agent_type="create",
    content=_WISH.content,
    status="completed",
    progress=1.0,
    results={"reply": "1. Show how an order is changed. 2. Show what happens at midnight."},
    error=None,
    token_cost=96,
    input_tokens=71,
    output_tokens=25,
    provider="offline",
    model="offline-1",
    prompt_version="assignment-1",
    created_at=_AFTERNOON,
    finished_at=_AFTERNOON + timedelta(seconds=4),
)
_SESSION: Final = AgentSession(
    id=_SESSION_ID,
    user_id=_BOB,
    subject=f"session:{_SESSION_ID}",
    context_state={"title": "Handing over"},
    request_chain=[REQUEST_ID],
    created_at=_AFTERNOON,
    updated_at=_AFTERNOON,
)
_NOT_YOURS: Final = Known(
    "NotYourSession", "You may see the session, but it is not yours.", Denied("Only whoever opened a session asks.")
)


def examples() -> tuple[Any, ...]:
    """A value of every type of this part."""
    return (NewSession("Handing over"), _SESSION, _WISH, REQUEST)


def notes() -> dict[str, Note]:
    """The notes by operation id."""
    return {
        "agents_submit": Note(
            description="It is worked on in the background: ask for it at `Location`, or listen to its events. Without "
            "a session one is opened for it; in a session it knows what was asked and answered before.",
            answers=(
                Answer(
                    status=201,
                    kind=AgentRequest,
                    description="It is written down.",
                    headers={"Location": "Where the request is."},
                ),
            ),
            problems=(_NOT_YOURS, TooManyRunning(retry_after=5), StillRunning(), OtherBody()),
        ),
        "agents_cancel": Note(
            description="What waits never begins; what is being answered ends within a second, and what was said until "
            "then stays. The simulation that it was to write fails, and its credits are given back.",
            answers=(Answer(status=204, description="Nobody waits for it any more."),),
            problems=(AlreadyEnded(),),
        ),
        "agents_events": Note(
            description="`start`, then `token` after `token`, then `done`, or `error` with a problem. An event's id is "
            "how many characters had been said with it: sent as `Last-Event-ID`, the rest follows, while the model "
            "speaks and long after.",
            answers=(
                Answer(status=200, description="The events.", events=told.STREAM),
                Answer(status=204, description="Nothing comes after the event that was named."),
            ),
        ),
        "simulations_events": Note(
            description="`progress` whenever it has changed, then `done`, or `error` with a problem. Ids are "
            "thousandths of the way.",
            answers=(
                Answer(status=200, description="The events.", events=told.WRITING),
                Answer(status=204, description="Nothing comes after the event that was named."),
            ),
        ),
    }
