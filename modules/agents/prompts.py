"""What a language model reads of an assignment. A change here is a new version: it is stored with every call."""

from __future__ import annotations

from typing import Final

from modules.agents.domain import Assignment
from modules.agents.models.protocol import Message, ModelRequest

ASSIGNMENT_VERSION: Final = "assignment-1"

_TASKS: Final = {
    "create": "You write what an intern asks for: a document, a plan, an outline. Give the finished text.",
    "edit": "You edit the text that an intern gives you, as asked. Give the whole edited text, then say what you "
    "changed in a short list.",
    "research": "You help an intern to find out about something. Say what you know, what is uncertain, and where to "
    "look; never invent a source.",
}


def assignment_request(assignment: Assignment) -> ModelRequest:
    task = f"{_TASKS[assignment.agent_type]} Answer in the language of the request."
    return ModelRequest(
        agent_type=assignment.agent_type,
        prompt_version=ASSIGNMENT_VERSION,
        messages=(
            Message("system", task),
            *(
                message
                for exchange in assignment.history
                for message in (Message("user", exchange.question), Message("assistant", exchange.reply or ""))
            ),
            Message("user", assignment.content),
        ),
        subject=assignment,
        max_output_tokens=4096,
        confidential=task,
    )
